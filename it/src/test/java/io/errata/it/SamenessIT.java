package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.it.EventFiles.Format;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same events give the same plan id: however they lie in files, however they are spread,
 * wherever they are read.
 */
class SamenessIT {
  private static final List<String> USERS =
      List.of(
          "ann",
          "a-b",
          "a",
          "",
          "İstanbul",
          "title",
          "é",
          "e\u0301",
          "😀",
          "\uFFFD",
          "new\nline",
          "\"",
          "back\\slash");

  @TempDir private static Path folder;
  private static final List<ArchivedEvent> EVENTS = new ArrayList<>();
  private static DuckDb duck;
  private static Database database;
  private static String expected;

  @BeforeAll
  static void planOnce() {
    duck = new DuckDb();
    database = Database.create();
    makeEvents();
    database.execute(
        "CREATE TABLE live (\"user\" text, day date, total bigint, events bigint, exact numeric(20,2),"
            + " ratio double precision, least text, greatest text, first_label text, last_big bigint, seen timestamptz,"
            + " labels bigint, checksum text, PRIMARY KEY (\"user\", day))");
    Path archive = folder.resolve("first");
    EventFiles.write(duck, archive.resolve("events.parquet"), Format.PARQUET, EVENTS);
    PlanDirectory plan = plan(archive, "", Format.PARQUET, 2, InputOrder.AS_READ);
    assertThat(plan.manifest().corrections().insert()).isGreaterThan(30);
    assertThat(plan.manifest().events().duplicates()).isGreaterThan(20);
    // Some rows as they are to be, some not, so that the plan has corrections of each kind.
    Runs.apply(draft(archive, "", Format.PARQUET), plan);
    database.execute("UPDATE live SET total = total + 1 WHERE \"user\" LIKE 'a%'");
    database.execute("DELETE FROM live WHERE \"user\" = 'é'");
    database.execute("INSERT INTO live (\"user\", day) VALUES ('nobody', '2024-03-31')");
    PlanDirectory again = plan(archive, "", Format.PARQUET, 2, InputOrder.AS_READ);
    assertThat(again.manifest().corrections().insert()).isPositive();
    assertThat(again.manifest().corrections().update()).isPositive();
    assertThat(again.manifest().corrections().delete()).isEqualTo(1);
    expected = again.manifest().plan();
  }

  @AfterAll
  static void close() {
    database.close();
    duck.close();
  }

  /**
   * Around a change of clocks; ties in time, values whose sum depends on the order of adding,
   * copies.
   */
  private static void makeEvents() {
    Random random = new Random(7);
    Instant start = Instant.parse("2024-03-29T00:00:00Z");
    for (int i = 0; i < 2_000; i++) {
      EVENTS.add(
          new ArchivedEvent(
              "id-" + i,
              USERS.get(Math.min(random.nextInt(USERS.size()), random.nextInt(USERS.size()))),
              i % 3,
              start
                  .plus(random.nextInt(4 * 24 * 60), ChronoUnit.MINUTES)
                  .plus(i % 2, ChronoUnit.MICROS),
              i % 5 == 0 ? "refund" : "payment",
              i % 7 == 0 ? null : (long) random.nextInt(3),
              random.nextInt(100),
              random.nextLong() >> 20,
              BigDecimal.valueOf(random.nextInt(1_000_000), 2),
              (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-8, 8)),
              i % 11 == 0 ? null : USERS.get(random.nextInt(USERS.size())),
              start.plus(random.nextInt(), ChronoUnit.MICROS),
              LocalDate.of(2024, 1, 1).plusDays(random.nextInt(300))));
    }
    for (int i = 0; i < 60; i++) {
      // A second delivery has a sequence of its own.
      ArchivedEvent event = EVENTS.get(random.nextInt(2_000));
      EVENTS.add(i % 2 == 0 ? event : event.withSeq((long) random.nextInt(3)));
    }
  }

  static SpecDraft draft(Path archive, String layout, Format format) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("total", "sum(big)");
    columns.put("events", "count()");
    columns.put("exact", "sum(amount)");
    columns.put("ratio", "sum(ratio)");
    columns.put("least", "min(label)");
    columns.put("greatest", "max(label)");
    columns.put("first_label", "first(label)");
    columns.put("last_big", "last(big)");
    columns.put("seen", "max(seen)");
    columns.put("labels", "count_distinct(label)");
    columns.put("checksum", "md5('{user}-{day}-{total}-{ratio}-{seen}-{least}')");
    Map<String, String> types = new LinkedHashMap<>();
    for (ArchivedEvent.Field field : ArchivedEvent.FIELDS) {
      if (!List.of("event_id", "ts", "type").contains(field.name())) {
        types.put(field.name(), field.specType());
      }
    }
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-03-30T12:00:00Z", "2024-04-01T12:00:00Z")
        .archive(archive, layout, format.spec())
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .set("events.fields.type", "type")
        .set("events.fields.sequence", List.of("seq"))
        .set("events.fields.types", types)
        .set("filter.where", "shop < 2 or label like '%a%'")
        .aggregate(Map.of("user", "user_id", "day", "day(ts, Europe/Zurich)"), columns)
        .table("live", List.of("user", "day"), List.copyOf(columns.keySet()))
        .set("table.owns", "true");
  }

  private static PlanDirectory plan(
      Path archive, String layout, Format format, int parallelism, InputOrder order) {
    return Runs.plan(
        draft(archive, layout, format).parse(), new PlannerOptions(parallelism, order));
  }

  private static void assertSame(Path archive, String layout, Format format) {
    assertThat(plan(archive, layout, format, 2, InputOrder.AS_READ).manifest().plan())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1,AS_READ",
    "7,AS_READ",
    "64,AS_READ",
    "1,SCATTERED",
    "2,SCATTERED",
    "3,SCATTERED",
    "7,SCATTERED",
    "16,SCATTERED",
    "64,SCATTERED"
  })
  void planId_doesNotDependOnParallelismAndSpread(int parallelism, InputOrder order) {
    PlanDirectory plan = plan(folder.resolve("first"), "", Format.PARQUET, parallelism, order);
    assertThat(plan.manifest().plan()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void planId_isTheSameInStreamingExecution(int parallelism) {
    PlanDirectory plan =
        Runs.plan(
            draft(folder.resolve("first"), "", Format.PARQUET).streaming().parse(),
            new PlannerOptions(parallelism, InputOrder.AS_READ));
    assertThat(plan.manifest().plan()).isEqualTo(expected);
  }

  @Test
  void planId_doesNotDependOnFilesRowsAndTheirOrder() {
    Path archive = folder.resolve("split");
    List<ArchivedEvent> shuffled = new ArrayList<>(EVENTS);
    Collections.shuffle(shuffled, new Random(1));
    for (int i = 0; i < 13; i++) {
      EventFiles.write(
          duck,
          archive.resolve("z" + (13 - i) + "/renamed-" + i + ".parquet"),
          Format.PARQUET,
          shuffled.subList(i * shuffled.size() / 13, (i + 1) * shuffled.size() / 13),
          i % 2 == 0 ? "COMPRESSION zstd" : "COMPRESSION gzip");
    }
    assertSame(archive, "", Format.PARQUET);
  }

  @Test
  void planId_doesNotDependOnRowGroupsCodecAndSorting() {
    List<ArchivedEvent> sorted = new ArrayList<>(EVENTS);
    sorted.sort(Comparator.comparing(ArchivedEvent::time));
    Path archive = folder.resolve("sorted");
    EventFiles.write(
        duck,
        archive.resolve("events.parquet"),
        Format.PARQUET,
        sorted,
        "COMPRESSION uncompressed, ROW_GROUP_SIZE 100");
    assertSame(archive, "", Format.PARQUET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"date=%Y-%m-%d", "%Y/%m/%d/h%H"})
  void planId_doesNotDependOnTheFolders(String layout) throws IOException {
    Path archive = folder.resolve("layout-" + layout.hashCode());
    DateTimeFormatter folders =
        DateTimeFormatter.ofPattern(
                layout.startsWith("date") ? "'date='yyyy-MM-dd" : "yyyy/MM/dd/'h'HH", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    Map<String, List<ArchivedEvent>> files = new TreeMap<>();
    for (ArchivedEvent event : EVENTS) {
      files.computeIfAbsent(folders.format(event.time()), f -> new ArrayList<>()).add(event);
    }
    for (Map.Entry<String, List<ArchivedEvent>> file : files.entrySet()) {
      EventFiles.write(
          duck,
          archive.resolve(file.getKey()).resolve("events.jsonl"),
          Format.JSONL,
          file.getValue());
    }
    assertSame(archive, layout, Format.JSONL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CSV", "CSV_GZIP", "JSONL", "JSONL_GZIP", "AVRO"})
  void planId_doesNotDependOnTheFormat(Format format) {
    Path archive = folder.resolve("format-" + format);
    EventFiles.write(
        duck, archive.resolve("a." + format.extension()), format, EVENTS.subList(0, 999));
    EventFiles.write(
        duck,
        archive.resolve("b." + format.extension()),
        format,
        EVENTS.subList(999, EVENTS.size()));
    assertSame(archive, "", format);
  }

  @Test
  void planId_dependsOnTheEvents() {
    Path archive = folder.resolve("changed");
    List<ArchivedEvent> changed = new ArrayList<>(EVENTS);
    // The last of a bucket's events within the window, by one thousandth of a cent of nothing but
    // its big value.
    ArchivedEvent event =
        EVENTS.stream()
            .filter(e -> e.time().isAfter(Instant.parse("2024-03-31T06:00:00Z")))
            .filter(e -> e.time().isBefore(Instant.parse("2024-03-31T18:00:00Z")))
            .filter(e -> e.shop() < 2)
            .findFirst()
            .orElseThrow();
    changed.replaceAll(e -> e.id().equals(event.id()) ? e.withBig(1L) : e);
    EventFiles.write(duck, archive.resolve("events.parquet"), Format.PARQUET, changed);
    assertThat(plan(archive, "", Format.PARQUET, 2, InputOrder.AS_READ).manifest().plan())
        .isNotEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 32, 64})
  void rightTable_givesAPlanWithoutCorrections(int parallelism) {
    List<String> before = database.dump("live");
    SpecDraft draft = draft(folder.resolve("first"), "", Format.PARQUET);
    PlanDirectory plan = Runs.plan(draft);
    Runs.apply(draft, plan);
    try {
      PlanDirectory none =
          plan(folder.resolve("first"), "", Format.PARQUET, parallelism, InputOrder.SCATTERED);
      assertThat(Runs.corrections(none)).isEmpty();
      assertThat(none.manifest().rows().equal()).isEqualTo(none.manifest().rows().recomputed());
    } finally {
      Runs.rollback(draft, plan);
    }
    assertThat(database.dump("live")).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "UTC,en,US,UTF-8",
    "Europe/Zurich,tr,TR,ISO-8859-1",
    "Australia/Lord_Howe,ar,EG,ISO-8859-1"
  })
  void planId_doesNotDependOnTheMachinesDefaults(
      String zone, String language, String country, String charset) {
    assertThat(
            planElsewhere(
                Jdk.current(),
                "-Duser.timezone=" + zone,
                "-Duser.language=" + language,
                "-Duser.country=" + country,
                "-Dfile.encoding=" + charset))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 21, 25})
  void planId_doesNotDependOnTheReleaseOfJava(int release) {
    Optional<Jdk> jdk = Jdk.find(release);
    assumeTrue(jdk.isPresent(), () -> Jdk.missing(release));
    assertThat(planElsewhere(jdk.get(), "-Duser.timezone=Australia/Lord_Howe")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "tr-TR", "fa-IR", "th-TH-u-nu-thai"})
  void planId_doesNotDependOnTheLocaleOfAProgramThatPlansByItself(String tag) {
    Locale display = Locale.getDefault(Locale.Category.DISPLAY);
    Locale format = Locale.getDefault(Locale.Category.FORMAT);
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(tag));
      TimeZone.setDefault(TimeZone.getTimeZone("Australia/Lord_Howe"));
      assertSame(folder.resolve("first"), "", Format.PARQUET);
    } finally {
      Locale.setDefault(Locale.Category.DISPLAY, display);
      Locale.setDefault(Locale.Category.FORMAT, format);
      TimeZone.setDefault(zone);
    }
  }

  /** Plans by the command line, in a process of another kind. */
  private static String planElsewhere(Jdk jdk, String... options) {
    // In text form, where defaults have the most to say.
    Path archive = folder.resolve("elsewhere");
    EventFiles.write(duck, archive.resolve("events.csv"), Format.CSV, EVENTS);
    List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
    command.addAll(jdk.options());
    command.addAll(List.of("-Xmx700m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    Path spec = folder.resolve("spec.yaml");
    Path output = folder.resolve("output.json");
    Path errors = folder.resolve("errors.txt");
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.errata.jobs.cli.Main",
            "plan",
            spec.toString(),
            "--json"));
    try {
      Files.writeString(spec, draft(archive, "", Format.CSV).text());
      Process process =
          new ProcessBuilder(command)
              .redirectError(errors.toFile())
              .redirectOutput(output.toFile())
              .start();
      try {
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("ended").isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.exitValue())
          .as(new String(Files.readAllBytes(errors), StandardCharsets.ISO_8859_1))
          .isZero();
      return new ObjectMapper().readTree(output.toFile()).get("plan").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
