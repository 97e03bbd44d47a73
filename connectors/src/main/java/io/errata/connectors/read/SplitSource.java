package io.errata.connectors.read;

import io.errata.connectors.ReadRate;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded Flink source over splits that are fixed beforehand. Each event has its event time in
 * microseconds since 1970-01-01T00:00:00Z as the timestamp (rounded down); receipts, blocks and
 * events of unknown time have none. Use it with {@code WatermarkStrategy.noWatermarks()}, which
 * keeps these timestamps.
 *
 * <p>Works in batch and in streaming execution: a checkpoint keeps how many records of a split were
 * emitted. Packed, it is for batch execution only, which has no checkpoints.
 */
public final class SplitSource
    implements Source<SourceRecord, ReadSplit, List<ReadSplit>>, ResultTypeQueryable<SourceRecord> {
  private static final long serialVersionUID = 1;

  private final EventSchema schema;
  private final SplitOpener opener;
  private final ReadRate rate;
  private final @Nullable PackedEvents packed;
  // Serialized at once: a list of a million records in the job graph takes many times as much.
  private final byte[] splits;

  /**
   * @param rate how fast all readers together may read
   * @param packed the form that events without a rejection are packed in, many in one {@link
   *     io.errata.connectors.event.EventBlock}; null where they come one by one
   */
  public SplitSource(
      EventSchema schema,
      List<ReadSplit> splits,
      SplitOpener opener,
      ReadRate rate,
      @Nullable PackedEvents packed) {
    this.schema = schema;
    this.packed = packed;
    this.opener = opener;
    this.rate = rate;
    try {
      this.splits = new ReadSplitSerializer.OfList().serialize(splits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<SourceRecord, ReadSplit> createReader(SourceReaderContext context) {
    return new SplitSourceReader(
        opener, rate.isUnlimited() ? ReadPace.unlimited() : ReadPace.waiting(), packed, context);
  }

  @Override
  public SplitEnumerator<ReadSplit, List<ReadSplit>> createEnumerator(
      SplitEnumeratorContext<ReadSplit> context) throws IOException {
    ReadSplitSerializer.OfList codec = new ReadSplitSerializer.OfList();
    return new FixedSplitEnumerator(context, codec.deserialize(codec.getVersion(), splits), rate);
  }

  @Override
  public SplitEnumerator<ReadSplit, List<ReadSplit>> restoreEnumerator(
      SplitEnumeratorContext<ReadSplit> context, List<ReadSplit> remaining) {
    return new FixedSplitEnumerator(context, remaining, rate);
  }

  @Override
  public SimpleVersionedSerializer<ReadSplit> getSplitSerializer() {
    return new ReadSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<List<ReadSplit>> getEnumeratorCheckpointSerializer() {
    return new ReadSplitSerializer.OfList();
  }

  @Override
  public TypeInformation<SourceRecord> getProducedType() {
    return SourceRecordTypeInfo.of(schema);
  }
}
