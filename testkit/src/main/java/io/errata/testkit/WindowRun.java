package io.errata.testkit;

import io.errata.api.Bytes;
import io.errata.connectors.InputPart;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import io.errata.connectors.event.SplitReceipt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.core.memory.DataOutputSerializer;
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

  /**
   * Runs the source in batch execution, and sends its records over the network once. Beside it runs
   * the source that packs events, which has to give the same.
   */
  public static WindowRun of(ResolvedWindow window, int parallelism) throws Exception {
    StreamExecutionEnvironment env =
        environment(RuntimeExecutionMode.BATCH, parallelism, new Configuration());
    Source<SourceRecord, ?, ?> single = window.source(ReadRate.UNLIMITED);
    // One of the sources is known to it, and others are not.
    PackedEvents form =
        new PackedEvents(
            schema(single),
            window.inputs().stream().map(InputPart::name).sorted().limit(1).toList());
    List<List<Tuple2<Long, SourceRecord>>> found =
        run(env, List.of(single, window.source(ReadRate.UNLIMITED, form)), new Timestamps());
    WindowRun run = of(found.get(0));
    checkPacked(run, form, found.get(1).stream().map(timed -> timed.f1).toList());
    return run;
  }

  private static EventSchema schema(Source<SourceRecord, ?, ?> source) {
    return ((SourceRecordTypeInfo) ((ResultTypeQueryable<?>) source).getProducedType()).schema();
  }

  private static void checkPacked(WindowRun run, PackedEvents form, List<SourceRecord> packed)
      throws IOException {
    List<Bytes> events = new ArrayList<>();
    List<String> rejected = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    for (SourceRecord next : packed) {
      if (next instanceof EventBlock block) {
        events.addAll(eventsOf(block));
      } else if (next instanceof EventRecord event) {
        rejected.add(told(event));
      } else {
        receipts.add((SplitReceipt) next);
      }
    }
    List<Bytes> expected = new ArrayList<>();
    List<String> expectedRejected = new ArrayList<>();
    for (TimedEvent each : run.events()) {
      if (each.event().rejection().isPresent()) {
        expectedRejected.add(told(each.event()));
      } else {
        DataOutputSerializer out = new DataOutputSerializer(128);
        form.write(each.event(), out);
        expected.add(Bytes.of(out.getCopyOfBuffer()));
      }
    }
    same("events", events, expected, Comparator.comparing(Bytes::toHex));
    same("rejected events", rejected, expectedRejected, Comparator.naturalOrder());
    same("receipts", receipts, run.receipts(), Comparator.comparing(SplitReceipt::split));
  }

  private static List<Bytes> eventsOf(EventBlock block) {
    List<Bytes> events = new ArrayList<>();
    int at = 0;
    while (at < block.length()) {
      int begin = at + EventBlock.HEAD;
      at = begin + block.size(at);
      events.add(Bytes.of(Arrays.copyOfRange(block.bytes(), begin, at)));
    }
    if (events.size() != block.count()) {
      throw new AssertionError(
          "A block says that it has " + block.count() + " events, and has " + events.size());
    }
    return events;
  }

  private static String told(EventRecord event) {
    return event.position() + " " + event.knownId() + " " + event.rejection() + " " + event.raw();
  }

  private static <T> void same(String what, List<T> packed, List<T> single, Comparator<T> order) {
    List<T> left = packed.stream().sorted(order).toList();
    List<T> right = single.stream().sorted(order).toList();
    if (!left.equals(right)) {
      throw new AssertionError(
          "The source that packs gives other " + what + ":\n" + left + "\nand not\n" + right);
    }
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
        of(
            run(
                    environment(RuntimeExecutionMode.STREAMING, 1, configuration),
                    List.of(window.source(rate)),
                    failing)
                .get(0));
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

  /** What each of some sources gives, which run in one job. */
  private static List<List<Tuple2<Long, SourceRecord>>> run(
      StreamExecutionEnvironment env,
      List<Source<SourceRecord, ?, ?>> sources,
      Timestamps timestamps)
      throws Exception {
    List<CloseableIterator<Tuple2<Long, SourceRecord>>> results = new ArrayList<>();
    List<List<Tuple2<Long, SourceRecord>>> all = new ArrayList<>();
    for (Source<SourceRecord, ?, ?> source : sources) {
      DataStream<SourceRecord> records =
          env.fromSource(source, WatermarkStrategy.noWatermarks(), "events");
      results.add(
          records
              .rebalance()
              .process(timestamps)
              .returns(Types.TUPLE(Types.LONG, records.getType()))
              .collectAsync());
    }
    env.execute();
    for (CloseableIterator<Tuple2<Long, SourceRecord>> result : results) {
      List<Tuple2<Long, SourceRecord>> found = new ArrayList<>();
      try (result) {
        result.forEachRemaining(found::add);
      }
      all.add(found);
    }
    return all;
  }

  private static WindowRun of(List<Tuple2<Long, SourceRecord>> all) {
    List<TimedEvent> events = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    for (Tuple2<Long, SourceRecord> next : all) {
      if (next.f1 instanceof EventRecord event) {
        events.add(new TimedEvent(event, next.f0));
      } else if (next.f1 instanceof SplitReceipt receipt) {
        receipts.add(receipt);
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
