package io.errata.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.Conditions;
import io.errata.testkit.EventStore.Part;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link WindowSource} does. A subclass supplies the store that it reads; each test gets
 * a fresh one. Sources are run by Flink; a subclass may give the context a cluster, or each run
 * starts one of its own.
 */
public abstract class WindowSourceContract {
  protected static final LocalDate DAY = LocalDate.parse("2024-06-10");
  protected static final Window WINDOW =
      new Window(Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-10T12:30:00Z"));

  private EventStore store;

  /** A store without events. */
  protected abstract EventStore openStore() throws Exception;

  @BeforeEach
  final void open() throws Exception {
    store = openStore();
  }

  /** An event with an id and a time, and nothing else. */
  protected static Map<String, Object> event(String id, String time) {
    Map<String, Object> row = new HashMap<>();
    row.put("id", id);
    row.put("ts", Instant.parse(time));
    row.put("kind", "payment");
    row.put("seq", 1L);
    return row;
  }

  private static Map<String, Object> with(Map<String, Object> row, String path, Object value) {
    row.put(path, value);
    return row;
  }

  @SafeVarargs
  private ResolvedWindow resolve(Map<String, Object>... rows) throws Exception {
    return resolve(Optional.empty(), new Part(DAY, List.of(rows)));
  }

  private ResolvedWindow resolve(Optional<Condition> condition, Part... parts) throws Exception {
    return source(parts).resolve(WINDOW, EventStore.SCHEMA, condition);
  }

  private WindowSource source(Part... parts) throws Exception {
    List<LocalDate> days = List.copyOf(new TreeSet<>(Stream.of(parts).map(Part::day).toList()));
    return store.source(List.of(parts), days);
  }

  @Test
  void window_beginsWithItsStartAndEndsBeforeItsEnd() throws Exception {
    WindowRun run =
        WindowRun.of(
            resolve(
                event("before", "2024-06-10T11:59:59.999999Z"),
                event("start", "2024-06-10T12:00:00Z"),
                event("last", "2024-06-10T12:29:59.999999Z"),
                event("end", "2024-06-10T12:30:00Z")),
            1);

    assertThat(run.ids()).containsExactly("last", "start");
    assertThat(run.total().inWindow()).isEqualTo(2);
  }

  /** A source may leave out a part by the times of its events. */
  @Test
  void partOfTheFirstOrLastMomentAlone_isRead() throws Exception {
    List<Part> parts = new ArrayList<>();
    for (String time :
        List.of(
            "2024-06-10T11:59:59.999999Z",
            "2024-06-10T12:00:00Z",
            "2024-06-10T12:29:59.999999Z",
            "2024-06-10T12:30:00Z")) {
      parts.add(new Part(DAY, List.of(event(time, time))));
    }
    WindowRun run = WindowRun.of(resolve(Optional.empty(), parts.toArray(Part[]::new)), 1);

    assertThat(run.ids()).containsExactly("2024-06-10T12:00:00Z", "2024-06-10T12:29:59.999999Z");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void events_areThereOnceEachInHoweverManySplits(int parallelism) throws Exception {
    List<Part> parts = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int part = 0; part < 7; part++) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Instant time = WINDOW.from().plusSeconds(i * 5L - 60);
        Map<String, Object> row = event("e" + part + "-" + i, time.toString());
        rows.add(with(row, "count", i));
        if (WINDOW.contains(time)) {
          expected.add("e" + part + "-" + i);
        }
      }
      parts.add(new Part(DAY, rows));
    }
    ResolvedWindow window = resolve(Optional.empty(), parts.toArray(Part[]::new));
    WindowRun run = WindowRun.of(window, parallelism);

    assertThat(run.ids()).containsExactlyElementsOf(expected.stream().sorted().toList());
    assertThat(run.events()).extracting(timed -> timed.event().position()).doesNotHaveDuplicates();
    assertThat(run.total().inWindow()).isEqualTo(expected.size());
    assertThat(window.confirm(run.receipts())).isEmpty();
    // Beside the schemas that it is read by.
    assertThat(window.inputs()).filteredOn(part -> !part.name().startsWith("schema ")).hasSize(7);
  }

  @Test
  void values_ofEveryTypeArriveAsTheyWere() throws Exception {
    Map<String, Object> full = event("full", "2024-06-10T12:00:00.123456Z");
    full.put("kind", "refund");
    full.put("seq", Long.MAX_VALUE);
    full.put("flag", true);
    full.put("count", Integer.MIN_VALUE);
    full.put("amount", new BigDecimal("-12345678901234567.8901"));
    full.put("ratio", -0.0);
    full.put("note", "comma, \"quote\"\nline 😀 e\u0301 " + "x".repeat(70_000));
    full.put("day", LocalDate.parse("1969-12-31"));
    full.put("code", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    full.put("place.zip", 8001);
    Map<String, Object> empty = event("empty", "2024-06-10T12:00:01Z");
    empty.put("note", "");
    empty.remove("kind");
    WindowRun run = WindowRun.of(resolve(full, empty), 2);

    EventRecord read = run.event("full").event();
    assertThat(read.rejection()).isEmpty();
    assertThat(read.time()).isEqualTo(full.get("ts"));
    assertThat(read.type()).isEqualTo("refund");
    assertThat(read.sequence(0)).isEqualTo(Long.MAX_VALUE);
    for (EventField field : EventStore.SCHEMA.payload()) {
      if (field.type() == ColumnType.DECIMAL) {
        assertThat(read.asDecimal(field.path()))
            .isEqualByComparingTo((BigDecimal) full.get(field.path()));
      } else {
        assertThat(read.value(field.path())).as(field.path()).isEqualTo(full.get(field.path()));
      }
    }
    EventRecord nulls = run.event("empty").event();
    assertThat(nulls.rejection()).isEmpty();
    assertThat(nulls.type()).isEmpty();
    assertThat(nulls.value("note")).isEqualTo("");
    for (String path :
        List.of("kind", "flag", "count", "amount", "ratio", "day", "code", "place.zip")) {
      assertThat(nulls.value(path)).as(path).isNull();
    }
  }

  /** A format may keep each value once, and a decoder may have one place for all of them. */
  @Test
  @SuppressWarnings("unchecked")
  void values_thatComeAgain_areThoseOfTheirEvents() throws Exception {
    List<String> notes = List.of("one", "two", "one", "three", "two", "one");
    Map<String, Object>[] rows = new Map[notes.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = event("e" + i, "2024-06-10T12:00:00Z");
      rows[i].put("note", notes.get(i));
      rows[i].put("amount", BigDecimal.valueOf(notes.get(i).length(), 4));
    }
    WindowRun run = WindowRun.of(resolve(rows), 1);

    for (int i = 0; i < rows.length; i++) {
      EventRecord read = run.event("e" + i).event();
      assertThat(read.value("note")).isEqualTo(notes.get(i));
      assertThat(read.asDecimal("amount"))
          .isEqualByComparingTo(BigDecimal.valueOf(notes.get(i).length(), 4));
    }
  }

  @Test
  void timestamp_isTheEventTimeInMicroseconds() throws Exception {
    WindowRun run = WindowRun.of(resolve(event("a", "2024-06-10T12:00:00.123456Z")), 1);
    assertThat(run.event("a").timestamp()).isEqualTo(1_718_020_800_123_456L);
  }

  @Test
  void timestamp_before1970IsRoundedDown() throws Exception {
    Window sixties =
        new Window(Instant.parse("1969-12-31T00:00:00Z"), Instant.parse("1970-01-01T00:00:00Z"));
    LocalDate day = LocalDate.parse("1969-12-31");
    WindowSource source = source(new Part(day, List.of(event("a", "1969-12-31T23:59:59.999999Z"))));
    WindowRun run = WindowRun.of(source.resolve(sixties, EventStore.SCHEMA, Optional.empty()), 1);
    assertThat(run.event("a").timestamp()).isEqualTo(-1L);
    assertThat(run.event("a").event().time())
        .isEqualTo(Instant.parse("1969-12-31T23:59:59.999999Z"));
  }

  @Test
  void condition_leavesOutAndCountsEventsForWhichItIsNotTrue() throws Exception {
    Condition positive = Conditions.parse("amount > 0");
    WindowRun run =
        WindowRun.of(
            resolve(
                Optional.of(positive),
                new Part(
                    DAY,
                    List.of(
                        with(
                            event("yes", "2024-06-10T12:00:00Z"), "amount", new BigDecimal("0.01")),
                        with(
                            event("no", "2024-06-10T12:00:01Z"), "amount", new BigDecimal("-0.01")),
                        event("unknown", "2024-06-10T12:00:02Z"),
                        with(event("late", "2024-06-10T12:30:00Z"), "amount", BigDecimal.ONE)))),
            1);

    assertThat(run.ids()).containsExactly("yes");
    assertThat(run.total().inWindow()).isEqualTo(3);
    assertThat(run.total().filtered()).isEqualTo(2);
    assertThat(run.total().rejected()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count = 105",
        "count > 2000",
        "count < 0 or count >= 0",
        "count <= 3 and kind = 'payment'",
        "kind = 'refund'",
        "kind >= 'q' and kind < 'z'",
        "amount between -1 and 12.5",
        "\"day\" > date '2024-06-12'",
        "place.zip <> 7",
        "flag = true and ratio > 0.5",
        "note is null",
        "ts < timestamp '2024-06-10T12:05:00Z'"
      })
  void condition_givesTheSameWhetherOrNotTheSourceSkips(String where) throws Exception {
    List<Part> parts = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int n = part * 100 + i;
        Map<String, Object> row =
            event("e" + part + "-" + i, WINDOW.from().plusSeconds(i * 10L - 100).toString());
        row.put("kind", i < 120 ? "payment" : "refund");
        row.put("count", i % 9 == 0 ? null : n);
        row.put("amount", i % 11 == 0 ? null : BigDecimal.valueOf(n - 50, 1));
        row.put("day", DAY.plusDays(i / 50));
        row.put("place.zip", part == 0 ? 7 : null);
        row.put("flag", i % 2 == 0);
        row.put("ratio", i / 200.0);
        row.put("note", i < 100 ? null : "n");
        rows.add(row);
      }
      parts.add(new Part(DAY, rows));
    }
    List<EventField> payload = new ArrayList<>(EventStore.SCHEMA.payload());
    payload.add(new EventField("ts", ColumnType.TIMESTAMP));
    EventSchema schema =
        new EventSchema("id", "ts", TimeUnit.MICROS, "kind", EventStore.SCHEMA.sequence(), payload);
    Condition condition = Conditions.parse(where);
    WindowSource source = source(parts.toArray(Part[]::new));
    WindowRun all = WindowRun.of(source.resolve(WINDOW, schema, Optional.empty()), 1);
    ResolvedWindow window = source.resolve(WINDOW, schema, Optional.of(condition));
    WindowRun wanted = WindowRun.of(window, 2);

    List<String> expected =
        all.events().stream()
            .map(WindowRun.TimedEvent::event)
            .filter(condition::holds)
            .map(EventRecord::id)
            .sorted()
            .toList();
    assertThat(wanted.ids()).isEqualTo(expected);
    assertThat(wanted.total().inWindow()).isEqualTo(all.total().inWindow());
    assertThat(wanted.total().filtered()).isEqualTo(all.total().inWindow() - expected.size());
    assertThat(window.confirm(wanted.receipts())).isEmpty();
  }

  /** As after the crash of a task: what was emitted behind the checkpoint is not known any more. */
  @Test
  void events_afterARestart_comeOnceAndAreCountedOnce() throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    Instant first = Instant.parse("2024-06-10T11:59:00Z");
    for (int i = 0; i < 300; i++) {
      rows.add(event("e%03d".formatted(i), first.plusSeconds(i).toString()));
    }
    ResolvedWindow window = resolve(Optional.empty(), new Part(DAY, rows));
    WindowRun once = WindowRun.of(window, 1);

    WindowRun restarted = WindowRun.restarted(window, new ReadRate(250, Long.MAX_VALUE));

    assertThat(once.ids()).hasSize(240);
    assertThat(restarted.ids()).isEqualTo(once.ids());
    assertThat(restarted.receipts()).isEqualTo(once.receipts());
    assertThat(window.confirm(restarted.receipts())).isEmpty();
  }

  @Test
  void rejected_isEmittedAndCounted() throws Exception {
    Map<String, Object> noId = event("-", "2024-06-10T12:00:00Z");
    noId.remove("id");
    noId.put("count", 5);
    Map<String, Object> noTime = event("timeless", "2024-06-10T12:00:00Z");
    noTime.remove("ts");
    Map<String, Object> elsewhere = event("-", "2024-06-10T13:00:00Z");
    elsewhere.remove("id");
    ResolvedWindow window = resolve(noId, noTime, elsewhere, event("good", "2024-06-10T12:00:00Z"));
    WindowRun run = WindowRun.of(window, 2);

    assertThat(run.ids()).containsExactly("?", "good", "timeless");
    assertThat(run.total().rejected()).isEqualTo(2);
    assertThat(run.total().read()).isGreaterThanOrEqualTo(3);
    EventRecord rejected =
        run.events().stream()
            .map(WindowRun.TimedEvent::event)
            .filter(e -> e.knownId().isEmpty())
            .findFirst()
            .orElseThrow();
    assertThat(rejected.rejection()).contains("Cannot decode id (the id): it is missing");
    assertThat(rejected.asInt("count")).isEqualTo(5);
    assertThat(run.event("timeless").event().rejection())
        .contains("Cannot decode ts (the time): it is missing");
    assertThat(run.event("timeless").timestamp()).isEqualTo(Long.MIN_VALUE);
    assertThat(window.confirm(run.receipts())).isEmpty();
  }

  @Test
  void rejected_ofUnknownTimeIsEmittedWhateverTheCondition() throws Exception {
    Map<String, Object> noTime = event("timeless", "2024-06-10T12:00:00Z");
    noTime.remove("ts");
    noTime.put("count", 1);
    WindowRun run =
        WindowRun.of(
            resolve(Optional.of(Conditions.parse("count > 1")), new Part(DAY, List.of(noTime))), 1);
    assertThat(run.ids()).containsExactly("timeless");
  }

  @Test
  void rejected_ofUnknownTimeIsEmittedFromAmongEventsOutsideTheWindow() throws Exception {
    Map<String, Object> noTime = event("timeless", "2024-06-10T12:00:00Z");
    noTime.remove("ts");
    WindowRun run =
        WindowRun.of(
            resolve(
                event("early", "2024-06-10T11:00:00Z"),
                noTime,
                event("later", "2024-06-10T11:30:00Z")),
            1);
    assertThat(run.ids()).containsExactly("timeless");
  }

  @Test
  void receipts_areNeededOfEverySplit() throws Exception {
    ResolvedWindow window =
        resolve(
            Optional.empty(),
            new Part(DAY, List.of(event("a", "2024-06-10T12:00:00Z"))),
            new Part(DAY, List.of(event("b", "2024-06-10T12:00:00Z"))));
    List<SplitReceipt> receipts = WindowRun.of(window, 1).receipts();

    assertThat(window.confirm(receipts)).isEmpty();
    assertThat(window.confirm(Stream.concat(receipts.stream(), receipts.stream()).toList()))
        .isEmpty();
    assertThat(window.confirm(receipts.subList(1, receipts.size())))
        .singleElement()
        .satisfies(gap -> assertThat(gap.input()).isEqualTo(receipts.get(0).input()))
        .satisfies(gap -> assertThat(gap.reason()).contains("no receipt"));
    SplitReceipt cut = receipts.get(0);
    List<SplitReceipt> withGap = new ArrayList<>(receipts);
    withGap.set(0, new SplitReceipt(cut.split(), cut.input(), cut.read(), 0, 0, 0, "cut off"));
    assertThat(window.confirm(withGap)).containsExactly(new Gap(cut.input(), "cut off"));
  }

  @Test
  void window_resolvedTwiceIsTheSame() throws Exception {
    WindowSource source =
        source(
            new Part(DAY, List.of(event("a", "2024-06-10T12:00:00Z"))),
            new Part(DAY, List.of(event("b", "2024-06-10T12:00:00Z"))));
    ResolvedWindow first = source.resolve(WINDOW, EventStore.SCHEMA, Optional.empty());
    ResolvedWindow second = source.resolve(WINDOW, EventStore.SCHEMA, Optional.empty());
    assertThat(second.inputs()).isEqualTo(first.inputs());
    assertThat(WindowRun.of(second, 1).receipts()).isEqualTo(WindowRun.of(first, 2).receipts());
  }

  @Test
  void event_thatLiesUnderTheNextOrLastDayIsFound() throws Exception {
    Window midnight =
        new Window(Instant.parse("2024-06-10T23:30:00Z"), Instant.parse("2024-06-11T00:00:00Z"));
    WindowSource source =
        source(
            new Part(DAY, List.of(event("in time", "2024-06-10T23:50:00Z"))),
            new Part(
                DAY.plusDays(1),
                List.of(
                    event("late", "2024-06-10T23:59:59Z"),
                    event("other", "2024-06-11T00:00:00Z"))));
    ResolvedWindow window = source.resolve(midnight, EventStore.SCHEMA, Optional.empty());
    WindowRun run = WindowRun.of(window, 1);
    assertThat(run.ids()).containsExactly("in time", "late");
    assertThat(window.confirm(run.receipts())).isEmpty();
  }

  @Test
  void day_ofTheWindowThatIsMissingIsAGap() throws Exception {
    assumeTrue(store.knowsDays());
    Window twoDays =
        new Window(Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-11T12:00:00Z"));
    WindowSource source = source(new Part(DAY, List.of(event("a", "2024-06-10T12:00:00Z"))));
    ResolvedWindow window = source.resolve(twoDays, EventStore.SCHEMA, Optional.empty());

    assertThat(window.gaps())
        .singleElement()
        .satisfies(gap -> assertThat(gap.input()).contains("2024-06-11"))
        .satisfies(gap -> assertThat(gap.reason()).isEqualTo("date folder absent"));
    assertThat(window.confirm(WindowRun.of(window, 1).receipts())).isEqualTo(window.gaps());
  }

  @Test
  void day_ofTheSlackAloneMayBeMissing() throws Exception {
    Window untilMidnight =
        new Window(Instant.parse("2024-06-10T23:30:00Z"), Instant.parse("2024-06-11T00:00:00Z"));
    WindowSource source = source(new Part(DAY, List.of(event("a", "2024-06-10T23:45:00Z"))));
    assertThat(source.resolve(untilMidnight, EventStore.SCHEMA, Optional.empty()).gaps()).isEmpty();
  }

  @Test
  void field_thatIsNotThereIsNamedWithTheNearest() throws Exception {
    WindowSource source =
        source(
            new Part(
                DAY, List.of(with(event("a", "2024-06-10T12:00:00Z"), "amount", BigDecimal.ONE))));
    EventSchema misspelt =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MICROS,
            null,
            List.of(),
            List.of(new EventField("amuont", ColumnType.DECIMAL)));
    assertThatThrownBy(() -> source.resolve(WINDOW, misspelt, Optional.empty()))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE);
              assertThat(e).hasMessageStartingWith("Cannot find field: amuont");
              assertThat(e.next()).contains("amount");
            });
    assertThatThrownBy(() -> source.naturalTypes(List.of("id", "amuont")))
        .hasMessageStartingWith("Cannot find field: amuont");
  }
}
