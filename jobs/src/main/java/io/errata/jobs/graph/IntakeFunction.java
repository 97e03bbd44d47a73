package io.errata.jobs.graph;

import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Parts what a source emits: events to be used, events that bar their keys, and receipts. */
final class IntakeFunction extends ProcessFunction<SourceRecord, SourceRecord>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1;

  /** Accumulator: the event time of the newest event that was read, in milliseconds. */
  static final String NEWEST = "errata.events_newest";

  // Events between which the newest is looked for: for who watches, that is often enough.
  private static final int SAMPLE = 64;

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final JobStreams streams;
  private final Duration workerTime;
  private final KeySelection selection;
  private final long windowEnd;

  private transient @Nullable WorkerWatch watch;
  private transient @Nullable KeyRows keys;
  private transient @Nullable TaskCounter read;
  private transient @Nullable TaskCounter rejected;
  private transient @Nullable LongMaximum newest;

  /**
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param selection the keys that the plan is about
   * @param windowEnd the end of the window, exclusive, which the lag is measured to
   */
  IntakeFunction(
      WorkerDefinition worker,
      TableDescription table,
      JobStreams streams,
      Duration workerTime,
      KeySelection selection,
      Instant windowEnd) {
    this.selection = selection;
    this.windowEnd = millis(windowEnd);
    this.workerTime = workerTime;
    this.worker = worker;
    this.table = table;
    this.streams = streams;
  }

  @Override
  public void open(OpenContext context) {
    ReplayWorker versions = worker.open(getRuntimeContext().getUserCodeClassLoader());
    watch = WorkerWatch.start(versions, workerTime, getRuntimeContext());
    keys = new KeyRows(versions, table, watch, selection);
    read.open(getRuntimeContext());
    rejected.open(getRuntimeContext());
    newest = new LongMaximum();
    getRuntimeContext().addAccumulator(NEWEST, newest);
    Gauge<Long> lag = this::lagMillis;
    getRuntimeContext().getMetricGroup().addGroup(Count.GROUP).gauge("window_lag_ms", lag);
  }

  /** From the newest event that this task has read to the window's end; -1 before the first. */
  private long lagMillis() {
    long at = newest.getLocalValuePrimitive();
    return at == Long.MIN_VALUE ? -1 : Math.max(0, windowEnd - at);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    read = new TaskCounter(Count.EVENTS_READ);
    read.restore(context.getOperatorStateStore());
    rejected = new TaskCounter(Count.EVENTS_REJECTED);
    rejected.restore(context.getOperatorStateStore());
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    read.snapshot();
    rejected.snapshot();
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<SourceRecord> out) {
    if (record instanceof SplitReceipt receipt) {
      context.output(streams.counted(), new Summary.Received(receipt));
      return;
    }
    if (record instanceof EventBlock block) {
      newest.add(millis(block.newest()));
      read.add(block.count());
      out.collect(block);
      return;
    }
    EventRecord event = (EventRecord) record;
    if (read.value() % SAMPLE == 0) {
      event.knownTime().ifPresent(time -> newest.add(millis(time)));
    }
    read.add(1);
    if (event.rejection().isPresent()) {
      rejected.add(1);
      new EventRouter(
              keys,
              keyed -> context.output(streams.barred(), keyed),
              unkeyed -> context.output(streams.unkeyed(), unkeyed))
          .bar(event, event.rejection().get());
    } else {
      out.collect(event);
    }
  }

  /** As near as 64 bits come to it. */
  private static long millis(Instant time) {
    try {
      return time.toEpochMilli();
    } catch (ArithmeticException e) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
