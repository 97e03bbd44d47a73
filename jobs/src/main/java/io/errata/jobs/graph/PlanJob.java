package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.InputPart;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.archive.ParquetSnapshot;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The topology that makes the files of a plan.
 *
 * <pre>
 * events ──► intake ──by id──► dedupe ──┐
 *              │ (undecodable)          ├─by key─► replay and compare ──► plan files ──┐
 *              └────────────────────────┤                                              │
 * live rows ────────────────────────────┤                                              ├──► summary
 * base rows ────────────────────────────┘                                              │
 *            (events without a key) ─────────────────► quarantine files ───────────────┤
 *            (receipts, counts) ───────────────────────────────────────────────────────┘
 * </pre>
 *
 * In batch execution dedupe sorts its input by id, and replay by key and event time, in blocks and
 * spilling to disk. In streaming execution both keep what comes in keyed state.
 */
public final class PlanJob {
  /** Begins the names of the files that hold events without a key. */
  static final String UNKEYED = "unkeyed";

  private static final String DEDUPE = "dedupe by id";
  private static final String REPLAY = "replay and compare";
  private static final String LIVE_ROWS = "live rows";
  private static final String BASE_ROWS = "base rows";

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final EventSchema events;
  private final ResolvedWindow window;
  private final Instant windowEnd;
  private final String staging;
  private final ReadRate rate;
  private final Duration workerTime;
  private final Set<String> quarantined;
  private final KeySelection selection;
  private OptionalLong first = OptionalLong.empty();
  private OptionalInt readers = OptionalInt.empty();

  /**
   * @param windowEnd the end of the window, exclusive, which the lag is measured to
   * @param staging the URI of the folder that the plan's files are written below
   * @param rate how fast events may be read
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param quarantined ids of events that are not to be used: their keys are left as they are
   * @param selection the keys that the plan is about
   */
  public PlanJob(
      WorkerDefinition worker,
      TableDescription table,
      EventSchema events,
      ResolvedWindow window,
      Instant windowEnd,
      String staging,
      ReadRate rate,
      Duration workerTime,
      Set<String> quarantined,
      KeySelection selection) {
    this.selection = selection;
    this.workerTime = workerTime;
    this.quarantined = Set.copyOf(quarantined);
    this.worker = worker;
    this.table = table;
    this.events = events;
    this.window = window;
    this.windowEnd = windowEnd;
    this.staging = staging;
    this.rate = rate;
  }

  /** The same, made from the first events of the window alone, in the one order of events. */
  public PlanJob withFirst(OptionalLong changed) {
    PlanJob job = copy();
    job.first = changed;
    return job;
  }

  /** The same, with no more than so many tasks that read the rows of each table. */
  public PlanJob withReaders(OptionalInt most) {
    PlanJob job = copy();
    job.readers = most;
    return job;
  }

  private PlanJob copy() {
    PlanJob job =
        new PlanJob(
            worker,
            table,
            events,
            window,
            windowEnd,
            staging,
            rate,
            workerTime,
            quarantined,
            selection);
    job.first = first;
    job.readers = readers;
    return job;
  }

  /** Rows that take part in the job, from a snapshot that stays open until it has ended. */
  public record Rows(
      LiveTableOptions options, TableDescription table, List<SnapshotSplit> splits) {}

  /** What running rows start from. */
  public sealed interface Base {
    /** Rows of a table. */
    record OfTable(Rows rows) implements Base {}

    /** Rows of files. */
    record OfFiles(List<ParquetSnapshot.Part> parts) implements Base {}
  }

  /** How Flink runs the job; what it finds is the same. */
  public sealed interface Execution {
    /** Each stage sorts what the one before has left on disk. Nothing can be resumed. */
    record Batch() implements Execution {}

    /**
     * All stages at once, with what they have to keep in keyed state, of which checkpoints are
     * made. The state backend must keep map entries in the order of their bytes, as RocksDB does.
     *
     * @param start how many starts of the run there were before: files of each have other names
     * @param reading at which start the rows began to be read; those of an earlier snapshot that
     *     lie in a checkpoint don't count
     */
    record Streaming(int start, int reading) implements Execution {}
  }

  /**
   * How events are spread over the tasks before they are sorted; the plan must not depend on it.
   */
  public enum InputOrder {
    /** As the source gives them. */
    AS_READ,
    /** Dealt out one by one over all tasks. */
    SCATTERED
  }

  /**
   * Adds the topology to an environment.
   *
   * @param live the rows to compare
   * @param base the rows that running rows start from
   * @param execution as the environment is set up
   */
  public void build(
      StreamExecutionEnvironment env,
      Rows live,
      Optional<Base> base,
      InputOrder order,
      Execution execution) {
    JobStreams streams =
        new JobStreams(table, events, window.inputs().stream().map(InputPart::name).toList());
    boolean owns = live.options().ownsPredicate().isPresent();
    String start = execution instanceof Execution.Streaming s ? "-" + s.start() : "";
    String reading = execution instanceof Execution.Streaming s ? "-" + s.reading() : "";

    // Streaming execution keeps single events, and those that are dealt out are so one by one.
    boolean packs = execution instanceof Execution.Batch && order == InputOrder.AS_READ;
    DataStream<SourceRecord> source =
        env.fromSource(
                window.source(rate, packs ? streams.packedEvents().events() : null),
                WatermarkStrategy.noWatermarks(),
                "events",
                streams.events())
            .uid("events");
    if (order == InputOrder.SCATTERED) {
      source = source.rebalance();
    }
    SingleOutputStreamOperator<SourceRecord> intake =
        source
            .process(
                new IntakeFunction(worker, table, streams, workerTime, selection, windowEnd),
                streams.events())
            .name("intake")
            .uid("intake");

    SingleOutputStreamOperator<KeyedRecord> deduped = dedupe(intake, execution, streams);

    SingleOutputStreamOperator<KeyedRecord> wanted = deduped;
    if (first.isPresent()) {
      wanted =
          deduped
              .keyBy(record -> 0L, Types.LONG)
              .transform(
                  "first events",
                  streams.keyed(),
                  new FirstEventsOperator(first.getAsLong(), streams))
              .uid("first")
              .setParallelism(1);
    }
    List<DataStream<KeyedRecord>> keyed = new ArrayList<>();
    keyed.add(wanted);
    keyed.add(intake.getSideOutput(streams.barred()));
    keyed.add(rows(env, live, LiveRowSource.Role.LIVE, LIVE_ROWS, reading, streams));
    if (base.isPresent()) {
      keyed.add(base(env, base.get(), reading, streams));
    }
    if (!selection.isAll()) {
      KeySelection selected = selection;
      for (int i = 0; i < keyed.size(); i++) {
        DataStream<KeyedRecord> all = keyed.get(i);
        SingleOutputStreamOperator<KeyedRecord> included =
            all.filter(record -> selected.includes(record.key()))
                .name("keys of the plan")
                .uid("selection-" + i);
        if (all.getParallelism() < env.getParallelism()) {
          included.setParallelism(all.getParallelism());
        }
        keyed.set(i, included);
      }
    }

    SingleOutputStreamOperator<Outcome> replayed = replay(keyed, owns, execution, streams);

    DataStream<Summary> files =
        replayed
            .transform(
                "plan files",
                streams.summaries(),
                new PlanFileOperator(staging, "key" + start, table, streams))
            .uid("plan-files");
    DataStream<Summary> unkeyed =
        intake
            .getSideOutput(streams.unkeyed())
            .union(deduped.getSideOutput(streams.unkeyed()))
            .transform(
                "quarantine files",
                streams.summaries(),
                new PlanFileOperator(staging, UNKEYED + start, table, streams))
            .uid("quarantine-files");

    files
        .union(
            unkeyed,
            intake.getSideOutput(streams.counted()),
            counted(deduped, wanted, streams),
            replayed.getSideOutput(streams.counted()))
        .transform("summary", streams.summaries(), new SummaryOperator(staging, streams))
        .uid("summary")
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end")
        .setParallelism(1);
  }

  private SingleOutputStreamOperator<KeyedRecord> dedupe(
      DataStream<SourceRecord> events, Execution execution, JobStreams streams) {
    SingleOutputStreamOperator<KeyedRecord> deduped =
        execution instanceof Execution.Streaming
            ? events
                .keyBy(record -> SortKey.of(((EventRecord) record).id()), Types.LONG)
                .transform(
                    DEDUPE,
                    streams.keyed(),
                    new KeptDedupeOperator(
                        worker, table, this.events, streams, workerTime, quarantined, selection))
            : sorted(
                List.of(events),
                streams.packedEvents(),
                streams,
                DEDUPE,
                streams.keyed(),
                new DedupeOperator(
                    worker,
                    table,
                    this.events,
                    streams,
                    workerTime,
                    quarantined,
                    selection,
                    first.isEmpty()));
    return deduped.uid("dedupe");
  }

  private SingleOutputStreamOperator<Outcome> replay(
      List<DataStream<KeyedRecord>> keyed, boolean owns, Execution execution, JobStreams streams) {
    SingleOutputStreamOperator<Outcome> replayed =
        execution instanceof Execution.Streaming streaming
            ? union(keyed)
                .keyBy(record -> SortKey.of(record.key()), Types.LONG)
                .transform(
                    REPLAY,
                    streams.outcomes(),
                    new KeptReplayOperator(
                        worker, table, streams, owns, workerTime, streaming.reading()))
            : sorted(
                keyed,
                streams.packedByKey(),
                streams,
                REPLAY,
                streams.outcomes(),
                new ReplayOperator(worker, table, streams, owns, workerTime));
    return replayed.uid("replay");
  }

  /** A stage that takes its input in blocks and sorts it. */
  private static <T, OUT> SingleOutputStreamOperator<OUT> sorted(
      List<? extends DataStream<T>> inputs,
      Packing<T> packing,
      JobStreams streams,
      String name,
      TypeInformation<OUT> type,
      SortedInputOperator<T, OUT> stage) {
    int tasks = inputs.get(0).getExecutionEnvironment().getParallelism();
    // Before they come together, so that each is packed by the task that has made it.
    List<DataStream<RecordBlock>> blocks = new ArrayList<>();
    for (DataStream<T> input : inputs) {
      SingleOutputStreamOperator<RecordBlock> packed =
          input.transform("pack", streams.blocks(), new PackOperator<>(packing, tasks));
      if (input.getParallelism() < tasks) {
        packed.setParallelism(input.getParallelism());
      }
      blocks.add(packed);
    }
    SingleOutputStreamOperator<OUT> result =
        union(blocks)
            .partitionCustom((Integer task, int all) -> task, RecordBlock::task)
            .transform(name, type, stage)
            .setParallelism(tasks);
    result
        .getTransformation()
        .declareManagedMemoryUseCaseAtOperatorScope(
            ManagedMemoryUseCase.OPERATOR, SortedInputOperator.MEMORY_WEIGHT);
    return result;
  }

  @SuppressWarnings("unchecked")
  private static <T> DataStream<T> union(List<DataStream<T>> streams) {
    return streams.size() == 1
        ? streams.get(0)
        : streams.get(0).union(streams.subList(1, streams.size()).toArray(new DataStream[0]));
  }

  private static DataStream<Summary> counted(
      SingleOutputStreamOperator<KeyedRecord> deduped,
      SingleOutputStreamOperator<KeyedRecord> wanted,
      JobStreams streams) {
    DataStream<Summary> counted = deduped.getSideOutput(streams.counted());
    return wanted == deduped ? counted : counted.union(wanted.getSideOutput(streams.counted()));
  }

  private DataStream<KeyedRecord> base(
      StreamExecutionEnvironment env, Base base, String reading, JobStreams streams) {
    if (base instanceof Base.OfTable fromTable) {
      return rows(env, fromTable.rows(), LiveRowSource.Role.BASE, BASE_ROWS, reading, streams);
    }
    List<ParquetSnapshot.Part> parts = ((Base.OfFiles) base).parts();
    if (parts.isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read the base: there are no rows in its files",
          "Check base.path.");
    }
    return env.fromSequence(0, parts.size() - 1)
        .name("base files")
        .uid("base-files" + reading)
        .rebalance()
        .flatMap(new BaseFileFunction(parts, table))
        .returns(streams.keyed())
        .name(BASE_ROWS)
        .uid(uidOfRows(BASE_ROWS, reading));
  }

  private DataStream<KeyedRecord> rows(
      StreamExecutionEnvironment env,
      Rows rows,
      LiveRowSource.Role role,
      String name,
      String reading,
      JobStreams streams) {
    DataStreamSource<KeyedRecord> source =
        env.fromSource(
            new LiveRowSource(rows.options(), rows.table(), rows.splits(), role, staging),
            WatermarkStrategy.noWatermarks(),
            name,
            streams.keyed());
    if (readers.isPresent()) {
      source.setParallelism(Math.min(readers.getAsInt(), env.getParallelism()));
    }
    return source.uid(uidOfRows(name, reading));
  }

  private static String uidOfRows(String name, String reading) {
    return name.replace(' ', '-') + reading;
  }

  /**
   * The uids of the operators that read the rows of one reading: where a checkpoint says that they
   * have ended, it holds all rows of that reading.
   *
   * @param base what running rows start from, if anything
   */
  public static List<String> rowReaders(int reading, Optional<?> base) {
    return Stream.of(LIVE_ROWS, BASE_ROWS)
        .limit(base.isPresent() ? 2 : 1)
        .map(name -> uidOfRows(name, "-" + reading))
        .toList();
  }
}
