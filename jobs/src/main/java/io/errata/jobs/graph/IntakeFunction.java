package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import java.time.Duration;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Parts what a source emits: events to be used, events that bar their keys, and receipts. */
final class IntakeFunction extends ProcessFunction<SourceRecord, SourceRecord> {
  private static final long serialVersionUID = 1;

  /** Accumulator: events of the window that were read. */
  static final String READ = "errata.events.read";

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final JobStreams streams;
  private final Duration workerTime;
  private final KeySelection selection;

  private transient @Nullable WorkerWatch watch;
  private transient @Nullable KeyRows keys;
  private transient @Nullable LongCounter read;

  /**
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param selection the keys that the plan is about
   */
  IntakeFunction(
      WorkerDefinition worker,
      TableDescription table,
      JobStreams streams,
      Duration workerTime,
      KeySelection selection) {
    this.selection = selection;
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
    read = new LongCounter();
    getRuntimeContext().addAccumulator(READ, read);
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<SourceRecord> out) {
    if (record instanceof SplitReceipt receipt) {
      context.output(streams.counted(), new Summary.Received(receipt));
      return;
    }
    EventRecord event = (EventRecord) record;
    read.add(1);
    if (event.rejection().isPresent()) {
      new EventRouter(
              keys,
              keyed -> context.output(streams.barred(), keyed),
              unkeyed -> context.output(streams.unkeyed(), unkeyed))
          .bar(event, event.rejection().get());
    } else {
      out.collect(event);
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
