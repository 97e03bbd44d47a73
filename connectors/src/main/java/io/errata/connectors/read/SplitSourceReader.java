package io.errata.connectors.read;

import io.errata.api.Bytes;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.metrics.Gauge;
import org.jspecify.annotations.Nullable;

/** Reads one split after another in a thread of its own, beside the task that uses the records. */
final class SplitSourceReader
    extends SingleThreadMultiplexSourceReaderBase<
        Object, SourceRecord, ReadSplit, SplitSourceReader.Progress> {
  private static final long NANOS_PER_MICRO = 1_000;

  private final ReadPace pace;

  SplitSourceReader(
      SplitOpener opener,
      ReadPace pace,
      @Nullable PackedEvents packed,
      SourceReaderContext context) {
    super(
        () -> new CursorSplitReader(opener.session(), pace, packed),
        SplitSourceReader::emit,
        context.getConfiguration(),
        context);
    this.pace = pace;
    Gauge<Long> taken = pace::taken;
    context.metricGroup().addGroup("errata").gauge("bytes_read", taken);
  }

  /** How far a split has been emitted. */
  static final class Progress {
    private final ReadSplit split;
    private Bytes mark;
    private long emitted;
    private long emittedTo;

    private Progress(ReadSplit split) {
      this.split = split;
      this.mark = split.mark();
      this.emitted = split.emitted();
      this.emittedTo = split.emittedTo();
    }
  }

  private static void emit(Object fetched, SourceOutput<SourceRecord> output, Progress progress) {
    if (fetched instanceof CursorSplitReader.Mark reached) {
      progress.mark = reached.place();
      progress.emitted = 0;
      return;
    }
    SourceRecord next = (SourceRecord) fetched;
    Optional<Instant> time = Optional.empty();
    if (next instanceof EventRecord event) {
      progress.emittedTo = event.position().offset();
      time = event.knownTime();
    }
    if (time.isPresent()) {
      output.collect(next, micros(time.get()));
    } else {
      output.collect(next);
    }
    progress.emitted++;
  }

  /**
   * Rounded down; a time beyond what 64 bits of microseconds can say becomes the nearest that they
   * can.
   */
  private static long micros(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / NANOS_PER_MICRO);
    } catch (ArithmeticException e) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE + 1 : Long.MAX_VALUE;
    }
  }

  @Override
  public void start() {
    if (getNumberOfCurrentlyAssignedSplits() == 0) {
      context.sendSplitRequest();
    }
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof PaceChange change) {
      pace.share(change.share());
    }
  }

  @Override
  protected void onSplitFinished(Map<String, Progress> finished) {
    context.sendSplitRequest();
  }

  @Override
  protected Progress initializedState(ReadSplit split) {
    return new Progress(split);
  }

  @Override
  protected ReadSplit toSplitType(String id, Progress progress) {
    return progress.split.behind(progress.mark, progress.emitted, progress.emittedTo);
  }
}
