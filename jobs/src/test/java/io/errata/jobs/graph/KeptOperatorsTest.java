package io.errata.jobs.graph;

import static io.errata.jobs.graph.Fixtures.EVENTS;
import static io.errata.jobs.graph.Fixtures.TABLE;
import static io.errata.jobs.graph.Fixtures.base;
import static io.errata.jobs.graph.Fixtures.event;
import static io.errata.jobs.graph.Fixtures.live;
import static io.errata.jobs.graph.Fixtures.touch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.Position;
import io.errata.api.Row;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.plan.Correction;
import io.errata.state.plan.QuarantineEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages of streaming execution, with their state in RocksDB. */
class KeptOperatorsTest {
  private static final String NOON = "2024-06-10T12:00:00Z";
  private static final WorkerDefinition WORDS =
      loader -> ReplayWorker.of(new Fixtures.WordsWorker());
  private static final JobStreams STREAMS = new JobStreams(TABLE, EVENTS, List.of());

  @TempDir private Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, SourceRecord, KeyedRecord> dedupe(
      @Nullable OperatorSubtaskState state, String... quarantined) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeptDedupeOperator(
                WORDS,
                TABLE,
                EVENTS,
                STREAMS,
                Duration.ZERO,
                Set.of(quarantined),
                KeySelection.ALL),
            record -> SortKey.of(((EventRecord) record).id()),
            Types.LONG);
    harness.setStateBackend(new EmbeddedRocksDBStateBackend(true));
    harness.setup(STREAMS.keyedSerializer());
    return open(harness, state);
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, KeyedRecord, Outcome> replay(
      @Nullable OperatorSubtaskState state, boolean owns, int reading) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeptReplayOperator(WORDS, TABLE, STREAMS, owns, Duration.ZERO, reading),
            record -> SortKey.of(record.key()),
            Types.LONG);
    harness.setStateBackend(new EmbeddedRocksDBStateBackend(true));
    harness.setup(STREAMS.outcomes().createSerializer(new SerializerConfigImpl()));
    return open(harness, state);
  }

  private <H extends OneInputStreamOperatorTestHarness<?, ?>> H open(
      H harness, @Nullable OperatorSubtaskState state) throws Exception {
    opened.add(harness);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static void take(
      OneInputStreamOperatorTestHarness<SourceRecord, ?> into, EventRecord... events)
      throws Exception {
    for (EventRecord event : events) {
      into.processElement(new StreamRecord<>(event));
    }
  }

  private static void take(
      OneInputStreamOperatorTestHarness<KeyedRecord, ?> into, KeyedRecord... records)
      throws Exception {
    for (KeyedRecord record : records) {
      into.processElement(new StreamRecord<>(record, ReplayOrder.timestamp(record)));
    }
  }

  private static Tally tally(OneInputStreamOperatorTestHarness<?, ?> harness) {
    OutputTag<Summary> tag = STREAMS.counted();
    List<Summary> counted = new ArrayList<>();
    harness.getSideOutput(tag).forEach(record -> counted.add(record.getValue()));
    assertThat(counted).hasSize(1);
    return ((Summary.Counted) counted.get(0)).tally();
  }

  /** What the stage behind the dedupe makes of all that it has emitted. */
  private List<Outcome> replayed(List<KeyedRecord> records) throws Exception {
    var replay = replay(null, false, 0);
    take(replay, records.toArray(KeyedRecord[]::new));
    replay.endInput();
    return replay.extractOutputValues();
  }

  private static Outcome inserted(String user, String words) {
    return new Outcome.Found(new Correction.Insert(Row.of(TABLE.values(), user, words)));
  }

  @Test
  void copies_inAnyOrder_leaveTheOneOfTheLeastSequence() throws Exception {
    List<EventRecord> copies =
        new ArrayList<>(
            List.of(
                event("a", NOON, 3, "ann", "first"),
                event("a", NOON, 1, "ann", "first"),
                event("a", NOON, 2, "ann", "first"),
                event("b", NOON, 2, "ann", "second")));
    for (int seed = 0; seed < 6; seed++) {
      Collections.shuffle(copies, new Random(seed));
      var dedupe = dedupe(null);
      take(dedupe, copies.toArray(EventRecord[]::new));
      dedupe.endInput();

      assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(2, 0, 2));
      assertThat(replayed(dedupe.extractOutputValues()))
          .containsExactly(inserted("ann", "first second"));
    }
  }

  @Test
  void counts_andCopies_goOnFromACheckpoint() throws Exception {
    var before = dedupe(null);
    take(before, event("a", NOON, 1, "ann", "one"), event("b", NOON, 1, "ann", "two"));
    take(before, event("a", NOON, 1, "ann", "one"));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);
    take(before, event("b", NOON, 1, "ann", "two"), event("c", NOON, 1, "bob", "lost"));

    var after = dedupe(checkpoint);
    take(after, event("b", NOON, 1, "ann", "two"), event("c", NOON, 1, "bob", "three"));
    after.endInput();

    assertThat(tally(after)).isEqualTo(Tally.ofEvents(2, 0, 3));
  }

  /** What a harness's task has counted, as the job manager would hear of it. */
  private static JobCounts watched(OneInputStreamOperatorTestHarness<?, ?> harness) {
    Map<String, Object> accumulators = new TreeMap<>();
    harness
        .getEnvironment()
        .getAccumulatorRegistry()
        .getUserMap()
        .forEach((name, value) -> accumulators.put(name, value.getLocalValue()));
    return JobCounts.of(accumulators);
  }

  @Test
  void countsOfTheDedupe_goOnFromACheckpoint_forThoseWhoWatch() throws Exception {
    var before = dedupe(null);
    take(before, event("a", NOON, 1, "ann", "one"), event("b", NOON, 1, "ann", "two"));
    take(before, event("a", NOON, 1, "ann", "one"));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);
    take(before, event("b", NOON, 1, "ann", "two"));

    var after = dedupe(checkpoint);
    assertThat(watched(after).of(Count.EVENTS_DEDUPED)).isEqualTo(3);
    take(after, event("b", NOON, 1, "ann", "two"), event("c", NOON, 1, "bob", "three"));

    assertThat(watched(after).of(Count.EVENTS_DEDUPED)).isEqualTo(5);
    assertThat(watched(after).of(Count.EVENTS_DUPLICATE)).isEqualTo(2);
    assertThat(watched(after).of(Count.EVENTS_USED)).isEqualTo(3);
  }

  @Test
  void countsOfTheIntake_goOnFromACheckpoint_forThoseWhoWatch() throws Exception {
    var before = intake(null);
    take(before, event("a", NOON, 1, "ann", "one"), rejected("b"));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);
    take(before, rejected("c"));

    var after = intake(checkpoint);
    take(after, rejected("c"), event("d", "2024-06-10T11:00:00Z", 1, "bob", "two"));

    assertThat(watched(after).of(Count.EVENTS_READ)).isEqualTo(4);
    assertThat(watched(after).of(Count.EVENTS_REJECTED)).isEqualTo(2);
    assertThat(watched(after).steps()).isEqualTo(4);
    assertThat(watched(before).newest()).contains(Instant.parse(NOON));
  }

  private OneInputStreamOperatorTestHarness<SourceRecord, SourceRecord> intake(
      @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new OneInputStreamOperatorTestHarness<SourceRecord, SourceRecord>(
            new ProcessOperator<>(
                new IntakeFunction(
                    WORDS,
                    TABLE,
                    STREAMS,
                    Duration.ZERO,
                    KeySelection.ALL,
                    Instant.parse("2024-06-10T13:00:00Z"))));
    harness.setup(STREAMS.eventSerializer());
    return open(harness, state);
  }

  private static EventRecord rejected(String id) {
    return new EventRecord(
        EVENTS.payloadSchema(),
        id,
        Instant.parse(NOON),
        "",
        new Object[] {1L},
        new Object[] {"ann", "bad"},
        new Position("file", 0),
        "it is bad");
  }

  @Test
  void drift_goesOnFromACheckpoint_forThoseWhoWatch() throws Exception {
    var before = files(null);
    before.processElement(new StreamRecord<>(inserted("ann", "one")));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);
    before.processElement(new StreamRecord<>(inserted("bob", "lost")));

    var after = files(checkpoint);
    after.processElement(new StreamRecord<>(inserted("bob", "two")));

    assertThat(watched(after).of(Count.DRIFT_INSERT)).isEqualTo(2);
    assertThat(watched(after).of(Count.DRIFT_UPDATE)).isZero();
  }

  @Test
  void copiesThatDiffer_barTheKeysOfBothAndAreNotUsed() throws Exception {
    var dedupe = dedupe(null);
    take(dedupe, event("a", NOON, 1, "ann", "one"), event("a", NOON, 1, "bob", "two"));
    take(dedupe, event("a", NOON, 1, "ann", "one"), event("b", NOON, 1, "cia", "fine"));
    dedupe.endInput();

    assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(1, 1, 1));
    List<Outcome> outcomes = replayed(dedupe.extractOutputValues());
    assertThat(outcomes).hasSize(3).contains(inserted("cia", "fine"));
    assertThat(
            outcomes.stream()
                .filter(Outcome.Quarantined.class::isInstance)
                .map(outcome -> ((Outcome.Quarantined) outcome).entry().key()))
        .containsExactlyInAnyOrder("user_id=ann", "user_id=bob");
  }

  @Test
  void namedEvent_barsItsKey() throws Exception {
    var dedupe = dedupe(null, "a");
    take(dedupe, event("a", NOON, 2, "ann", "one"), event("a", NOON, 1, "ann", "one"));
    dedupe.endInput();

    assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(1, 0, 0));
    assertThat(replayed(dedupe.extractOutputValues()))
        .singleElement()
        .isInstanceOf(Outcome.Quarantined.class);
  }

  @Test
  void records_areReplayedByTimeHoweverTheyCome() throws Exception {
    List<KeyedRecord> records =
        new ArrayList<>(
            List.of(
                base("ann", "once"),
                touch(event("z", "1969-12-31T23:59:59.999999Z", 1, "ann", "before")),
                touch(event("y", "1970-01-01T00:00:00Z", 1, "ann", "upon")),
                touch(event("c", NOON, 1, "ann", "a")),
                touch(event("b", NOON, 2, "ann", "time")),
                touch(event("a", "2024-06-10T12:00:00.000001Z", 1, "ann", "there")),
                touch(event("d", NOON, 1, "bob", "alone")),
                live("bob", "alone")));
    for (int seed = 0; seed < 4; seed++) {
      Collections.shuffle(records, new Random(seed));
      var replay = replay(null, false, 0);
      take(replay, records.subList(0, 3).toArray(KeyedRecord[]::new));
      OperatorSubtaskState checkpoint = replay.snapshot(1, 1);
      take(replay, touch(event("lost", NOON, 0, "ann", "lost")));

      var after = replay(checkpoint, false, 0);
      take(after, records.subList(3, records.size()).toArray(KeyedRecord[]::new));
      after.endInput();

      assertThat(after.extractOutputValues())
          .containsExactly(inserted("ann", "once before upon a time there"));
      assertThat(tally(after)).isEqualTo(Tally.ofRows(2, 1, 1, 0));
    }
  }

  @Test
  void rowsOfASnapshotThatIsGone_doNotCount() throws Exception {
    var before = replay(null, true, 0);
    take(before, live("ann", "old"), base("ann", "old"), live("gone", "gone"));
    take(before, touch(event("a", NOON, 1, "ann", "word")));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);

    var after = replay(checkpoint, true, 1);
    take(after, live("ann", "new word"), base("ann", "new"));
    after.endInput();

    assertThat(after.extractOutputValues()).isEmpty();
    assertThat(tally(after)).isEqualTo(Tally.ofRows(1, 1, 1, 0));
  }

  @Test
  void rowsOfTheSnapshotThatWasRead_areKept() throws Exception {
    var before = replay(null, true, 0);
    take(before, live("ann", "old"));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);

    var after = replay(checkpoint, true, 0);
    take(after, touch(event("a", NOON, 1, "ann", "old")));
    after.endInput();

    assertThat(after.extractOutputValues()).isEmpty();
    assertThat(tally(after)).isEqualTo(Tally.ofRows(1, 1, 1, 0));
  }

  @Test
  void twoLiveRowsOfOneKey_areRefused() throws Exception {
    var replay = replay(null, true, 0);
    take(replay, live("ann", "a"));

    assertThatThrownBy(() -> take(replay, live("ann", "b")))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot compare public.words: two live rows have one key");
  }

  @Test
  void files_thatACheckpointHolds_areReportedAndNoOthers() throws Exception {
    var before = files(null);
    before.processElement(new StreamRecord<>(bar("a")));
    OperatorSubtaskState checkpoint = before.snapshot(1, 1);
    before.processElement(new StreamRecord<>(bar("lost")));
    before.snapshot(2, 2);

    var after = files(checkpoint);
    after.processElement(new StreamRecord<>(bar("b")));
    after.snapshot(3, 3);
    after.processElement(new StreamRecord<>(bar("c")));
    after.processElement(new StreamRecord<>(bar("d")));
    after.endInput();

    List<Summary.Written> reports =
        after.extractOutputValues().stream().map(Summary.Written.class::cast).toList();
    assertThat(reports).extracting(written -> written.file().rows()).containsExactly(1L, 1L, 2L);
    assertThat(reports).extracting(written -> written.file().path()).doesNotHaveDuplicates();
  }

  private static Outcome bar(String event) {
    return new Outcome.Quarantined(new QuarantineEntry(null, null, event, "file", 0, "reason"));
  }

  private OneInputStreamOperatorTestHarness<Outcome, Summary> files(
      @Nullable OperatorSubtaskState state) throws Exception {
    OneInputStreamOperator<Outcome, Summary> operator =
        new PlanFileOperator(
            FlinkPlanStorage.at(folder.toString()).below("files"),
            state == null ? "key-0" : "key-1",
            TABLE,
            STREAMS);
    var harness = new OneInputStreamOperatorTestHarness<>(operator);
    harness.setup(STREAMS.summarySerializer());
    return open(harness, state);
  }
}
