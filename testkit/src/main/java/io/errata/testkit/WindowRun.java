package io.errata.testkit;

import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * What a window's source gives when Flink runs it in batch execution.
 *
 * @param events with their timestamps, sorted by position
 * @param receipts sorted by split
 */
public record WindowRun(List<TimedEvent> events, List<SplitReceipt> receipts) {
  private static final long NO_TIMESTAMP = Long.MIN_VALUE;

  /**
   * An event as it arrived.
   *
   * @param timestamp Flink's, or {@link Long#MIN_VALUE} where it has none
   */
  public record TimedEvent(EventRecord event, long timestamp) {}

  /** Runs the source, and sends its records over the network once. */
  public static WindowRun of(ResolvedWindow window, int parallelism) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    env.setParallelism(parallelism);
    DataStream<SourceRecord> records =
        env.fromSource(
            window.source(ReadRate.UNLIMITED), WatermarkStrategy.noWatermarks(), "events");
    DataStream<Tuple2<Long, SourceRecord>> timed =
        records
            .rebalance()
            .process(new Timestamps())
            .returns(Types.TUPLE(Types.LONG, records.getType()));
    List<TimedEvent> events = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    try (CloseableIterator<Tuple2<Long, SourceRecord>> all = timed.executeAndCollect()) {
      while (all.hasNext()) {
        Tuple2<Long, SourceRecord> next = all.next();
        if (next.f1 instanceof EventRecord event) {
          events.add(new TimedEvent(event, next.f0));
        } else if (next.f1 instanceof SplitReceipt receipt) {
          receipts.add(receipt);
        }
      }
    }
    events.sort(Comparator.comparing(timedEvent -> timedEvent.event().position()));
    receipts.sort(Comparator.comparing(SplitReceipt::split));
    return new WindowRun(events, receipts);
  }

  private static final class Timestamps
      extends ProcessFunction<SourceRecord, Tuple2<Long, SourceRecord>> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(
        SourceRecord next, Context context, Collector<Tuple2<Long, SourceRecord>> out) {
      @Nullable Long timestamp = context.timestamp();
      out.collect(Tuple2.of(timestamp == null ? NO_TIMESTAMP : timestamp, next));
    }
  }

  /** The ids, sorted; a question mark for each event without one. */
  public List<String> ids() {
    return events.stream().map(timed -> timed.event().knownId().orElse("?")).sorted().toList();
  }

  /** The event of an id, of which there must be one. */
  public TimedEvent event(String id) {
    return events.stream()
        .filter(timed -> timed.event().knownId().filter(id::equals).isPresent())
        .reduce(
            (first, second) -> {
              throw new AssertionError("event " + id + " is there twice");
            })
        .orElseThrow(() -> new AssertionError("event " + id + " is not there"));
  }

  /** All receipts in one. */
  public SplitReceipt total() {
    return receipts.stream()
        .reduce(
            new SplitReceipt("", "", 0, 0, 0, 0, null),
            (sum, next) ->
                new SplitReceipt(
                    "",
                    "",
                    sum.read() + next.read(),
                    sum.inWindow() + next.inWindow(),
                    sum.filtered() + next.filtered(),
                    sum.rejected() + next.rejected(),
                    null));
  }
}
