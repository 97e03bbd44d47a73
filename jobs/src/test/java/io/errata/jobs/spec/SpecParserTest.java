package io.errata.jobs.spec;

import static io.errata.jobs.spec.Specs.DECLARED;
import static io.errata.jobs.spec.Specs.problems;
import static io.errata.jobs.spec.Specs.problemsAfter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.Secret;
import io.errata.connectors.ReadRate;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaSecurity;
import io.errata.connectors.kafka.OffsetRange;
import io.errata.connectors.record.DatedSchema;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.spec.LimitsSpec.Amount;
import io.errata.jobs.spec.LimitsSpec.MissingCoverage;
import io.errata.state.table.LoadLimits;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecParserTest {
  private static final String MINIMAL =
      """
      name: least
      window: { from: 2024-06-10T14:00:00+02:00, to: "2024-06-10T12:30:00Z" }
      events:
        archive: { path: gs://events/payments }
        fields: { id: id, time: ts }
      worker: { name: daily-totals, version: 2 }
      table:
        jdbc: { url: "jdbc:postgresql://localhost/app" }
        name: daily_totals
        key: [user_id]
        compare: [total]
      """;

  @Test
  void parse_ofEverySetting_givesIt() {
    Spec spec =
        Specs.parse(
            DECLARED.replace(
                "format: parquet",
                "format: csv, delimiter: '\\t', zone: Europe/Berlin, slack: PT2H"),
            "events.fields.time-unit=nanos",
            "events.fields.types={value: decimal, meta.at: timestamp}",
            "table.lock-timeout=PT0.5S",
            "table.statement-timeout=PT0S",
            "plans=gs://plans/errata");
    assertThat(spec.name()).isEqualTo("daily-totals-2024-06-10");
    assertThat(spec.window())
        .isEqualTo(
            new Window(
                Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-10T12:30:00Z")));
    assertThat(spec.events().archive())
        .contains(
            new ArchiveOptions(
                "/specs/archive/payments",
                "date=%Y-%m-%d",
                ZoneId.of("Europe/Berlin"),
                ArchiveOptions.Format.CSV,
                Duration.ofHours(2),
                '\t',
                null));
    assertThat(spec.events().fields())
        .isEqualTo(
            new EventsSpec.FieldsSpec(
                "event_id",
                "ts",
                TimeUnit.NANOS,
                Optional.of("event_type"),
                List.of("kafka_partition", "kafka_offset"),
                Map.of("value", ColumnType.DECIMAL, "meta.at", ColumnType.TIMESTAMP)));
    assertThat(spec.filter())
        .isEqualTo(new Spec.FilterSpec(List.of("payment", "refund"), Optional.of("amount > 0")));
    assertThat(spec.worker())
        .isInstanceOfSatisfying(
            WorkerSpec.Declared.class,
            worker -> {
              assertThat(worker.aggregate().key())
                  .containsExactly(
                      Map.entry("user_id", "user_id"), Map.entry("day", "day(ts, UTC)"));
              assertThat(worker.aggregate().columns())
                  .containsExactly(
                      Map.entry("total", "sum(value)"), Map.entry("events", "count()"));
            });
    assertThat(spec.table().url()).isEqualTo("jdbc:postgresql://localhost/app");
    assertThat(spec.table().user()).isEqualTo("app");
    assertThat(spec.table().password()).isEqualTo(Secret.of("hunter2"));
    assertThat(spec.table().name()).isEqualTo("public.daily_totals");
    assertThat(spec.table().key()).containsExactly("user_id", "day");
    assertThat(spec.table().compare()).containsExactly("total", "events");
    assertThat(spec.table().owns())
        .isEqualTo("day >= date '2024-06-10' and day < date '2024-06-11'");
    assertThat(spec.table().set()).containsExactly(Map.entry("updated_at", "now()"));
    assertThat(spec.table().lockTimeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(spec.table().statementTimeout()).isEqualTo(Duration.ZERO);
    assertThat(spec.limits())
        .isEqualTo(
            new LimitsSpec(
                Optional.of(new Amount(5, Amount.Unit.PERCENT)),
                new Amount(0, Amount.Unit.ROWS),
                new Amount(0, Amount.Unit.ROWS),
                MissingCoverage.FAIL,
                new ReadRate(50_000, Long.MAX_VALUE),
                Optional.empty(),
                Duration.ofSeconds(10)));
    assertThat(spec.conflicts()).isEqualTo(ConflictPolicy.ABORT);
    assertThat(spec.plans()).isEqualTo("gs://plans/errata");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "50000/s | 50000 | 9223372036854775807",
        "20MB/s | 9223372036854775807 | 20000000",
        "1 KiB / s | 9223372036854775807 | 1024",
        "'7/s, 2GB/s' | 7 | 2000000000",
        "'3B/s,4/s' | 4 | 3"
      })
  void rate_isOfEventsOrOfBytesOrOfBoth(String rate, long events, long bytes) {
    assertThat(Specs.parse(MINIMAL, "limits.rate='" + rate + "'").limits().rate())
        .isEqualTo(new ReadRate(events, bytes));
  }

  @Test
  void connections_leaveSoManyReaders_asTheyAreEnoughFor() {
    assertThat(Specs.parse(MINIMAL).limits().readers(1)).isEmpty();
    LimitsSpec nine = Specs.parse(MINIMAL, "limits.connections=9").limits();
    assertThat(nine.readers(1)).hasValue(3);
    assertThat(nine.readers(2)).hasValue(1);
    assertThat(Specs.parse(MINIMAL, "limits.connections=4").limits().readers(1)).hasValue(1);
    assertThat(problems(MINIMAL, "limits.connections=3"))
        .containsExactly(
            "in --set limits.connections: limits.connections: 3 are too few (at least 4): a plan has two of its own and two for a"
                + " reader");
  }

  @Test
  void load_ofTheTable_isThatOfTheLimits() {
    assertThat(Specs.parse(MINIMAL).table().load()).isEqualTo(LoadLimits.NONE);
    assertThat(Specs.parse(MINIMAL, "limits.table-lag=PT10S", "limits.table-load=4").table().load())
        .isEqualTo(new LoadLimits(Duration.ofSeconds(10), 4));
    assertThat(problems(MINIMAL, "limits.table-lag=PT0S"))
        .containsExactly(
            "in --set limits.table-lag: limits.table-lag: PT0S is too short (at least PT0.001S): no replica is always up to"
                + " date");
    assertThat(problems(MINIMAL, "limits.table-load=0", "limits.table-lag=10"))
        .containsExactly(
            "in --set limits.table-load: limits.table-load: it is a number and must be a whole number from 1",
            "in --set limits.table-lag: limits.table-lag: it is a number and must be a text; write '10' in quotes");
  }

  @Test
  void parse_ofTheLeast_givesDefaults() {
    Spec spec = Specs.parse(MINIMAL);
    assertThat(spec.window().from()).isEqualTo(Instant.parse("2024-06-10T12:00:00Z"));
    assertThat(spec.events().archive())
        .contains(
            new ArchiveOptions(
                "gs://events/payments",
                "",
                ZoneOffset.UTC,
                ArchiveOptions.Format.PARQUET,
                Duration.ofHours(1),
                ',',
                null));
    assertThat(spec.events().fields())
        .isEqualTo(
            new EventsSpec.FieldsSpec(
                "id", "ts", TimeUnit.MILLIS, Optional.empty(), List.of(), Map.of()));
    assertThat(spec.filter()).isEqualTo(new Spec.FilterSpec(List.of(), Optional.empty()));
    assertThat(spec.worker()).isEqualTo(new WorkerSpec.Versioned("daily-totals", 2));
    assertThat(spec.base()).isEmpty();
    assertThat(spec.completeTo()).isEmpty();
    assertThat(spec.table().user()).isNull();
    assertThat(spec.table().password()).isNull();
    assertThat(spec.table().ownsPredicate()).isEmpty();
    assertThat(spec.table().lockTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(spec.table().statementTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(spec.limits())
        .isEqualTo(
            new LimitsSpec(
                Optional.empty(),
                new Amount(0, Amount.Unit.ROWS),
                new Amount(0, Amount.Unit.ROWS),
                MissingCoverage.FAIL,
                ReadRate.UNLIMITED,
                Optional.empty(),
                Duration.ofMinutes(1)));
    assertThat(spec.events().quarantine()).isEmpty();
    assertThat(spec.conflicts()).isEqualTo(ConflictPolicy.ABORT);
    assertThat(spec.plans()).isEqualTo("/specs/plans");
  }

  @Test
  void parse_ofEventsInQuarantine_givesTheirIds() {
    assertThat(Specs.parse(DECLARED, "events.quarantine=[e7, '9']").events().quarantine())
        .containsExactly("e7", "9");
  }

  @Test
  void parse_withoutCompare_comparesAllComputedColumns() {
    Spec spec = Specs.parse(DECLARED, "table.compare=");
    assertThat(spec.table().compare()).containsExactly("total", "events");
  }

  @Test
  void parse_ofVersionAsOf_leavesItToTheTime() {
    assertThat(Specs.parse(MINIMAL, "worker.version=as-of").worker())
        .isEqualTo(new WorkerSpec.AsOf("daily-totals"));
  }

  @Test
  void parse_ofRunningRows_givesTheBase() {
    Spec spec =
        Specs.parse(
            MINIMAL,
            "base={ path: snapshots/june, time: 2024-06-10T12:00:00Z }",
            "table.complete-to=2024-06-10T14:20:00+02:00");
    assertThat(spec.base())
        .contains(
            new Spec.BaseSpec(
                Optional.empty(),
                Optional.of("/specs/snapshots/june"),
                Instant.parse("2024-06-10T12:00:00Z")));
    assertThat(spec.completeTo()).contains("2024-06-10T12:20:00Z");
  }

  @Test
  void parse_ofEmbeddedUrl_isRelativeToTheSpec() {
    assertThat(Specs.parse(MINIMAL, "table.jdbc.url=embedded:pg").table().url())
        .isEqualTo("embedded:/specs/pg");
  }

  // What is wrong, and where.

  @Test
  void parse_ofSeveralProblems_namesAllWithTheirPlaces() {
    assertThat(
            problems(
                """
                nam: x
                window: { from: 2024-06-10T12:00:00, to: 2024-06-10T12:30:00Z }
                events:
                  archive: { path: /a, format: orc }
                  fields: { id: id, tiem: ts }
                worker: { name: w, version: "2" }
                table:
                  jdbc: { url: "jdbc:postgresql://localhost/app", password: "${env:NOPE}" }
                  name: t
                  key: user_id
                  compare: [total, total]
                limits: { corrections: 101%, delets: 3 }
                """,
                "conflicts=skp"))
        .containsExactly(
            "line 1, column 1: nam: unknown field; did you mean name?",
            "line 1, column 1: name: it is missing",
            "line 2, column 17: window.from: 2024-06-10T12:00:00 doesn't say in which zone; add Z for UTC"
                + " (2024-06-10T12:00:00Z) or an offset such as +02:00",
            "line 4, column 32: events.archive.format: orc is not one of parquet, avro, csv, jsonl",
            "line 5, column 11: events.fields.time: it is missing",
            "line 5, column 21: events.fields.tiem: unknown field; did you mean time?",
            "line 6, column 29: worker.version: it is a text and must be a number; write 2 without quotes",
            "line 8, column 61: table.jdbc.password: the environment variable NOPE is not set; export it, or name another",
            "line 10, column 8: table.key: it is a text and must be a list; write [user_id]",
            "line 11, column 20: table.compare: total is in it twice",
            "line 12, column 24: limits.corrections: 101% is not a whole number from 0, or percent from 0% to 100%",
            "line 12, column 30: limits.delets: unknown field; did you mean deletes?",
            "in --set conflicts: conflicts: skp is not one of abort, skip; did you mean skip?");
  }

  @Test
  void unknownField_ofAnotherSection_namesItsPath() {
    assertThat(problemsAfter("conflicts: abort", "compare: [total]"))
        .containsExactly("line 19, column 1: compare: unknown field; did you mean table.compare?");
  }

  @Test
  void unknownField_likeNoOther_namesAllThatThereAre() {
    assertThat(problemsAfter("conflicts: abort", "x7: 1"))
        .containsExactly(
            "line 19, column 1: x7: unknown field; there are name, window, events, filter, worker, base, table, limits,"
                + " execution, conflicts, plans");
  }

  @Test
  void unknownField_withADot_isNoPath() {
    assertThat(problemsAfter("conflicts: abort", "limits.deletes: 1"))
        .singleElement()
        .asString()
        .startsWith("line 19, column 1: limits.deletes: unknown field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name=[a]                      | name: it is a list and must be a text
          name=7                        | name: it is a number and must be a text; write '7' in quotes
          name=true                     | name: it is true or false and must be a text; write 'true' in quotes
          name=' '                      | name: it is empty
          window=now                    | window: it is a text and must have fields (from, to)
          filter.type=payment           | filter.type: it is a text and must be a list; write [payment]
          filter.type=[]                | filter.type: it is empty; name at least one, or leave it out
          filter.type=[1]               | filter.type: it is a number and must be a text; write '1' in quotes
          table.set=now()               | table.set: it is a text and must be fields; write { name: value }
          worker.aggregate.columns=[a]  | worker.aggregate.columns: it is a list and must be fields; write { name: value }
          table.lock-timeout=10s        | table.lock-timeout: 10s is not a length of time in ISO 8601, such as PT10S or PT1H30M
          table.lock-timeout=10         | table.lock-timeout: it is a number and must be a text; write '10' in quotes
          table.lock-timeout=-PT1S      | table.lock-timeout: -PT1S is negative
          table.lock-timeout=PT0S       | table.lock-timeout: PT0S is too short (at least PT0.001S): it would wait for ever
          table.statement-timeout=P999D | table.statement-timeout: P999D is longer than 366 days
          events.archive.zone=Berlin    | events.archive.zone: Berlin is not a zone, such as UTC, Europe/Berlin or +02:00
          limits.rate=50000             | limits.rate: it is a number and must be a text; write '50000' in quotes
          execution.mode=stream         | execution.mode: stream is not one of batch, streaming; did you mean streaming?
          execution.checkpoints.interval=PT5S | execution.checkpoints: it is for execution.mode: streaming; in batch execution there are none
          execution={mode: streaming, checkpoints: {interval: PT0.05S}} | execution.checkpoints.interval: PT0.05S is too short (at least PT0.1S): it would do nothing but write checkpoints
          limits.worker-time=PT0.05S    | limits.worker-time: PT0.05S is too short (at least PT0.1S, or PT0S for no limit)
          limits.rate=0/s               | limits.rate: 0/s is not a rate from 1/s, such as 50000/s for events or 20MB/s for bytes
          limits.rate=5/m               | limits.rate: 5/m is not a rate from 1/s, such as 50000/s for events or 20MB/s for bytes
          limits.rate=5mb/s             | limits.rate: 5mb/s is not a rate from 1/s, such as 50000/s for events or 20MB/s for bytes
          limits.rate="5/s, 6/s"        | limits.rate: 5/s, 6/s has two rates of one kind; give one of each
          limits.missing-coverage=alow  | limits.missing-coverage: alow is not one of fail, allow; did you mean allow?
          limits.deletes=-1             | limits.deletes: -1 is not a whole number from 0, or percent from 0% to 100%
          limits.deletes=1.5            | limits.deletes: 1.5 is not a whole number from 0, or percent from 0% to 100%
          limits.deletes=-5%            | limits.deletes: -5% is not a whole number from 0, or percent from 0% to 100%
          limits.deletes=100.1%         | limits.deletes: 100.1% is not a whole number from 0, or percent from 0% to 100%
          limits.deletes="3"            | limits.deletes: it is a text and must be a number; write 3 without quotes
          limits.deletes=[1]            | limits.deletes: a list is not a whole number from 0, or percent from 0% to 100%
          events.fields.types={a: txt}  | events.fields.types.a: txt is not one of boolean, int, long, decimal, double, text, bytes, date, timestamp, uuid; did you mean text?
          """)
  void wrongValue_isNamed(String override, String problem) {
    String path = override.substring(0, override.indexOf('='));
    assertThat(problems(DECLARED, override)).contains("in --set " + path + ": " + problem);
  }

  @Test
  void percentages_andNumbers_areRead() {
    assertThat(Specs.parse(DECLARED, "limits.deletes=0.5%").limits().deletes())
        .isEqualTo(new Amount(0.5, Amount.Unit.PERCENT));
    assertThat(Specs.parse(DECLARED, "limits.deletes=100%").limits().deletes())
        .isEqualTo(new Amount(100, Amount.Unit.PERCENT));
    assertThat(Specs.parse(DECLARED, "limits.deletes=1_000").limits().deletes())
        .isEqualTo(new Amount(1000, Amount.Unit.ROWS));
  }

  @Test
  void window_thatEndsBeforeItBegins_isRefused() {
    assertThat(problemsAfter("12:30:00Z", "11:30:00Z"))
        .containsExactly(
            "line 2, column 43: window.to: the window ends before it begins: 2024-06-10T11:30:00Z is before"
                + " 2024-06-10T12:00:00Z; swap from and to");
  }

  @Test
  void window_thatIsEmpty_isRefused() {
    assertThat(problemsAfter("12:30:00Z", "14:00:00+02:00"))
        .containsExactly(
            "line 2, column 43: window.to: the window is empty: it begins and ends at 2024-06-10T12:00:00Z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2024-06-10                 | 2024-06-10 doesn't say in which zone; add Z for UTC (2024-06-10T00:00:00Z) or an offset such as +02:00
          2024-06-10T12:00           | 2024-06-10T12:00 doesn't say in which zone; add Z for UTC (2024-06-10T12:00Z) or an offset such as +02:00
          2024-06-31T12:00:00Z       | 2024-06-31T12:00:00Z is not a time in ISO 8601, such as 2024-06-10T12:00:00Z
          10.6.2024                  | 10.6.2024 is not a time in ISO 8601, such as 2024-06-10T12:00:00Z
          '+10000-01-01T00:00:00Z'   | +10000-01-01T00:00:00Z lies outside of the years 1 to 9999
          """)
  void time_thatIsNone_isRefused(String time, String problem) {
    assertThat(problems(DECLARED, "window.from=" + time))
        .containsExactly("in --set window.from: window.from: " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-06-10T12:00:00Z",
        "2024-06-10T12:00Z",
        "\"2024-06-10T12:00:00.000000Z\"",
        "2024-06-10T14:00:00+02:00",
        "2024-06-10T14:00:00+02:00[Europe/Berlin]"
      })
  void time_withZone_isRead(String time) {
    assertThat(Specs.parse(DECLARED, "window.from=" + time).window().from())
        .isEqualTo(Instant.parse("2024-06-10T12:00:00Z"));
  }

  @Test
  void worker_inBothForms_isRefused() {
    assertThat(problems(DECLARED, "worker.name=daily-totals", "worker.version=2"))
        .containsExactly(
            "line 8, column 3: worker: it has both forms; keep either name and version, for a worker in Java, or aggregate");
  }

  @Test
  void worker_thatIsMissing_isRefused() {
    assertThat(problems(DECLARED, "worker="))
        .containsExactly(
            "line 1, column 1: worker: it is missing; give name and version, for a worker in Java, or aggregate");
    assertThat(problems(MINIMAL, "worker={}"))
        .containsExactly(
            "in --set worker: worker: it is missing; give name and version, for a worker in Java, or aggregate");
    assertThat(problems(MINIMAL, "worker=totals@2"))
        .containsExactly(
            "in --set worker: worker: it is a text and must have fields (name, version, aggregate)");
  }

  @Test
  void worker_withHalfOfAForm_isRefused() {
    assertThat(problems(MINIMAL, "worker.version="))
        .containsExactly("line 6, column 9: worker.version: it is missing");
    assertThat(problems(DECLARED, "worker.aggregate.columns="))
        .containsExactly("line 9, column 5: worker.aggregate.columns: it is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "99999999999"})
  void worker_withAVersionThatIsNone_isRefused(String version) {
    assertThat(problems(MINIMAL, "worker.version=" + version))
        .containsExactly(
            "in --set worker.version: worker.version: "
                + version
                + " is not a version (a whole number from 1)");
  }

  @Test
  void compare_withAWorkerInJava_isRequired() {
    assertThat(problems(MINIMAL, "table.compare="))
        .containsExactly(
            "line 8, column 3: table.compare: it is missing: with a worker in Java, name the columns to compare and correct");
  }

  @Test
  void columns_withTwoParts_areRefused() {
    assertThat(
            problems(
                DECLARED,
                "table.compare=[total, user_id, evnts]",
                "table.set={ day: now(), total: '0', events: '1' }",
                "worker.aggregate.key={ user_id: user_id, dya: ts }"))
        .containsExactly(
            "in --set table.compare: table.compare: user_id is of the key, and so the same on both sides",
            "in --set table.set: table.set: day is of the key, which a correction never changes",
            "in --set table.set: table.set: total is compared, and so written as recomputed",
            "in --set worker.aggregate.key: worker.aggregate.key: it doesn't say what the key column day is made from",
            "in --set worker.aggregate.key: worker.aggregate.key.dya: dya is not in table.key; did you mean day?",
            "in --set table.compare: table.compare: evnts is not in worker.aggregate.columns; did you mean events?",
            "in --set table.set: table.set: events is in worker.aggregate.columns already");
  }

  @Test
  void expression_thatIsNone_isRefused() {
    assertThat(
            problems(
                DECLARED,
                "filter.where=amount >",
                "worker.aggregate.columns.total=value",
                "worker.aggregate.key.day=day("))
        .hasSize(3)
        .anySatisfy(p -> assertThat(p).startsWith("in --set filter.where: filter.where: Cannot "))
        .anySatisfy(
            p ->
                assertThat(p)
                    .isEqualTo(
                        "in --set worker.aggregate.columns.total: worker.aggregate.columns.total: value is not a function,"
                            + " such as sum(value) or count()"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith(
                        "in --set worker.aggregate.key.day: worker.aggregate.key.day: Cannot "));
  }

  @Test
  void layout_thatIsNone_isRefused() {
    assertThat(problems(DECLARED, "events.archive.layout=date=%Y/%H"))
        .singleElement()
        .asString()
        .startsWith(
            "in --set events.archive.layout: events.archive.layout: Cannot read an archive's layout: date=%Y/%H (");
  }

  @Test
  void delimiter_ofNoCsv_isRefused() {
    assertThat(problems(DECLARED, "events.archive.delimiter=;"))
        .containsExactly(
            "in --set events.archive.delimiter: events.archive.delimiter: it is for format: csv only");
    assertThat(problems(DECLARED, "events.archive.delimiter=ab", "events.archive.format=csv"))
        .containsExactly(
            "in --set events.archive.delimiter: events.archive.delimiter: ab is not one character");
  }

  @Test
  void filterByType_withoutTheFieldOfTheType_isRefused() {
    assertThat(problemsAfter("type: event_type, ", ""))
        .containsExactly(
            "line 6, column 17: filter.type: it needs events.fields.type, which says what field the event type is in");
  }

  @Test
  void base_thatIsIncomplete_isRefused() {
    assertThat(problems(MINIMAL, "base={ table: a, path: /b, time: 2024-06-10T11:00:00Z }"))
        .containsExactly(
            "line 8, column 3: table.complete-to: it is missing: running rows need the event time up to which the live rows"
                + " are complete",
            "in --set base: base: it has both a table and a path; keep one",
            "in --set base: base.time: the base shows 2024-06-10T11:00:00Z and the window begins at 2024-06-10T12:00:00Z;"
                + " they must be the same: earlier events are in the base, later ones are not");
    assertThat(problems(MINIMAL, "base={}", "table.complete-to=select max(ts) from t"))
        .containsExactly(
            "in --set base: base.time: it is missing",
            "in --set base: base: give a table or a path");
    assertThat(problems(MINIMAL, "table.complete-to=yesterday"))
        .containsExactly(
            "in --set table.complete-to: table.complete-to: yesterday is not a time in ISO 8601, such as"
                + " 2024-06-10T12:00:00Z; or write a query that begins with select",
            "in --set table.complete-to: table.complete-to: it is for running rows only; give their base, or leave it out");
  }

  @Test
  void laterSettings_areKnownAndRefused() {
    assertThat(problems(DECLARED, "correct=difference"))
        .containsExactly(
            "in --set correct: correct: this release doesn't know `correct: difference` yet; it corrects bucketed and running"
                + " rows");
  }

  // Kafka.

  private static final String KAFKA =
      "events={ kafka: { brokers: 'localhost:9092', topic: payments, format: json }, fields: { id: id, time: ts, type: kind } }";

  @Test
  void kafka_ofTheLeast_givesDefaults() {
    Spec spec = Specs.parse(DECLARED, KAFKA);
    assertThat(spec.events().archive()).isEmpty();
    assertThat(spec.events().kafka())
        .contains(
            new EventsSpec.KafkaSpec(
                KafkaOptions.of("localhost:9092", "payments"),
                EventsSpec.RecordSpec.of(EventsSpec.RecordFormatName.JSON),
                Optional.empty()));
  }

  @Test
  void kafka_ofEverySetting_givesIt(@TempDir Path folder) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), "s3cret\n");
    Path pem = Files.writeString(folder.resolve("pem"), "PEM");
    Spec spec =
        Specs.parse(
            DECLARED,
            KAFKA,
            "events.kafka.topic-pattern=pay.*",
            "events.kafka.topic=null",
            "events.kafka.key-format=json",
            "events.kafka.slack=PT1M",
            "events.kafka.slack-after=PT2H",
            "events.kafka.offsets={ payments-0: 10..20 }",
            "events.kafka.isolation=read-uncommitted",
            "events.kafka.properties={ fetch.max.bytes: 1000000 }",
            "events.kafka.sasl={ mechanism: SCRAM-SHA-512, user: errata, password: '${file:"
                + password
                + "}' }",
            "events.kafka.tls={ ca: '${file:" + pem + "}' }");
    KafkaOptions options = spec.events().kafka().orElseThrow().options();
    assertThat(options.topics()).isEmpty();
    assertThat(options.topicPattern()).isEqualTo("pay.*");
    assertThat(options.slackBefore()).isEqualTo(Duration.ofMinutes(1));
    assertThat(options.slackAfter()).isEqualTo(Duration.ofHours(2));
    assertThat(options.offsets()).isEqualTo(Map.of("payments-0", new OffsetRange(10, 20)));
    assertThat(options.isolation()).isEqualTo(KafkaOptions.Isolation.READ_UNCOMMITTED);
    assertThat(options.properties()).isEqualTo(Map.of("fetch.max.bytes", "1000000"));
    assertThat(options.security())
        .isEqualTo(
            new KafkaSecurity(
                new KafkaSecurity.Sasl(
                    KafkaSecurity.Mechanism.SCRAM_SHA_512, "errata", Secret.of("s3cret")),
                new KafkaSecurity.Tls("PEM", null, null, null)));
  }

  private static final String WITH_KAFKA =
      "events.kafka={ brokers: 'localhost:9092', topic: payments, format: json }";

  @Test
  void kafkaAndArchive_areTakenByWhatTheyHoldUnlessTheSpecChooses() {
    Spec both = Specs.parse(DECLARED, WITH_KAFKA);
    assertThat(both.events().use()).isEqualTo(Use.AUTO);
    assertThat(both.events().kafka()).isPresent();
    assertThat(both.events().archive()).isPresent();
    assertThat(Specs.parse(DECLARED, WITH_KAFKA, "events.use=both").events().use())
        .isEqualTo(Use.BOTH);
    Spec one =
        Specs.parse(
            DECLARED,
            WITH_KAFKA,
            "events.use=kafka",
            "events.fields.id=$position",
            "events.kafka.offsets={ payments-0: 1..2 }");
    assertThat(one.events().use()).isEqualTo(Use.KAFKA);
  }

  @Test
  void kafkaAndArchive_thatCannotBeStitched_areRefused() {
    assertThat(problems(DECLARED, "events.use=kafka"))
        .containsExactly(
            "in --set events.use: events.use: it names a source that events doesn't have; give events.kafka and"
                + " events.archive, or leave it out");
    assertThat(problems(DECLARED, "events.use=both")).hasSize(1);
    assertThat(problems(DECLARED, WITH_KAFKA, "events.kafka.offsets={ payments-0: 1..2 }"))
        .containsExactly(
            "in --set events.kafka.offsets: events.kafka.offsets: offsets don't say what part of the window they hold, so"
                + " that nothing can be stitched to them; write use: kafka in events, or leave them out");
    assertThat(problems(DECLARED, WITH_KAFKA, "events.fields.id=$position"))
        .containsExactly(
            "in --set events.fields.id: events.fields.id: an event that lies in Kafka and in the archive would count twice:"
                + " events that are stitched need an id of their own; write use: kafka or use: archive in events, or name a"
                + " field");
  }

  @Test
  void kafka_thatCannotBe_isRefused() {
    assertThat(problems(DECLARED, KAFKA, "events.kafka.topics=[a, b]"))
        .containsExactly(
            "in --set events: events.kafka: it has events.kafka.topic and events.kafka.topics; keep one");
    assertThat(problems(DECLARED, KAFKA, "events.kafka.offsets={ payments-0: 20..10 }"))
        .singleElement()
        .asString()
        .contains("events.kafka.offsets");
    assertThat(problems(DECLARED, KAFKA, "events.kafka.properties={ group.id: mine }"))
        .singleElement()
        .asString()
        .contains("Cannot set the Kafka property group.id");
    assertThat(
            problems(
                DECLARED, KAFKA, "events.kafka.sasl={ mechanism: PLAIN, user: a, password: b }"))
        .singleElement()
        .asString()
        .contains("it must be a reference");
  }

  @Test
  void registry_isOneValueOrASection(@TempDir Path folder) throws IOException {
    Spec spec =
        Specs.parse(
            DECLARED,
            KAFKA,
            "events.kafka.format=avro",
            "events.kafka.registry=http://localhost:8081/");
    EventsSpec.RecordSpec value = spec.events().kafka().orElseThrow().value();
    assertThat(value)
        .isEqualTo(
            EventsSpec.RecordSpec.of(
                EventsSpec.RecordFormatName.AVRO,
                Optional.of(RegistryOptions.of("http://localhost:8081")),
                Optional.empty()));
    // Kept in one form, and read again from it.
    assertThat(spec.text()).contains("url: \"http://localhost:8081/\"");
    assertThat(
            SpecParser.parseText(
                    spec.text(),
                    Optional.empty(),
                    List.of("events.kafka.registry.url=http://other:1"),
                    name -> Optional.of("x"))
                .events()
                .kafka()
                .orElseThrow()
                .value()
                .registry())
        .contains(RegistryOptions.of("http://other:1"));
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
    RegistryOptions options = RegistryOptions.of("https://registry:8081");
    assertThat(
            registry(
                "{ url: 'https://registry:8081', user: errata, password: '${file:"
                    + secret
                    + "}', ca: '${file:"
                    + secret
                    + "}' }"))
        .isEqualTo(options.withLogin("errata", Secret.of("s3cret")).withCa("s3cret"));
    assertThat(registry("{ url: 'https://registry:8081', token: '${file:" + secret + "}' }"))
        .isEqualTo(options.withToken(Secret.of("s3cret")));
  }

  private static RegistryOptions registry(String section) throws IOException {
    return Specs.parse(
            DECLARED, KAFKA, "events.kafka.format=avro", "events.kafka.registry=" + section)
        .events()
        .kafka()
        .orElseThrow()
        .value()
        .registry()
        .orElseThrow();
  }

  @Test
  void schema_isAFileOrASubject(@TempDir Path folder) throws IOException {
    String avro =
        "events.kafka={ brokers: b, topic: t, format: avro, key-format: avro, registry: 'http://r',";
    Spec spec =
        Specs.parse(
            DECLARED,
            KAFKA,
            avro
                + " schema: { subject: s, version: 2 }, key-schema: { file: "
                + folder.resolve("key.avsc")
                + " } }");
    assertThat(spec.events().kafka().orElseThrow().value().schema())
        .contains(new SchemaChoice.OfSubject("s", 2));
    assertThat(spec.events().kafka().orElseThrow().key().orElseThrow().schema())
        .contains(new SchemaChoice.OfFile(folder.resolve("key.avsc").toString()));
    assertThat(problems(DECLARED, KAFKA, avro + " schema: { file: /a.avsc, version: 2 } }"))
        .singleElement()
        .asString()
        .endsWith(
            "events.kafka.schema: it has both a file and events.kafka.schema.version; keep one of them");
    assertThat(problems(DECLARED, KAFKA, avro + " schema: { version: 0 } }"))
        .singleElement()
        .asString()
        .contains("events.kafka.schema.version: it is a number and must be a whole number from 1");
  }

  @Test
  void schema_ofAnArchive_isAFileOfAvroOrJsonLines() throws IOException {
    assertThat(
            Specs.parse(
                    DECLARED,
                    "events.archive={ path: /a, format: avro, schema: { file: /a.avsc } }")
                .events()
                .archive()
                .orElseThrow()
                .schema())
        .isEqualTo("/a.avsc");
    assertThat(
            problems(
                DECLARED, "events.archive={ path: /a, format: csv, schema: { file: /a.avsc } }"))
        .singleElement()
        .asString()
        .contains("Cannot read an archive by a schema: its format is CSV (avro or jsonl)");
  }

  @Test
  void schemas_areOfDays(@TempDir Path folder) throws IOException {
    String plain = "events.kafka={ brokers: b, topic: t, format: avro-plain,";
    Path spec = Files.writeString(folder.resolve("spec.yaml"), DECLARED);
    assertThat(
            SpecParser.parseText(
                    Files.readString(spec),
                    Optional.of(folder),
                    List.of(
                        KAFKA,
                        plain
                            + " registry: 'http://r', schemas: [{ from: 2024-03-01, version: 2, subject: s },"
                            + " { to: 2024-03-01, file: old.avsc }] }"),
                    name -> Optional.of("x"))
                .events()
                .kafka()
                .orElseThrow()
                .value()
                .dated())
        .containsExactly(
            new DatedSchema(
                null,
                LocalDate.parse("2024-03-01"),
                new SchemaChoice.OfFile(folder.resolve("old.avsc").toString())),
            new DatedSchema(
                LocalDate.parse("2024-03-01"), null, new SchemaChoice.OfSubject("s", 2)));
    for (Map.Entry<String, String> wrong :
        Map.of(
                "[]", "it is a list and must be a list",
                "[{ from: 2024-03-01 }]", "each has a file, or a version; give one of them",
                "[{ file: /a, form: 2024-03-01 }]", "form: unknown field; did you mean from?",
                "[{ file: /a, from: yesterday }]", "yesterday is not a day, such as 2024-06-10",
                "[{ file: /a, from: 2024-03-02, to: 2024-03-02 }]", "is no stretch of days",
                "[{ file: /a }, { file: /b, from: 2024-03-02 }]",
                    "the beginning to now and 2024-03-02 to now have days in common")
            .entrySet()) {
      assertThat(problems(DECLARED, KAFKA, plain + " schemas: " + wrong.getKey() + " }"))
          .anySatisfy(problem -> assertThat(problem).contains(wrong.getValue()));
    }
  }

  @Test
  void format_thatLacksItsSettings_isRefused() {
    for (Map.Entry<String, String> wrong :
        Map.of(
                "format: csv",
                "events.kafka.columns: it is missing: records in CSV have no header",
                "format: csv, columns: [a], schema: { file: /a }",
                "events.kafka.schema: it is not for the format csv, which has columns",
                "format: json, columns: [a]",
                "events.kafka.columns: it is for the format csv only",
                "format: json, delimiter: ';'",
                "events.kafka.delimiter: it is for the format csv only",
                "format: avro-plain",
                "events.kafka.schema: plain Avro doesn't tell its schema",
                "format: avro-plain, registry: 'http://r', schema: { subject: s }",
                "events.kafka.schema: plain Avro doesn't tell its schema",
                "format: avro-single-object",
                "events.kafka.registry: it is missing",
                "format: avro, registry: 'http://r', schema: { writers: /a }",
                "events.kafka.schema.writers: it is for the format avro-single-object only",
                "format: json, schemas: [{ file: /a }]",
                "events.kafka.schemas: it is for the format avro-plain only")
            .entrySet()) {
      assertThat(
              problems(
                  DECLARED, KAFKA, "events.kafka={ brokers: b, topic: t, " + wrong.getKey() + " }"))
          .as(wrong.getKey())
          .anySatisfy(problem -> assertThat(problem).contains(wrong.getValue()));
    }
  }

  @Test
  void registry_thatCannotBe_isRefused() {
    assertThat(problems(DECLARED, KAFKA, "events.kafka.format=avro"))
        .singleElement()
        .asString()
        .contains("events.kafka.registry: it is missing: events.kafka.format finds schemas there");
    assertThat(problems(DECLARED, KAFKA, "events.kafka.registry=http://localhost:8081"))
        .singleElement()
        .asString()
        .contains("events.kafka.registry: no format of this spec reads schemas of a registry");
    assertThat(problems(DECLARED, KAFKA, "events.kafka.schema.subject=s"))
        .singleElement()
        .asString()
        .contains("events.kafka.schema: with the format json it is a file");
    assertThat(problems(DECLARED, KAFKA, "events.kafka.key-schema.subject=s"))
        .singleElement()
        .asString()
        .contains("events.kafka.key-schema: it needs events.kafka.key-format");
    for (String registry :
        List.of(
            "{ url: 'http://a', password: hunter2, user: a }", "{ url: 'http://a:hunter2@b' }")) {
      assertThat(
              problems(
                  DECLARED, KAFKA, "events.kafka.format=avro", "events.kafka.registry=" + registry))
          .isNotEmpty()
          .allSatisfy(problem -> assertThat(problem).doesNotContain("hunter2"));
    }
  }

  // Overrides.

  @Test
  void override_thatIsNone_isRefused() {
    assertThat(
            problems(
                DECLARED,
                "limits.deletes",
                "=3",
                "limits..deletes=1",
                "name.first=x",
                "limits.deletes=[1"))
        .hasSize(5)
        .contains(
            "in --set limits.deletes: it has no value; write path=value, such as limits.deletes=10",
            "in --set : it names no field; write path=value, such as limits.deletes=10",
            "in --set limits..deletes: it names no field; write path=value, such as limits.deletes=10",
            "in --set name.first: name is a text (line 1, column 7) and has no fields")
        .anySatisfy(p -> assertThat(p).startsWith("in --set limits.deletes: not YAML: "));
  }

  @Test
  void override_ofAnUnknownField_namesTheNearest() {
    assertThat(problems(DECLARED, "limits.delete=3"))
        .containsExactly(
            "in --set limits.delete: limits.delete: unknown field; did you mean deletes?");
  }

  @Test
  void override_thatComesLater_wins() {
    Spec spec = Specs.parse(DECLARED, "limits.deletes=1", "limits.deletes=2");
    assertThat(spec.limits().deletes()).isEqualTo(new Amount(2, Amount.Unit.ROWS));
    assertThat(spec.text()).contains("deletes: 2");
  }

  // YAML.

  @Test
  void duplicateField_isRefused() {
    assertThat(problemsAfter("conflicts: abort", "conflicts: abort\nconflicts: skip"))
        .containsExactly(
            "line 20, column 1: conflicts is given twice (first at line 19, column 1)");
  }

  @Test
  void tab_isExplained() {
    assertThat(problemsAfter("  archive:", "\tarchive:"))
        .containsExactly("line 4, column 1: not YAML: a tab can't indent; use spaces");
  }

  @Test
  void byteOrderMark_isNoPart() {
    assertThat(Specs.parse("\uFEFF" + DECLARED)).isEqualTo(Specs.parse(DECLARED));
  }

  @Test
  void wordsThatOthersTakeForBooleans_areTexts() {
    assertThat(Specs.parse(DECLARED, "filter.type=[no, yes, off, y, null_type]").filter().types())
        .containsExactly("no", "yes", "off", "y", "null_type");
  }

  @Test
  void aliases_areCopied() {
    Spec spec =
        Specs.parse(
            DECLARED
                .replace("[kafka_partition, kafka_offset]", "&two [user_id, day]")
                .replace("key: [user_id, day]", "key: *two"),
            "events.fields.sequence=[other]");
    assertThat(spec.table().key()).containsExactly("user_id", "day");
    assertThat(spec.text()).doesNotContain("*two").doesNotContain("&two");
  }

  @Test
  void aliasBomb_isRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a").append(i).append(": &a").append(i).append(" [");
      bomb.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
    }
    assertThat(problems(bomb.toString()))
        .singleElement()
        .asString()
        .endsWith("too many values (at most 20000, aliases counted in full)");
  }

  @Test
  void deepNesting_isRefused() {
    assertThat(problems("a: " + "[".repeat(100_000)))
        .singleElement()
        .asString()
        .endsWith("nested too deeply (at most 32 levels)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''            | line 1, column 1: it is empty
          '# nothing'   | line 1, column 1: it is empty
          just words    | line 1, column 1: it is a text and must have fields, such as name: and window:
          [a, b]        | line 1, column 1: it is a list and must have fields, such as name: and window:
          'a: *b'       | line 1, column 4: no anchor &b stands before this
          'a: !x b'     | line 1, column 4: a tag has no meaning in a spec: !x
          """)
  void document_thatIsNoSpec_isRefused(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  @Test
  void secondDocument_isRefused() {
    assertThat(problems(DECLARED + "---\nname: other\n"))
        .singleElement()
        .asString()
        .endsWith("a second document begins here (a spec is one)");
  }

  @Test
  void syntaxError_showsNothingOfTheText() {
    assertThat(problemsAfter("conflicts: abort", "conflicts: 'hunter2"))
        .singleElement()
        .asString()
        .contains("not YAML: ");
  }

  @Test
  void tooLongText_isRefused() {
    assertThat(problems("#".repeat(1 << 21)))
        .containsExactly("line 1, column 1: it has 2097152 characters (at most 1048576)");
  }

  // The file.

  @Test
  void file_isReadWithPathsBesideIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("incident.yaml");
    Files.writeString(file, MINIMAL.replace("gs://events/payments", "events"));
    Spec spec = SpecParser.parse(file, List.of("table.jdbc.url=embedded:pg"));
    assertThat(spec.events().archive().orElseThrow().path())
        .isEqualTo(folder.resolve("events").toString());
    assertThat(spec.plans()).isEqualTo(folder.resolve("plans").toString());
    assertThat(SpecParser.parseText(spec.text(), List.of())).isEqualTo(spec);
  }

  @Test
  void file_thatCannotBeRead_isNamed(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> SpecParser.parse(missing, List.of()))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot read spec " + missing + " (there is no such file)");
    assertThatThrownBy(() -> SpecParser.parse(folder, List.of()))
        .hasMessage("Cannot read spec " + folder + " (it is a folder)");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, "name: Zürich".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> SpecParser.parse(latin, List.of()))
        .hasMessage("Cannot read spec " + latin + " (it is not UTF-8)");
    Path wrong = folder.resolve("wrong.yaml");
    Files.writeString(wrong, "name: x\n");
    assertThatThrownBy(() -> SpecParser.parse(wrong, List.of()))
        .isInstanceOf(ErrataException.class)
        .hasMessageStartingWith("Cannot use spec " + wrong + ": ");
  }
}
