package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The two forms in which events travel. */
final class EventCodec {
  private EventCodec() {}

  /** The form that outlives a job: in checkpoints, a later start of the run reads it. */
  record Lasting(TypeSerializer<SourceRecord> serializer) implements Codec<EventRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public void write(EventRecord event, DataOutputView out) throws IOException {
      serializer.serialize(event, out);
    }

    @Override
    public EventRecord read(DataInputView in) throws IOException {
      return (EventRecord) serializer.deserialize(in);
    }
  }

  /** The short form, of events without a rejection. */
  record Packed(PackedEvents events) implements Codec<EventRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public void write(EventRecord event, DataOutputView out) throws IOException {
      events.write(event, out);
    }

    @Override
    public EventRecord read(DataInputView in) throws IOException {
      return events.read(in);
    }
  }
}
