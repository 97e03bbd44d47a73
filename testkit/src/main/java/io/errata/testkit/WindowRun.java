package io.errata.testkit;

import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * What a window's source gives when Flink runs it.
 *
 * @param events with their timestamps, sorted by position
 * @param receipts sorted by split
 */
public record WindowRun(List<TimedEvent> events, List<SplitReceipt> receipts) {
  private static final long NO_TIMESTAMP = Long.MIN_VALUE;
  private static final AtomicInteger RUNS = new AtomicInteger();

  /**
   * An event as it arrived.
   *
   * @param timestamp Flink's, or {@link Long#MIN_VALUE} where it has none
   */
  public record TimedEvent(EventRecord event, long timestamp) {}

  /** Runs the source in batch execution, and sends its records over the network once. */
  public static WindowRun of(ResolvedWindow window, int parallelism) throws Exception {
    return run(
        window,
        ReadRate.UNLIMITED,
        environment(RuntimeExecutionMode.BATCH, parallelism, new Configuration()),
        new Timestamps());
  }

  /**
   * Runs the source with one reader in streaming execution. Behind the first checkpoint that lies
   * among its records the job fails, once, and goes on from there.
   *
   * @param rate slow enough that a second isn't all that is needed to read the window
   */
  public static WindowRun restarted(ResolvedWindow window, ReadRate rate) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    configuration.set(SourceReaderOptions.SOURCE_READER_CLOSE_TIMEOUT, 1000L);
    FailingOnce failing = new FailingOnce(RUNS.incrementAndGet());
    WindowRun run =
        run(window, rate, environment(RuntimeExecutionMode.STREAMING, 1, configuration), failing);
    if (!FailingOnce.FAILED.remove(failing.run)) {
      throw new IllegalStateException("Cannot restart: no checkpoint lay among the records");
    }
    return run;
  }

  private static StreamExecutionEnvironment environment(
      RuntimeExecutionMode mode, int parallelism, Configuration configuration) {
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(mode);
    env.setParallelism(parallelism);
    return env;
  }

  private static WindowRun run(
      ResolvedWindow window, ReadRate rate, StreamExecutionEnvironment env, Timestamps timestamps)
      throws Exception {
    DataStream<SourceRecord> records =
        env.fromSource(window.source(rate), WatermarkStrategy.noWatermarks(), "events");
    DataStream<Tuple2<Long, SourceRecord>> timed =
        records.rebalance().process(timestamps).returns(Types.TUPLE(Types.LONG, records.getType()));
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

  private static class Timestamps
      extends ProcessFunction<SourceRecord, Tuple2<Long, SourceRecord>> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(
        SourceRecord next, Context context, Collector<Tuple2<Long, SourceRecord>> out) {
      @Nullable Long timestamp = context.timestamp();
      out.collect(Tuple2.of(timestamp == null ? NO_TIMESTAMP : timestamp, next));
    }
  }

  /** Fails with the first record behind a checkpoint that holds some. */
  private static final class FailingOnce extends Timestamps implements CheckpointListener {
    private static final long serialVersionUID = 1;
    private static final Set<Integer> FAILED = ConcurrentHashMap.newKeySet();

    private final int run;
    private transient boolean begun;
    private transient boolean kept;

    private FailingOnce(int run) {
      this.run = run;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      kept = begun;
    }

    @Override
    public void processElement(
        SourceRecord next, Context context, Collector<Tuple2<Long, SourceRecord>> out) {
      if (kept && FAILED.add(run)) {
        throw new IllegalStateException("fails once, on purpose");
      }
      begun = true;
      super.processElement(next, context, out);
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
