package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.it.EventFiles.Format;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values that are easily taken for others, from the file of events to the table and back: planned,
 * applied, verified, rolled back, on a real database, with a dump before and after.
 */
class HostileRowsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOON = "2024-06-10T12:00:00Z";

  /** Pairs that a join as text, a copy without escapes, or a silent normalisation takes for one. */
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "  ",
          "-",
          "1-23",
          "12-3",
          "1,2",
          "null",
          "NULL",
          "\\N",
          "\\n",
          "\n",
          "\r",
          "\r\n",
          "\t",
          "\\t",
          "\\",
          "\\.",
          "\"",
          "\"\"",
          "'",
          "''",
          "a'; DROP TABLE awkward; --",
          "$$",
          "{user}",
          "%s",
          "é",
          "e\u0301",
          "Å",
          "Å",
          "ﬁ",
          "fi",
          "ß",
          "ss",
          "I",
          "ı",
          "İ",
          "😀",
          "👩‍👩‍👧",
          "\uD83D\uDE00\uFE0F",
          "\uFEFFbom",
          "bom",
          "\u00a0",
          "\u200b",
          "\u202egnp.exe",
          "\u001b[31mred",
          "\u0001",
          "\u007f",
          "\uFFFD",
          "\uFFFF",
          "~",
          "t1:x",
          "0",
          "-0",
          "+0");

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database = Database.create();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft draft(Path archive, Format format) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
        .archive(archive, "", format.spec())
        .set("table.owns", "true");
  }

  /** Lines of JSON, an event for each row of values; their ids count from 0. */
  @SafeVarargs
  private SpecDraft jsonl(Map<String, String> types, Map<String, ?>... rows) {
    Path archive = folder.resolve("archive");
    List<String> lines = new ArrayList<>();
    try {
      for (Map<String, ?> row : rows) {
        Map<String, Object> line = new LinkedHashMap<>(row);
        line.put("id", "e" + lines.size());
        line.put("ts", NOON);
        lines.add(JSON.writeValueAsString(line));
      }
      Files.write(Files.createDirectories(archive).resolve("events.jsonl"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return draft(archive, Format.JSONL)
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", types);
  }

  private static Map<String, Object> row(Object... namesAndValues) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return row;
  }

  /**
   * Plans, applies, verifies and rolls back.
   *
   * @param expected the corrections by key
   * @param after the table in between
   */
  private void roundTrip(
      SpecDraft draft, String table, Map<String, String> expected, List<String> after) {
    List<String> before = database.dump(table);
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.corrections(plan)).isEqualTo(new TreeMap<>(expected));
    WriteResult applied = Runs.apply(draft, plan);
    assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(applied.readback().verified()).isEqualTo(expected.size());
    assertThat(database.dump(table)).containsExactlyInAnyOrderElementsOf(after);
    PlanDirectory verified = Runs.plan(draft.parse(), new PlannerOptions(3, InputOrder.SCATTERED));
    assertThat(Runs.corrections(verified)).isEmpty();
    WriteResult back = Runs.rollback(draft, plan);
    assertThat(back.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(back.readback().verified()).isEqualTo(expected.size());
    assertThat(database.dump(table)).isEqualTo(before);
  }

  private void assertNoPlan(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).as(e.toString()).isEqualTo(code);
              assertThat(e.next()).isNotBlank();
            })
        .hasMessageContainingAll(parts);
  }

  /**
   * In a third of the rows the live label is right, in another it is another's, and a third lacks.
   */
  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"PARQUET", "AVRO", "CSV", "JSONL"})
  void textsInKeysAndValues_areEachTheirOwn(Format format) {
    database.execute(
        "CREATE TABLE awkward (\"user\" text, shop int, label text, note text DEFAULT 'new', PRIMARY KEY (\"user\", shop))");
    List<ArchivedEvent> events = new ArrayList<>();
    Map<String, String> expected = new TreeMap<>();
    List<String> after = new ArrayList<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      String text = TEXTS.get(i);
      @Nullable String label = i % 7 == 0 ? null : TEXTS.get((i + 5) % TEXTS.size());
      events.add(event("e" + i, text, i % 2, label));
      String other = TEXTS.get((i + 6) % TEXTS.size());
      String key = List.of(text, Integer.toString(i % 2)).toString();
      if (i % 3 == 0) {
        insert(text, i % 2, label, "right");
        after.add(copied(text, i % 2, label, "right"));
      } else if (i % 3 == 1) {
        insert(text, i % 2, other, "wrong");
        after.add(copied(text, i % 2, label, "wrong"));
        expected.put(key, "update [" + text + ", " + i % 2 + ", " + label + "]");
      } else {
        after.add(copied(text, i % 2, label, "new"));
        expected.put(key, "insert [" + text + ", " + i % 2 + ", " + label + "]");
      }
      // The same text in another shop is another row, which no event makes.
      insert(text, 2 + i % 2, label, "extra");
      expected.put(List.of(text, Integer.toString(2 + i % 2)).toString(), "delete");
    }
    Path archive = folder.resolve("archive");
    try (DuckDb duck = new DuckDb()) {
      EventFiles.write(duck, archive.resolve("events." + format.extension()), format, events);
    }
    roundTrip(
        draft(archive, format)
            .set("events.fields.id", "event_id")
            .set("events.fields.time", "ts")
            .set("events.fields.types", Map.of("shop", "int"))
            .aggregate(Map.of("user", "user_id", "shop", "shop"), Map.of("label", "last(label)"))
            .table("awkward", List.of("user", "shop"), List.of("label")),
        "awkward",
        expected,
        after);
  }

  private static ArchivedEvent event(String id, String user, int shop, @Nullable String label) {
    return new ArchivedEvent(
        id, user, shop, Instant.parse(NOON), "x", null, null, null, null, null, label, null, null);
  }

  private void insert(String user, int shop, @Nullable String label, String note) {
    database.execute(
        "INSERT INTO awkward VALUES (%s, %d, %s, '%s')"
            .formatted(literal(user), shop, label == null ? "NULL" : literal(label), note));
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String copied(String user, int shop, @Nullable String label, String note) {
    return escaped(user)
        + "\t"
        + shop
        + "\t"
        + (label == null ? "\\N" : escaped(label))
        + "\t"
        + note;
  }

  /** As COPY writes it. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t");
  }

  /** The naive join of user and value is 1-23 for both. */
  @Test
  void keysOfTwoColumns_areNotJoined() {
    database.execute("CREATE TABLE pairs (a text, b text, n bigint, PRIMARY KEY (a, b))");
    database.execute("INSERT INTO pairs VALUES ('1', '23', 1), ('1-2', '3', 5), ('', '1', 1)");
    roundTrip(
            jsonl(
                Map.of(),
                row("a", "1", "b", "23"),
                row("a", "12", "b", "3"),
                row("a", "1-2", "b", "3"),
                row("a", "1", "b", "2-3"),
                row("a", "1", "b", "")),
            "pairs",
            Map.of("a", "a", "b", "b"),
            Map.of("n", "count()"),
            List.of("a", "b"))
        .run(
            Map.of(
                "[12, 3]", "insert [12, 3, 1]",
                "[1-2, 3]", "update [1-2, 3, 1]",
                "[1, 2-3]", "insert [1, 2-3, 1]",
                "[1, ]", "insert [1, , 1]",
                "[, 1]", "delete"),
            List.of("1\t23\t1", "12\t3\t1", "1-2\t3\t1", "1\t2-3\t1", "1\t\t1"));
  }

  /** What is still to be said of a round trip. */
  private interface Expecting {
    void run(Map<String, String> expected, List<String> after);
  }

  private Expecting roundTrip(
      SpecDraft draft,
      String table,
      Map<String, String> key,
      Map<String, String> columns,
      List<String> keyOrder) {
    SpecDraft whole =
        draft.aggregate(key, columns).table(table, keyOrder, List.copyOf(columns.keySet()));
    return (expected, after) -> roundTrip(whole, table, expected, after);
  }

  private Expecting byName(SpecDraft draft, String column) {
    return roundTrip(
        draft, "live", Map.of("k", "k"), Map.of("v", "last(" + column + ")"), List.of("k"));
  }

  @Test
  void nullAndEmpty_areTwoValues() {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v text)");
    database.execute(
        "INSERT INTO live VALUES ('null', NULL), ('empty', ''), ('was null', NULL), ('was empty', '')");
    byName(
            jsonl(
                Map.of(),
                row("k", "null", "v", null),
                row("k", "empty", "v", ""),
                row("k", "was null", "v", ""),
                row("k", "was empty", "v", null)),
            "v")
        .run(
            Map.of("[was null]", "update [was null, ]", "[was empty]", "update [was empty, null]"),
            List.of("null\t\\N", "empty\t", "was null\t", "was empty\t\\N"));
  }

  @Test
  void textOfAMegabyte_isComparedWrittenAndRestored() {
    String large = "é\t\\😀'\"\n".repeat(110_000);
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v text)");
    database.execute(
        "INSERT INTO live VALUES ('right', %s), ('wrong', %s)"
            .formatted(literal(large), literal(large + " ")));
    assertThat(large.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hasSizeGreaterThan(1 << 20);
    byName(
            jsonl(
                Map.of(),
                row("k", "right", "v", large),
                row("k", "wrong", "v", large),
                row("k", "new", "v", large)),
            "v")
        .run(
            Map.of(
                "[wrong]", "update [wrong, " + large + "]", "[new]", "insert [new, " + large + "]"),
            List.of(
                "right\t" + escaped(large), "wrong\t" + escaped(large), "new\t" + escaped(large)));
  }

  /**
   * -0 equals 0, and NaN equals NaN, as in the database; a rollback restores the sign all the same.
   */
  @ParameterizedTest
  @CsvSource({"double precision,1.7976931348623157E308", "real,3.4028235E38"})
  void doublesThatAreNoNumbers_areComparedAsTheDatabaseDoes(String type, String largest) {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v " + type + ")");
    database.execute(
        "INSERT INTO live VALUES ('zero', '-0'), ('-zero', '0'), ('nan', 'NaN'), ('inf', 'Infinity'), ('was nan', '1'),"
            + " ('was -zero', '-0'), ('was inf', 'Infinity'), ('was null', NULL), ('max', '"
            + largest
            + "')");
    byName(
            jsonl(
                Map.of("v", "double"),
                row("k", "zero", "v", 0.0),
                row("k", "-zero", "v", -0.0),
                row("k", "nan", "v", "NaN"),
                row("k", "inf", "v", "Infinity"),
                row("k", "was nan", "v", "NaN"),
                row("k", "was -zero", "v", 1),
                row("k", "was inf", "v", "-Infinity"),
                row("k", "was null", "v", 0),
                row("k", "max", "v", Double.valueOf(largest))),
            "v")
        .run(
            Map.of(
                "[was nan]", "update [was nan, double NaN]",
                "[was -zero]", "update [was -zero, double 1.0]",
                "[was inf]", "update [was inf, double -Infinity]",
                "[was null]", "update [was null, double 0.0]"),
            List.of(
                "zero\t-0",
                "-zero\t0",
                "nan\tNaN",
                "inf\tInfinity",
                "was nan\tNaN",
                "was -zero\t1",
                "was inf\t-Infinity",
                "was null\t0",
                "max\t" + (type.equals("real") ? "3.4028235e+38" : "1.7976931348623157e+308")));
  }

  /** By value and not by scale; and the scale of a row that is restored is the one that it had. */
  @Test
  void scales_areNoDrift_andAreRestored() {
    database.execute(
        "CREATE TABLE live (k text PRIMARY KEY, two numeric(12,2), four numeric(12,4), free numeric)");
    database.execute(
        "INSERT INTO live VALUES ('same', 1.5, 1.5, 1.500), ('wrong', 1.5, 1.5, 1.50000), ('zero', 0, 0, 0.000)");
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("two", "sum(v)");
    columns.put("four", "sum(v)");
    columns.put("free", "sum(v)");
    roundTrip(
            jsonl(
                Map.of("v", "decimal"),
                row("k", "same", "v", new BigDecimal("1.50")),
                row("k", "wrong", "v", new BigDecimal("1.5001")),
                row("k", "zero", "v", new BigDecimal("0.0000000"))),
            "live",
            Map.of("k", "k"),
            columns,
            List.of("k"))
        .run(
            Map.of("[wrong]", "update [wrong, 1.5, 1.5001, 1.5001]"),
            List.of(
                "same\t1.50\t1.5000\t1.500",
                "wrong\t1.50\t1.5001\t1.5001",
                "zero\t0.00\t0.0000\t0.000"));
  }

  @Test
  void numbersOfAThousandDigits_areExact() {
    String digits = "9".repeat(999);
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v numeric)");
    database.execute(
        "INSERT INTO live VALUES ('right', %s9), ('last digit', %s8), ('scale', %s9.000), ('behind', 0.%s8)"
            .formatted(digits, digits, digits, digits));
    byName(
            jsonl(
                Map.of("v", "decimal"),
                row("k", "right", "v", new BigDecimal(digits + "9")),
                row("k", "last digit", "v", new BigDecimal(digits + "9")),
                row("k", "scale", "v", new BigDecimal(digits + "9")),
                row("k", "behind", "v", new BigDecimal("0." + digits + "9"))),
            "v")
        .run(
            Map.of(
                "[last digit]", "update [last digit, " + digits + "9]",
                "[behind]", "update [behind, 0." + digits + "9]"),
            List.of(
                "right\t" + digits + "9",
                "last digit\t" + digits + "9",
                "scale\t" + digits + "9.000",
                "behind\t0." + digits + "9"));
  }

  @Test
  void largestLong_isExact_andASumBeyondItIsLeftOrHeld() {
    database.execute(
        "CREATE TABLE live (k text PRIMARY KEY, big bigint, wide numeric, CHECK (k <> 'never'))");
    database.execute(
        "INSERT INTO live VALUES ('max', 9223372036854775806, 0), ('min', -9223372036854775808, -9223372036854775808)");
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("big", "sum(v)");
    columns.put("wide", "sum(v)");
    SpecDraft draft =
        jsonl(
            Map.of("v", "long"),
            row("k", "max", "v", Long.MAX_VALUE),
            row("k", "min", "v", Long.MIN_VALUE));
    roundTrip(draft, "live", Map.of("k", "k"), columns, List.of("k"))
        .run(
            Map.of("[max]", "update [max, 9223372036854775807, 9223372036854775807]"),
            List.of(
                "max\t9223372036854775807\t9223372036854775807",
                "min\t-9223372036854775808\t-9223372036854775808"));

    database.execute("CREATE TABLE wide (k text PRIMARY KEY, big numeric)");
    SpecDraft beyond =
        jsonl(
            Map.of("v", "long"),
            row("k", "max", "v", Long.MAX_VALUE),
            row("k", "max", "v", 1),
            row("k", "min", "v", Long.MIN_VALUE));
    PlanDirectory plan =
        Runs.plan(
            beyond
                .copy()
                .aggregate(Map.of("k", "k"), columns)
                .table("live", List.of("k"), List.copyOf(columns.keySet())));
    // Of the same id as the plan of two events that found no drift, and yet not that one.
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(Runs.quarantine(plan)).extracting(QuarantineEntry::key).containsExactly("k=max");
    roundTrip(beyond, "wide", Map.of("k", "k"), Map.of("big", "sum(v)"), List.of("k"))
        .run(
            Map.of(
                "[max]", "insert [max, 9223372036854775808]",
                "[min]", "insert [min, -9223372036854775808]"),
            List.of("max\t9223372036854775808", "min\t-9223372036854775808"));
  }

  /** Days of no calendar that anybody used then: the same count of days on both sides. */
  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"AVRO", "JSONL"})
  void datesFarFromToday_areKept(Format format) {
    Map<LocalDate, String> days = new LinkedHashMap<>();
    days.put(LocalDate.of(1582, 10, 10), "1582-10-10");
    days.put(LocalDate.of(1581, 12, 31), "1581-12-31");
    days.put(LocalDate.of(1, 1, 1), "0001-01-01");
    days.put(LocalDate.of(0, 12, 31), "0001-12-31 BC");
    days.put(LocalDate.of(-4713, 11, 24), "4714-11-24 BC");
    days.put(LocalDate.of(9999, 12, 31), "9999-12-31");
    days.put(LocalDate.of(10_000, 1, 1), "10000-01-01");
    days.put(LocalDate.of(5_874_897, 12, 31), "5874897-12-31");
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v date)");
    List<ArchivedEvent> events = new ArrayList<>();
    Map<String, String> expected = new TreeMap<>();
    List<String> after = new ArrayList<>();
    int number = 0;
    for (Map.Entry<LocalDate, String> day : days.entrySet()) {
      String key = "k" + number;
      events.add(dated(key, day.getKey()));
      after.add(key + "\t" + day.getValue());
      if (number % 2 == 0) {
        database.execute("INSERT INTO live VALUES ('%s', '%s')".formatted(key, day.getValue()));
      } else {
        // A day more would be found, and what is restored is the day that it was.
        database.execute(
            "INSERT INTO live VALUES ('%s', date '%s' %s 1)"
                .formatted(key, day.getValue(), number == 7 ? "-" : "+"));
        expected.put("[" + key + "]", "update [" + key + ", " + day.getKey() + "]");
      }
      number++;
    }
    Path archive = folder.resolve("archive");
    try (DuckDb duck = new DuckDb()) {
      EventFiles.write(duck, archive.resolve("events." + format.extension()), format, events);
    }
    roundTrip(
            draft(archive, format)
                .set("events.fields.id", "event_id")
                .set("events.fields.time", "ts")
                .set("events.fields.types", Map.of("due", "date")),
            "live",
            Map.of("k", "user_id"),
            Map.of("v", "last(due)"),
            List.of("k"))
        .run(expected, after);
  }

  private static ArchivedEvent dated(String key, LocalDate day) {
    return new ArchivedEvent(
        key, key, 0, Instant.parse(NOON), "x", null, null, null, null, null, null, null, day);
  }

  @Test
  void dayThatNoTableHolds_leavesItsKeyAlone() {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v date)");
    PlanDirectory plan =
        Runs.plan(
            jsonl(
                    Map.of("v", "date"),
                    row("k", "far", "v", "+5874898-01-01"),
                    row("k", "near", "v", "2024-06-10"))
                .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
                .table("live", List.of("k"), List.of("v")));
    assertThat(Runs.corrections(plan)).isEqualTo(Map.of("[near]", "insert [near, 2024-06-10]"));
    assertThat(Runs.quarantine(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("k=far");
              assertThat(entry.reason()).contains("column v", "out of the column's range");
            });
  }

  /** One moment written with three zones; a column without a zone takes it in UTC. */
  @Test
  void timesWithAndWithoutAZone_areOneMoment() {
    database.execute(
        "CREATE TABLE live (k text PRIMARY KEY, zoned timestamptz, plain timestamp, tenths timestamptz(1))");
    database.execute(
        "INSERT INTO live VALUES ('same', '2024-03-31 01:30:00.123456+00', '2024-03-31 01:30:00.123456', '2024-03-31 01:30:00.1+00'),"
            + " ('wrong', '2024-03-31 03:30:00.123456+00', '2024-03-31 03:30:00.123456', '2024-03-31 01:30:00.1+00')");
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("zoned", "max(v)");
    columns.put("plain", "max(v)");
    columns.put("tenths", "max(v)");
    roundTrip(
            jsonl(
                Map.of("v", "timestamp"),
                row("k", "same", "v", "2024-03-31T03:30:00.123456+02:00"),
                row("k", "wrong", "v", "2024-03-30 20:30:00.123456-05"),
                row("k", "new", "v", "9999-12-31T23:59:59.949999Z")),
            "live",
            Map.of("k", "k"),
            columns,
            List.of("k"))
        .run(
            Map.of(
                "[wrong]",
                "update [wrong, 2024-03-31T01:30:00.123456Z, 2024-03-31T01:30:00.123456Z, 2024-03-31T01:30:00.100Z]",
                "[new]",
                "insert [new, 9999-12-31T23:59:59.949999Z, 9999-12-31T23:59:59.949999Z, 9999-12-31T23:59:59.900Z]"),
            List.of(
                "same\t2024-03-31 01:30:00.123456+00\t2024-03-31 01:30:00.123456\t2024-03-31 01:30:00.1+00",
                "wrong\t2024-03-31 01:30:00.123456+00\t2024-03-31 01:30:00.123456\t2024-03-31 01:30:00.1+00",
                "new\t9999-12-31 23:59:59.949999+00\t9999-12-31 23:59:59.949999\t9999-12-31 23:59:59.9+00"));
  }

  @Test
  void timeWithoutAZone_isNoMoment_andLeavesItsKeyAlone() {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v timestamp)");
    PlanDirectory plan =
        Runs.plan(
            jsonl(
                    Map.of("v", "timestamp"),
                    row("k", "guess", "v", "2024-03-31T03:30:00"),
                    row("k", "clear", "v", "2024-03-31T03:30:00Z"))
                .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
                .table("live", List.of("k"), List.of("v")));
    assertThat(Runs.corrections(plan))
        .isEqualTo(Map.of("[clear]", "insert [clear, 2024-03-31T03:30:00Z]"));
    assertThat(Runs.quarantine(plan)).extracting(QuarantineEntry::key).containsExactly("k=guess");
  }

  @ParameterizedTest
  @CsvSource({
    "date,infinity,is an infinite date",
    "date,-infinity,is an infinite date",
    "timestamp,infinity,is an infinite time",
    "timestamptz,-infinity,is an infinite time",
    "numeric,NaN,is not a finite number"
  })
  void liveRowThatNoEventCanMake_isNamed(String type, String value, String problem) {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v " + type + ")");
    database.execute("INSERT INTO live VALUES ('ann', '" + value + "')");
    List<String> before = database.dump("live");
    assertNoPlan(
        () ->
            Runs.plan(
                jsonl(Map.of(), row("k", "ben", "v", null))
                    .aggregate(
                        Map.of("k", "k"),
                        Map.of("v", type.equals("numeric") ? "count()" : "max(ts)"))
                    .set("events.fields.types", Map.of())
                    .set("worker.aggregate.columns", Map.of("v", value(type)))
                    .table("live", List.of("k"), List.of("v"))),
        ErrorCode.INVALID_TABLE,
        "column v " + problem,
        "k=ann");
    assertThat(database.dump("live")).isEqualTo(before);
  }

  private static String value(String type) {
    return switch (type) {
      case "numeric" -> "count()";
      case "date" -> "last(v)";
      default -> "max(ts)";
    };
  }

  /**
   * No text of PostgreSQL has one: the key is left where it is a value, all are where it is a key.
   */
  @Test
  void nulCharacter_isLeftToQuarantineBeforeAnythingIsWritten() {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v text)");
    PlanDirectory value =
        Runs.plan(
            jsonl(Map.of(), row("k", "bad", "v", "a\0b"), row("k", "good", "v", "ab"))
                .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
                .table("live", List.of("k"), List.of("v")));
    assertThat(Runs.corrections(value)).isEqualTo(Map.of("[good]", "insert [good, ab]"));
    assertThat(Runs.quarantine(value))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("k=bad");
              assertThat(entry.reason()).contains("column v", "NUL character");
            });
    PlanDirectory key =
        Runs.plan(
            jsonl(Map.of(), row("k", "a\0b", "v", "x"), row("k", "good", "v", "ab"))
                .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
                .table("live", List.of("k"), List.of("v")));
    assertThat(Runs.corrections(key)).isEmpty();
    assertThat(Runs.quarantine(key))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isNull();
              assertThat(entry.reason()).contains("column k", "NUL character");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e200000", "1e-20000", "1e999999999"})
  void numberThatNoColumnHolds_leavesItsKeyAlone(String number) {
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v numeric)");
    SpecDraft draft =
        jsonl(Map.of("v", "decimal"), row("k", "good", "v", 1))
            .aggregate(Map.of("k", "k"), Map.of("v", "sum(v)"))
            .table("live", List.of("k"), List.of("v"));
    try {
      Files.writeString(
          folder.resolve("archive/large.jsonl"),
          "{\"id\":\"x\",\"ts\":\"%s\",\"k\":\"bad\",\"v\":%s}%n".formatted(NOON, number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.corrections(plan)).isEqualTo(Map.of("[good]", "insert [good, 1]"));
    assertThat(Runs.quarantine(plan)).extracting(QuarantineEntry::key).containsExactly("k=bad");
  }

  @Test
  void rowWhoseKeyHasANull_isRefusedAndNamed() {
    database.execute("CREATE TABLE live (a text, b text, n bigint, UNIQUE (a, b))");
    database.execute("INSERT INTO live VALUES ('ann', 'x', 1), ('ann', NULL, 1)");
    assertNoPlan(
        () ->
            Runs.plan(
                jsonl(Map.of(), row("a", "ann", "b", "x"))
                    .aggregate(Map.of("a", "a", "b", "b"), Map.of("n", "count()"))
                    .table("live", List.of("a", "b"), List.of("n"))),
        ErrorCode.INVALID_TABLE,
        "key column b is null",
        "a=ann");
  }

  @Test
  void tableWithoutAUniqueKey_isRefusedWithItsDuplicatesUntouched() {
    database.execute("CREATE TABLE live (k text, n bigint)");
    database.execute("INSERT INTO live VALUES ('ann', 1), ('ann', 2)");
    List<String> before = database.dump("live");
    assertNoPlan(
        () ->
            Runs.plan(
                jsonl(Map.of(), row("k", "ann"))
                    .aggregate(Map.of("k", "k"), Map.of("n", "count()"))
                    .table("live", List.of("k"), List.of("n"))),
        ErrorCode.INVALID_TABLE,
        "Cannot use key k of public.live: no primary key or unique index is on exactly these columns",
        "duplicate keys");
    assertThat(database.dump("live")).isEqualTo(before);
  }

  /** A key that no index takes is found by the server alone; by then nothing has been written. */
  @Test
  void keyThatIsTooLongForItsIndex_endsTheApplyAndIsNamed() {
    StringBuilder key = new StringBuilder("long");
    for (int i = 0; i < 4000; i++) {
      key.append((char) (0x4e00 + (i * 7919) % 20000));
    }
    database.execute("CREATE TABLE live (k text PRIMARY KEY, n bigint)");
    database.execute("INSERT INTO live VALUES ('ann', 5)");
    List<String> before = database.dump("live");
    SpecDraft draft =
        jsonl(Map.of(), row("k", "ann"), row("k", key.toString()))
            .aggregate(Map.of("k", "k"), Map.of("n", "count()"))
            .table("live", List.of("k"), List.of("n"));
    PlanDirectory plan = Runs.plan(draft);
    assertNoPlan(
        () -> Runs.apply(draft, plan),
        ErrorCode.INVALID_TABLE,
        "Cannot apply plan " + plan.manifest().plan() + ": the row with k=long",
        "beyond a limit of the database",
        "index row");
    assertThat(database.dump("live")).isEqualTo(before);
  }

  /**
   * An index on another column, and the check of a domain: the row is named by key, nothing is
   * written.
   */
  @Test
  void valueThatTheDatabaseRefuses_endsTheApplyAndNamesTheRow() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      text.append((char) (0x4e00 + (i * 7919) % 20000));
    }
    database.execute("CREATE TABLE live (k text PRIMARY KEY, v text)");
    database.execute("CREATE INDEX ON live (v)");
    SpecDraft indexed =
        jsonl(Map.of(), row("k", "ann", "v", "x"), row("k", "ben", "v", text.toString()))
            .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
            .table("live", List.of("k"), List.of("v"));
    PlanDirectory plan = Runs.plan(indexed);
    assertNoPlan(
        () -> Runs.apply(indexed, plan),
        ErrorCode.INVALID_TABLE,
        ": the row with k=ben can't be written: a row is beyond a limit of the database",
        "index row");
    assertThat(database.dump("live")).isEmpty();

    database.execute("CREATE DOMAIN small AS bigint CHECK (VALUE < 3)");
    database.execute("CREATE TABLE checked (k text PRIMARY KEY, v small)");
    SpecDraft checked =
        jsonl(Map.of("v", "long"), row("k", "ann", "v", 1), row("k", "ben", "v", 3))
            .aggregate(Map.of("k", "k"), Map.of("v", "last(v)"))
            .table("checked", List.of("k"), List.of("v"));
    PlanDirectory outside = Runs.plan(checked);
    assertNoPlan(
        () -> Runs.apply(checked, outside),
        ErrorCode.INVALID_TABLE,
        ": the row with k=ben can't be written: a row would break constraint small_check");
    assertThat(database.dump("checked")).isEmpty();
  }
}
