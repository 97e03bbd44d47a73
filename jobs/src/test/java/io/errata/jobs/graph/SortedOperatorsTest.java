package io.errata.jobs.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.api.Row;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.jobs.aggregate.AggregateSpec;
import io.errata.jobs.aggregate.EventFacts;
import io.errata.jobs.worker.DeclaredWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.plan.Correction;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stages of batch execution, with a declared worker that only counts and adds. */
class SortedOperatorsTest {
  private static final TableDescription TABLE =
      new TableDescription(
          "public.totals",
          List.of(
              new TableColumn("user_id", Storage.TEXT, "text", 0, 0, 0, false, Origin.WRITTEN),
              new TableColumn("a_total", Storage.INT64, "bigint", 0, 0, 0, true, Origin.WRITTEN),
              new TableColumn("events", Storage.INT64, "bigint", 0, 0, 0, true, Origin.WRITTEN)),
          List.of("user_id"),
          List.of("a_total", "events"));
  private static final EventSchema EVENTS =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(
              new EventField("user_id", ColumnType.TEXT),
              new EventField("value", ColumnType.LONG)));
  private static final WorkerDefinition TOTALS =
      new DeclaredWorker(
          new AggregateSpec(
              Map.of("user_id", "user_id"),
              new TreeMap<>(Map.of("a_total", "sum(value)", "events", "count()"))),
          TABLE,
          new EventFacts("id", "ts", Map.of("value", ColumnType.LONG)));

  private final JobStreams streams = new JobStreams(TABLE, EVENTS, List.of("file", "other"));
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void events_ofAKeyAreGivenOnAsWhatTheyAddUpTo() throws Exception {
    var dedupe =
        deduped(
            true,
            event("a", 1, "ann", 5L),
            event("b", 3, "ann", 7L),
            event("a", 1, "ann", 5L),
            event("c", 2, "ann", null),
            event("d", 0, "ben", -1L));
    assertThat(texts(dedupe.extractOutputValues()))
        .containsExactlyInAnyOrder("ann b [2, 12, 3, 0]", "ben d [1, -1, 1, 0]");
    assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(1, 0, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file@7 file@2 other@0", "unknown@0 file@2 file@7", "other@0 file@2"})
  void copies_thatLieElsewhereLeaveTheFirstOfThem(String places) throws Exception {
    EventRecord[] copies =
        Stream.of(places.split(" "))
            .map(place -> event("a", 1, "ann", 5L, position(place)))
            .toArray(EventRecord[]::new);
    List<KeyedRecord> folded = deduped(true, copies).extractOutputValues();
    assertThat(texts(folded)).containsExactly("ann a [1, 5, 1, 0]");
    assertThat(((KeyedRecord.Folded) folded.get(0)).last().position())
        .isEqualTo(new Position("file", 2));
  }

  @Test
  void copies_areCountedAlsoWhereAnotherEventOfTheirIdDiffers() throws Exception {
    var dedupe =
        deduped(
            true,
            event("a", 1, "ann", 5L),
            event("a", 1, "ann", 5L),
            event("a", 1, "ben", 5L),
            event("a", 1, "ann", 5L));
    assertThat(dedupe.extractOutputValues())
        .hasSize(2)
        .allSatisfy(record -> assertThat(record).isInstanceOf(KeyedRecord.Barred.class))
        .extracting(KeyedRecord::key)
        .containsExactlyInAnyOrder(form("ann"), form("ben"));
    assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(2, 1, 0));
  }

  @Test
  void events_thatAreNeededOneByOneAreGivenOnSo() throws Exception {
    var dedupe = deduped(false, event("a", 1, "ann", 5L), event("b", 3, "ann", 7L));
    assertThat(texts(dedupe.extractOutputValues()))
        .containsExactlyInAnyOrder("ann touched by a", "ann touched by b");
  }

  @Test
  void event_withoutAKeyBarsAllKeys() throws Exception {
    var dedupe = deduped(true, event("a", 1, null, 5L), event("b", 3, "ann", 7L));
    assertThat(dedupe.extractOutputValues()).hasSize(1);
    assertThat(dedupe.getSideOutput(streams.unkeyed())).hasSize(1);
    assertThat(tally(dedupe)).isEqualTo(Tally.ofEvents(0, 0, 1));
  }

  @Test
  void key_isMadeFromItsBaseAndAllThatWasGathered() throws Exception {
    assertThat(
            replayed(
                folded("ann", event("b", 3, "ann", 7L), 2, 7),
                touch(event("a", 1, "ann", 5L)),
                new KeyedRecord.Base(
                    form("ann"), key("ann"), Row.of(TABLE.compareSchema(), 100L, 3L)),
                folded("ann", event("e", 4, "ann", 1L), 1, 1)))
        .containsExactly(
            new Outcome.Found(new Correction.Insert(Row.of(TABLE.values(), "ann", 113L, 7L))));
  }

  @Test
  void key_whoseSumDoesNotFitIsReportedWithTheLastOfItsEvents() throws Exception {
    List<Outcome> outcomes =
        replayed(
            folded("ann", event("last", 9, "ann", 7L), 2, Long.MAX_VALUE),
            folded("ann", event("first", 3, "ann", 7L), 1, 1),
            touch(event("between", 5, "ann", 5L)));
    assertThat(outcomes).hasSize(1);
    var entry = ((Outcome.Quarantined) outcomes.get(0)).entry();
    assertThat(entry.eventId()).isEqualTo("last");
    assertThat(entry.reason()).contains("a_total = sum(value)");
  }

  @Test
  void foldedEvents_comeBehindTheRowsThatAStateBeginsWith() {
    KeyedRecord base =
        new KeyedRecord.Base(form("ann"), key("ann"), Row.of(TABLE.compareSchema(), 1L, 1L));
    KeyedRecord folded = folded("ann", event("a", 1, "ann", 5L), 1, 5);
    assertThat(ReplayOrder.timestamp(folded)).isGreaterThan(ReplayOrder.timestamp(base));
  }

  @Test
  void event_whoseNumberHasNoFormIsBarredAlsoWhereItHasNoCopy() throws Exception {
    assertThat(dedupedWithoutForm(1)).singleElement().satisfies(this::isBarredForItsDigits);
  }

  @Test
  void event_whoseNumberHasNoFormIsBarredWithEachOfItsCopies() throws Exception {
    assertThat(dedupedWithoutForm(3)).hasSize(3).allSatisfy(this::isBarredForItsDigits);
  }

  private void isBarredForItsDigits(KeyedRecord record) {
    assertThat(record)
        .isInstanceOfSatisfying(
            KeyedRecord.Barred.class,
            barred -> assertThat(barred.entry().reason()).contains("too many digits"));
  }

  private List<KeyedRecord> dedupedWithoutForm(int copies) throws Exception {
    EventSchema amounts =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MILLIS,
            null,
            List.of(),
            List.of(
                new EventField("user_id", ColumnType.TEXT),
                new EventField("value", ColumnType.LONG),
                new EventField("amount", ColumnType.DECIMAL)));
    JobStreams typed = new JobStreams(TABLE, amounts, List.of());
    var dedupe = dedupe(amounts, typed, true);
    EventRecord event =
        new EventRecord(
            amounts.payloadSchema(),
            "a",
            Instant.EPOCH,
            "",
            new Object[0],
            new Object[] {"ann", 5L, BigDecimal.ONE.movePointLeft(20_000)},
            new Position("file", 0),
            null);
    List<EventRecord> all = Collections.nCopies(copies, event);
    dedupe.processElement(new StreamRecord<>(pack(typed.packedEvents(), all)));
    dedupe.endInput();
    return dedupe.extractOutputValues();
  }

  private OneInputStreamOperatorTestHarness<RecordBlock, KeyedRecord> deduped(
      boolean mayFold, EventRecord... events) throws Exception {
    var dedupe = dedupe(EVENTS, streams, mayFold);
    dedupe.processElement(new StreamRecord<>(pack(streams.packedEvents(), List.of(events))));
    dedupe.endInput();
    return dedupe;
  }

  private OneInputStreamOperatorTestHarness<RecordBlock, KeyedRecord> dedupe(
      EventSchema events, JobStreams of, boolean mayFold) throws Exception {
    return open(
        new DedupeOperator(
            TOTALS, TABLE, events, of, Duration.ZERO, Set.of(), KeySelection.ALL, mayFold),
        of.keyedSerializer());
  }

  private List<Outcome> replayed(KeyedRecord... records) throws Exception {
    var replay =
        open(
            new ReplayOperator(TOTALS, TABLE, streams, false, Duration.ZERO),
            streams.outcomes().createSerializer(new SerializerConfigImpl()));
    replay.processElement(new StreamRecord<>(pack(streams.packedByKey(), List.of(records))));
    replay.endInput();
    return replay.extractOutputValues();
  }

  private <OUT> OneInputStreamOperatorTestHarness<RecordBlock, OUT> open(
      SortedInputOperator<?, OUT> operator, TypeSerializer<OUT> serializer) throws Exception {
    var harness = new OneInputStreamOperatorTestHarness<>(operator);
    opened.add(harness);
    harness
        .getStreamConfig()
        .setManagedMemoryFractionOperatorOfUseCase(ManagedMemoryUseCase.OPERATOR, 0.5);
    harness.setup(serializer);
    harness.open();
    return harness;
  }

  /** As one block, by the operator that packs. */
  private static <T> RecordBlock pack(Packing<T> packing, List<? extends T> records)
      throws Exception {
    try (var harness = new OneInputStreamOperatorTestHarness<>(new PackOperator<>(packing, 1))) {
      harness.setup(new CodecSerializer<>(new RecordBlockCodec()));
      harness.open();
      for (T record : records) {
        harness.processElement(new StreamRecord<>(record));
      }
      harness.endInput();
      assertThat(harness.extractOutputValues()).hasSize(1);
      return harness.extractOutputValues().get(0);
    }
  }

  private Tally tally(OneInputStreamOperatorTestHarness<?, ?> harness) {
    List<Summary> counted = new ArrayList<>();
    harness.getSideOutput(streams.counted()).forEach(record -> counted.add(record.getValue()));
    assertThat(counted).hasSize(1);
    return ((Summary.Counted) counted.get(0)).tally();
  }

  private static List<String> texts(List<KeyedRecord> records) {
    List<String> texts = new ArrayList<>();
    for (KeyedRecord record : records) {
      if (record instanceof KeyedRecord.Folded folded) {
        String user = folded.keyRow().asText("user_id");
        texts.add(user + " " + folded.last().id() + " " + folded.gathered());
      } else if (record instanceof KeyedRecord.Touch touch) {
        texts.add(touch.keyRow().asText("user_id") + " touched by " + touch.event().id());
      }
    }
    return texts;
  }

  private static KeyedRecord folded(String user, EventRecord last, long events, long total) {
    return new KeyedRecord.Folded(form(user), key(user), last, List.of(events, total, events, 0L));
  }

  private static KeyedRecord touch(EventRecord event) {
    String user = event.asText("user_id");
    return new KeyedRecord.Touch(form(user), key(user), event);
  }

  private static Row key(String user) {
    return Row.of(TABLE.keySchema(), user);
  }

  private static String form(String user) {
    return CanonicalForm.of(key(user));
  }

  private static Position position(String text) {
    String[] parts = text.split("@");
    return new Position(parts[0], Long.parseLong(parts[1]));
  }

  private static EventRecord event(String id, int second, String user, Long value) {
    return event(id, second, user, value, new Position("file", 0));
  }

  private static EventRecord event(
      String id, int second, String user, Long value, Position position) {
    return new EventRecord(
        EVENTS.payloadSchema(),
        id,
        Instant.ofEpochSecond(second),
        "",
        new Object[0],
        new Object[] {user, value},
        position,
        null);
  }
}
