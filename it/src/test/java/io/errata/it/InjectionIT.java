package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** SQL in every place of a spec that ends in SQL, and in names and values that must not be SQL. */
class InjectionIT {
  private static final String HARM = "; DROP TABLE victim; --";

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.create();
    database.execute("CREATE TABLE victim (k text)");
    database.execute("CREATE TABLE totals (k text PRIMARY KEY, total bigint, note text)");
    database.execute("INSERT INTO totals VALUES ('ann', 1, 'a'), ('ben', 2, 'b')");
    Files.writeString(
        Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"),
        """
        {"id": "1", "ts": "2024-06-10T12:00:00Z", "type": "x", "k": "ann", "v": 1}
        {"id": "2", "ts": "2024-06-10T12:00:00Z", "type": "x", "k": "'); DROP TABLE victim; --", "v": 2}
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
        .set("events.fields.type", "type")
        .set("events.fields.types", Map.of("v", "long"))
        .aggregate(Map.of("k", "k"), Map.of("total", "sum(v)"))
        .table("public.totals", List.of("k"), List.of("total"));
  }

  static Stream<Arguments> attempts() {
    return Stream.of(
        of("table.name", "public.totals" + HARM),
        of("table.name", "public.\"totals\"" + HARM),
        of("table.name", "public.\"totals\"\"" + HARM + "\""),
        of("table.name", "(SELECT * FROM totals)"),
        of("table.key", List.of("k\"" + HARM)),
        of("table.key", List.of("k = k" + HARM)),
        of("table.compare", List.of("total\"" + HARM)),
        of("table.compare", List.of("total, (DELETE FROM victim)")),
        of("table.set", Map.of("note = 'x' WHERE true" + HARM, "'y'")),
        of("table.set", Map.of("note\" = 'x'" + HARM, "'y'")),
        of("table.set", Map.of("note", "'y'" + HARM)),
        of("table.set", Map.of("note", "'y', total = 0")),
        of("table.set", Map.of("note", "'y' WHERE true")),
        of("table.set", Map.of("note", "(DELETE FROM victim RETURNING k)")),
        of("table.set", Map.of("note", "pg_read_file('/etc/passwd')")),
        of("table.owns", "true" + HARM),
        of("table.owns", "true) OR (DROP TABLE victim"),
        of("table.owns", "true UNION SELECT 'x', 1, 'y'"),
        of("table.owns", "EXISTS (DELETE FROM victim RETURNING true)"),
        of("table.owns", "k = E'\\'' OR true"),
        of("table.owns", "k = $q$' OR $q$" + HARM),
        of("table.owns", "pg_terminate_backend(1)"),
        of("table.owns", "dblink_exec('', 'DROP TABLE victim') = ''"),
        of("table.owns", "query_to_xml('DROP TABLE victim', true, true, '') IS NULL"),
        of("filter.where", "v > 0" + HARM),
        of("filter.where", "v > (SELECT 1)"),
        of("filter.where", "pg_sleep(1) IS NULL"),
        of("worker.aggregate.columns", Map.of("total", "sum(v)" + HARM)),
        of("worker.aggregate.columns", Map.of("total\"" + HARM, "sum(v)")),
        of("worker.aggregate.key", Map.of("k\"" + HARM, "k")),
        of("events.fields.id", "id\"" + HARM));
  }

  private static Arguments of(String path, Object value) {
    return Arguments.of(path, value);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("attempts")
  void sqlWhereNoneBelongs_isRefusedBeforeItRuns(String path, Object value) {
    List<String> before = database.dump("totals");
    SpecDraft draft = draft().set(path, value);
    if (path.equals("worker.aggregate.columns") && value.toString().contains("\"")) {
      draft.remove("table.compare");
    }
    ErrataException refused = catchThrowableOfType(ErrataException.class, () -> Runs.plan(draft));
    assertThat(refused).isNotNull();
    assertThat(refused.code())
        .as(refused.toString())
        .isIn(ErrorCode.INVALID_SPEC, ErrorCode.INVALID_TABLE, ErrorCode.INVALID_SOURCE);
    assertThat(refused.next()).isNotBlank();
    assertThat(database.dump("totals")).isEqualTo(before);
    assertThat(database.dump("victim")).isEmpty();
  }

  /** A filter's texts are values, whatever stands in them. */
  @Test
  void textsOfAFilter_areValues() {
    for (String type : List.of("x' OR '1'='1", "x\" OR \"\" = \"", "x; DROP TABLE victim")) {
      SpecDraft draft =
          draft().set("filter.type", List.of(type)).set("limits.missing-coverage", "allow");
      assertThat(Runs.corrections(Runs.plan(draft))).as(type).isEmpty();
    }
    SpecDraft draft = draft().set("filter.where", "k = '''); DROP TABLE victim; --'");
    assertThat(Runs.corrections(Runs.plan(draft)))
        .isEqualTo(Map.of("['); DROP TABLE victim; --]", "insert ['); DROP TABLE victim; --, 2]"));
    assertThat(database.dump("victim")).isEmpty();
  }

  /** Where a table, its schema and its columns really have such names, they are only names. */
  @Test
  void namesThatLookLikeSql_areNames() {
    String schema = "s'" + HARM;
    String table = "t\"" + HARM;
    String key = "k\"" + HARM;
    String column = "c') = '" + HARM;
    String set = "s$q$'\\" + HARM;
    String name = Database.quoted(schema) + "." + Database.quoted(table);
    database.execute("CREATE SCHEMA " + Database.quoted(schema));
    database.execute(
        "CREATE TABLE %s (%s text PRIMARY KEY, %s bigint, %s text DEFAULT 'd')"
            .formatted(name, Database.quoted(key), Database.quoted(column), Database.quoted(set)));
    database.execute("INSERT INTO " + name + " VALUES ('ann', 9, 'x'), ('gone', 1, 'y')");
    List<String> before = database.dump(name);
    Map<String, String> columns = new LinkedHashMap<>(Map.of(column, "sum(v)"));
    SpecDraft draft =
        draft()
            .aggregate(Map.of(key, "k"), columns)
            .table(name, List.of(key), List.of(column))
            .set("table.owns", Database.quoted(key) + " <> 'of another'")
            .set("table.set", Map.of(set, "lower('WRITTEN')"));
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.apply(draft, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump(name))
        .containsExactly("'); DROP TABLE victim; --\t2\twritten", "ann\t1\twritten");
    assertThat(Runs.corrections(Runs.plan(draft))).isEmpty();
    assertThat(Runs.rollback(draft, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump(name)).isEqualTo(before);
    assertThat(database.dump("victim")).isEmpty();
  }
}
