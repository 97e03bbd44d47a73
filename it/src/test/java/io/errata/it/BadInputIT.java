package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input that no other test has: a clear error, its status, and nothing written. */
class BadInputIT {
  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.create();
    database.execute("CREATE TABLE totals (k text PRIMARY KEY, total bigint, note text)");
    database.execute("INSERT INTO totals VALUES ('ann', 1, 'a'), ('ben', 5, 'b')");
    Files.writeString(
        Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"),
        """
        {"id": "1", "ts": "2024-06-10T12:00:00Z", "k": "ann", "v": 1}
        {"id": "2", "ts": "2024-06-10T12:00:00Z", "k": "ben", "v": 2}
        {"id": "3", "ts": "2024-06-10T12:00:00Z", "k": "cyd", "v": 3}
        """);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("v", "long"))
        .set("limits.corrections", 100)
        .aggregate(Map.of("k", "k"), Map.of("total", "sum(v)"))
        .table("public.totals", List.of("k"), List.of("total"));
  }

  private void assertRefused(ThrowingCallable call, ErrorCode code, int status, String... parts) {
    List<String> before = database.dump("totals");
    ErrataException refused = catchThrowableOfType(ErrataException.class, call);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.code()).as(refused.toString()).isEqualTo(code);
    assertThat(refused.code().exitStatus()).isEqualTo(status);
    assertThat(refused).hasMessageContainingAll(parts);
    assertThat(refused.next()).isNotBlank();
    assertThat(database.dump("totals")).isEqualTo(before);
    assertThat(database.query("SELECT to_regclass('public.errata_ledger') IS NULL"))
        .containsExactly(List.of("t"));
  }

  /** All of the apply is undone, also the correction that breaks nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ADD CONSTRAINT known FOREIGN KEY (k) REFERENCES people | known | k=cyd",
        "ADD CONSTRAINT known FOREIGN KEY (k) REFERENCES people DEFERRABLE INITIALLY DEFERRED | known | k=cyd",
        "ADD CONSTRAINT small CHECK (total <> 3) | small | k=cyd",
        "ADD CONSTRAINT once UNIQUE (total) | once | k=ben",
        "ALTER COLUMN note SET NOT NULL | note | k=cyd",
      })
  void constraint_brokenByOneCorrection_undoesAllAndNamesTheRow(
      String change, String constraint, String row) {
    database.execute("CREATE TABLE people (k text PRIMARY KEY)");
    database.execute("INSERT INTO people VALUES ('ann'), ('ben'), ('dan')");
    if (constraint.equals("once")) {
      database.execute("INSERT INTO totals VALUES ('dan', 2, 'd')");
    }
    database.execute("ALTER TABLE totals " + change);
    SpecDraft draft = draft();
    PlanDirectory plan = Runs.plan(draft);
    assertRefused(
        () -> Runs.apply(draft, plan),
        ErrorCode.INVALID_TABLE,
        2,
        "Cannot apply plan " + plan.manifest().plan(),
        constraint,
        row);
  }

  @Test
  void column_ofAnotherType_isNamedWithBoth() {
    database.execute("ALTER TABLE totals ALTER COLUMN total TYPE text USING total::text");
    assertRefused(
        () -> Runs.plan(draft()), ErrorCode.INVALID_SPEC, 2, "column total = sum(v)", "not TEXT");
  }

  @Test
  void key_thatIsNull_isNamedByTheOthers() {
    database.execute("CREATE TABLE pairs (k text, day date, total bigint, UNIQUE (k, day))");
    database.execute("INSERT INTO pairs VALUES ('ann', NULL, 1)");
    SpecDraft draft =
        draft()
            .aggregate(Map.of("k", "k", "day", "day(ts, UTC)"), Map.of("total", "sum(v)"))
            .table("pairs", List.of("k", "day"), List.of("total"))
            .set("table.owns", "true");
    database.execute("ALTER TABLE pairs ALTER COLUMN day DROP NOT NULL");
    database.execute("INSERT INTO pairs VALUES (NULL, '2024-06-10', 1)");
    assertRefused(
        () -> Runs.plan(draft), ErrorCode.INVALID_TABLE, 2, "key column k is null", "2024-06-10");
  }

  @Test
  void plan_whoseFilesAreNotAsTheyWere_isRefused() throws IOException {
    SpecDraft draft = draft();
    PlanDirectory plan = Runs.plan(draft);
    Path home = Path.of(plan.location());
    Path manifest = home.resolve("manifest.json");
    String text = Files.readString(manifest);

    Files.writeString(manifest, text.replace("public.totals", "public.others"));
    assertRefused(() -> Runs.apply(draft, reopen(home)), ErrorCode.INVALID_PLAN, 2, "changed");
    Files.writeString(manifest, text.replaceFirst("\"format\" *: *1", "\"format\": 0"));
    assertRefused(
        () -> Runs.apply(draft, reopen(home)),
        ErrorCode.INVALID_PLAN,
        2,
        "its format is 0 (this release of Errata reads format 1)");
    Files.writeString(manifest, text);

    Path corrections;
    try (Stream<Path> files = Files.list(home.resolve("corrections"))) {
      corrections = files.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(corrections);
    Files.delete(corrections);
    assertRefused(() -> Runs.apply(draft, reopen(home)), ErrorCode.INVALID_PLAN, 2, "is missing");
    bytes[bytes.length / 2] ^= 1;
    Files.write(corrections, bytes);
    assertRefused(() -> Runs.apply(draft, reopen(home)), ErrorCode.INVALID_PLAN, 2, "was changed");
    Files.delete(manifest);
    assertRefused(
        () -> Runs.apply(draft, reopen(home)), ErrorCode.INVALID_PLAN, 2, "no manifest.json");
  }

  private static PlanDirectory reopen(Path home) {
    return PlanDirectory.open(LocalPlanStorage.of(home));
  }

  @Test
  void plan_ofAnotherTable_isRefused() {
    PlanDirectory plan = Runs.plan(draft());
    database.execute("CREATE TABLE others (k text PRIMARY KEY, total bigint, note text)");
    SpecDraft other = draft().table("public.others", List.of("k"), List.of("total"));
    assertRefused(() -> Runs.apply(other, plan), ErrorCode.INVALID_PLAN, 2, "is another one");
    assertThat(database.dump("others")).isEmpty();
  }

  @Test
  void field_ofAnotherTypeInOneFile_isNamed() {
    try (DuckDb duck = new DuckDb()) {
      for (String[] file :
          new String[][] {
            {"a", "SELECT '1' id, TIMESTAMPTZ '2024-06-10 12:00:00Z' ts, 'ann' k, 1::BIGINT v"},
            {"b", "SELECT '2' id, TIMESTAMPTZ '2024-06-10 12:00:00Z' ts, 'ben' k, 'two' v"},
          }) {
        duck.execute(
            "COPY (%s) TO '%s' (FORMAT parquet)"
                .formatted(file[1], folder.resolve("archive").resolve(file[0] + ".parquet")));
      }
    }
    SpecDraft draft =
        draft().archive(folder.resolve("archive"), "", "parquet").remove("events.fields.types");
    assertRefused(
        () -> Runs.plan(draft),
        ErrorCode.INVALID_SOURCE,
        2,
        "Cannot convert field: v",
        "b.parquet");
  }
}
