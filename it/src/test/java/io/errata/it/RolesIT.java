package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The roles of {@code deploy/postgres/roles.sql}, and what is said to a role that lacks a right.
 */
class RolesIT {
  private static final String PLAN = "errata_plan";
  private static final String APPLY = "errata_apply";
  private static final List<String> GRANTED = List.of(PLAN, APPLY);

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.create();
    database.execute(
        "CREATE TABLE daily_totals (user_id text, day date, total bigint, events bigint, note text DEFAULT 'new',"
            + " PRIMARY KEY (user_id, day))");
    database.execute(
        "INSERT INTO daily_totals VALUES ('ann', '2024-06-10', 5, 1, 'wrong'), ('ben', '2024-06-10', 7, 1, 'right'),"
            + " ('cyd', '2024-06-10', 1, 1, 'of no event')");
    database.execute("CREATE TABLE secrets (k text PRIMARY KEY)");
    database.execute(Files.readString(RepositoryFiles.root().resolve("deploy/postgres/roles.sql")));
    Files.writeString(
        Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"),
        """
        {"id": "e1", "ts": "2024-06-10T12:00:00Z", "user": "ann", "v": 6}
        {"id": "e2", "ts": "2024-06-10T12:00:00Z", "user": "ben", "v": 7}
        {"id": "e3", "ts": "2024-06-10T12:00:00Z", "user": "dan", "v": 8}
        """);
    Files.writeString(folder.resolve("spec.yaml"), spec(PLAN).text());
  }

  /** Roles belong to the server; the next test wants to create them again. */
  @AfterEach
  void close() {
    for (String role : GRANTED) {
      database.execute("DROP OWNED BY " + role);
      database.execute("DROP ROLE " + role);
    }
    database.close();
  }

  private SpecDraft spec(String role) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("v", "long"))
        .aggregate(
            Map.of("user_id", "user", "day", "day(ts, UTC)"),
            Map.of("total", "sum(v)", "events", "count()"))
        .table("public.daily_totals", List.of("user_id", "day"), List.of("total", "events"))
        .set("table.owns", "day = date '2024-06-10'")
        .set("table.jdbc.user", role);
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }

  @Test
  void rolesOfTheFile_planWithOneAndCorrectWithTheOther() {
    List<String> before = database.dump("daily_totals");
    assertThat(errata("check", "spec.yaml", "--json").status()).isZero();
    JsonNode plan = errata("plan", "spec.yaml", "--json").document("plan");
    assertThat(plan.at("/rows/insert").asLong()).as(plan.toString()).isEqualTo(1);
    assertThat(plan.at("/rows/update").asLong()).isEqualTo(1);
    assertThat(plan.at("/rows/delete").asLong()).isEqualTo(1);
    assertThat(database.dump("daily_totals")).isEqualTo(before);
    String id = plan.get("plan").asText();

    ErrataProcess.Ended refused = errata("apply", id, "--json");
    assertThat(refused.status()).as(refused.err()).isEqualTo(2);
    assertThat(refused.document("apply").at("/error/code").asText()).isEqualTo("FORBIDDEN");
    assertThat(refused.document("apply").at("/error/message").asText())
        .contains("Cannot apply plan " + id + ": the role lacks a right");
    assertThat(refused.document("apply").at("/error/next").asText())
        .contains(
            "GRANT INSERT, DELETE, UPDATE (total, events) ON public.daily_totals TO errata_plan;",
            "GRANT INSERT ON \"public\".\"errata_ledger\" TO errata_plan;",
            "GRANT SELECT, INSERT ON \"public\".\"errata_ledger_row\" TO errata_plan;");
    assertThat(database.dump("daily_totals")).isEqualTo(before);

    String user = "table.jdbc.user=" + APPLY;
    ErrataProcess.Ended applied = errata("apply", id, "--set", user, "--json");
    assertThat(applied.status()).as(applied.err()).isZero();
    assertThat(applied.document("apply").get("readback").asText()).isEqualTo("verified");
    assertThat(database.dump("daily_totals"))
        .containsExactly(
            "ann\t2024-06-10\t6\t1\twrong",
            "ben\t2024-06-10\t7\t1\tright",
            "dan\t2024-06-10\t8\t1\tnew");
    assertThat(errata("verify", "spec.yaml", "--set", user).status()).isZero();
    assertThat(errata("verify", "spec.yaml").status()).isZero();

    ErrataProcess.Ended back = errata("rollback", id, "--set", user, "--json");
    assertThat(back.status()).as(back.err()).isZero();
    assertThat(database.dump("daily_totals")).isEqualTo(before);
    assertThat(errata("history", "spec.yaml", "--json").document("history").get("history"))
        .hasSize(2)
        .allSatisfy(entry -> assertThat(entry.toString()).contains(APPLY));
  }

  /** What is printed is enough: it is run as it stands, and the same apply then succeeds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT ON daily_totals | GRANT INSERT ON public.daily_totals TO errata_apply;",
        "DELETE ON daily_totals | GRANT DELETE ON public.daily_totals TO errata_apply;",
        "UPDATE (events) ON daily_totals | GRANT UPDATE (events) ON public.daily_totals TO errata_apply;",
        "SELECT ON daily_totals | GRANT SELECT ON public.daily_totals TO errata_apply;",
        "INSERT ON errata_ledger | GRANT INSERT ON \"public\".\"errata_ledger\" TO errata_apply;",
        "ALL ON errata_ledger_row | GRANT SELECT, INSERT ON \"public\".\"errata_ledger_row\" TO errata_apply;",
      })
  void applyingRole_withoutARight_isToldTheGrantThatIsEnough(String right, String grant) {
    SpecDraft spec = spec(APPLY);
    PlanDirectory plan = Runs.plan(spec(PLAN));
    database.execute("REVOKE " + right + " FROM " + APPLY);
    assertLacking(spec, plan, grant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"USAGE ON SCHEMA public", "TEMPORARY ON DATABASE"})
  void applyingRole_withoutARightThatAllHave_isToldTheGrantThatIsEnough(String right) {
    SpecDraft spec = spec(APPLY);
    PlanDirectory plan = Runs.plan(spec(PLAN));
    String whole = right.endsWith("DATABASE") ? right + " " + database.name() : right;
    database.execute("REVOKE " + whole + " FROM PUBLIC, " + APPLY);
    assertLacking(spec, plan, "GRANT " + whole + " TO errata_apply;");
  }

  private void assertLacking(SpecDraft spec, PlanDirectory plan, String grant) {
    List<String> before = database.dump("daily_totals");
    ErrataException refused =
        catchThrowableOfType(ErrataException.class, () -> Runs.apply(spec, plan));
    assertThat(refused.code()).as(refused.toString()).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refused.code().exitStatus()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContaining(
            "Cannot apply plan " + plan.manifest().plan() + ": the role lacks a right");
    List<String> grants =
        refused.next().lines().map(String::strip).filter(l -> l.startsWith("GRANT ")).toList();
    assertThat(grants).containsExactly(grant);
    assertThat(database.dump("daily_totals")).isEqualTo(before);
    assertThat(database.dump("errata_ledger")).isEmpty();
    grants.forEach(database::execute);
    assertThat(Runs.apply(spec, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(Runs.rollback(spec, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("daily_totals")).isEqualTo(before);
  }

  @Test
  void planningRole_withoutTheRightToRead_isToldTheGrantThatIsEnough() {
    database.execute("REVOKE SELECT ON daily_totals FROM " + PLAN);
    ErrataException refused =
        catchThrowableOfType(ErrataException.class, () -> Runs.plan(spec(PLAN)));
    assertThat(refused.code()).as(refused.toString()).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refused.next()).contains("GRANT SELECT ON public.daily_totals TO errata_plan;");
    database.execute("GRANT SELECT ON public.daily_totals TO errata_plan;");
    assertThat(Runs.corrections(Runs.plan(spec(PLAN)))).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "errata_plan | CREATE TABLE mine (k text)",
        "errata_plan | UPDATE daily_totals SET total = 0",
        "errata_plan | DELETE FROM daily_totals",
        "errata_plan | INSERT INTO errata_ledger (plan) VALUES ('x')",
        "errata_plan | SELECT * FROM secrets",
        "errata_apply | CREATE TABLE mine (k text)",
        "errata_apply | CREATE SCHEMA mine",
        "errata_apply | DROP TABLE daily_totals",
        "errata_apply | TRUNCATE daily_totals",
        "errata_apply | ALTER TABLE daily_totals ADD COLUMN more text",
        "errata_apply | UPDATE daily_totals SET note = 'x'",
        "errata_apply | UPDATE daily_totals SET user_id = 'x'",
        "errata_apply | UPDATE errata_ledger SET plan = 'x'",
        "errata_apply | DELETE FROM errata_ledger",
        "errata_apply | DELETE FROM errata_ledger_row",
        "errata_apply | SELECT * FROM secrets",
        "errata_apply | COPY (SELECT 1) TO PROGRAM 'true'",
      })
  void roles_mayDoNothingElse(String role, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.url(), role, "");
        Statement statement = connection.createStatement()) {
      // Whoever is in it may switch that off; it is no right.
      statement.execute("SET default_transaction_read_only TO off");
      assertThatThrownBy(() -> statement.execute(sql))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void file_hasTheLedgerThatErrataCreates() throws IOException {
    String ledger;
    try (var in =
        io.errata.state.table.LiveTable.class.getResourceAsStream("postgres/ledger.sql")) {
      ledger = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String tables =
        ledger.substring(ledger.indexOf("CREATE TABLE")).strip().replace("${schema}", "public");
    assertThat(Files.readString(RepositoryFiles.root().resolve("deploy/postgres/roles.sql")))
        .contains(tables);
  }
}
