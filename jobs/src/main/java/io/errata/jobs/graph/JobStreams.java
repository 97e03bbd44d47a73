package io.errata.jobs.graph;

import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import io.errata.state.table.TableDescription;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.util.OutputTag;

/** The types of the job's edges, and the tags of what leaves an operator beside its main output. */
final class JobStreams implements Serializable {
  private static final long serialVersionUID = 1;

  private final TypeInformation<SourceRecord> events;
  private final TypeInformation<KeyedRecord> keyed;
  private final TypeInformation<Outcome> outcomes;
  private final TypeInformation<Summary> summaries;
  private final TypeInformation<RecordBlock> blocks;
  private final EventPacking packedEvents;
  private final KeyedPacking packedByKey;

  /**
   * @param sources of the events' positions, as far as they are known
   */
  JobStreams(TableDescription table, EventSchema events, List<String> sources) {
    this.events = SourceRecordTypeInfo.of(events);
    this.keyed =
        new CodecTypeInfo<>(
            KeyedRecord.class,
            new KeyedRecordCodec(table, new EventCodec.Lasting(eventSerializer())));
    PackedEvents packed = new PackedEvents(events, sources);
    this.packedEvents = new EventPacking(packed);
    this.packedByKey = new KeyedPacking(new KeyedRecordCodec(table, new EventCodec.Packed(packed)));
    this.outcomes = new CodecTypeInfo<>(Outcome.class, new OutcomeCodec(table));
    this.summaries = new CodecTypeInfo<>(Summary.class, new SummaryCodec());
    this.blocks = new CodecTypeInfo<>(RecordBlock.class, new RecordBlockCodec());
  }

  TypeInformation<SourceRecord> events() {
    return events;
  }

  TypeInformation<KeyedRecord> keyed() {
    return keyed;
  }

  TypeInformation<Outcome> outcomes() {
    return outcomes;
  }

  TypeInformation<Summary> summaries() {
    return summaries;
  }

  TypeInformation<RecordBlock> blocks() {
    return blocks;
  }

  /** Events by id. */
  EventPacking packedEvents() {
    return packedEvents;
  }

  /** What comes together at the keys, by key and then by {@link ReplayOrder}. */
  KeyedPacking packedByKey() {
    return packedByKey;
  }

  /** Of the records of {@link #events()}, for state. */
  TypeSerializer<SourceRecord> eventSerializer() {
    return events.createSerializer(new SerializerConfigImpl());
  }

  /** Of the records of {@link #keyed()}, for state. */
  TypeSerializer<KeyedRecord> keyedSerializer() {
    return keyed.createSerializer(new SerializerConfigImpl());
  }

  /** Of the records of {@link #summaries()}, for state. */
  TypeSerializer<Summary> summarySerializer() {
    return summaries.createSerializer(new SerializerConfigImpl());
  }

  /** Events that could not be decoded, by the keys that they bar. */
  OutputTag<KeyedRecord> barred() {
    return new OutputTag<>("barred", keyed);
  }

  /** Events that bar all keys. */
  OutputTag<Outcome> unkeyed() {
    return new OutputTag<>("unkeyed", outcomes);
  }

  /** What was counted and read. */
  OutputTag<Summary> counted() {
    return new OutputTag<>("counted", summaries);
  }
}
