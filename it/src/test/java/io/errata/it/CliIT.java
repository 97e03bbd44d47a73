package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The program as people and orchestrators use it: a process, a real database, a small archive. */
class CliIT {
  @TempDir static Path shared;

  private static String database = "";

  @TempDir Path folder;

  @BeforeAll
  static void writeTheArchive() throws SQLException {
    database = PostgresServer.shared().createDatabase();
    String day = shared.resolve("events/date=2024-06-10").toString();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      assertThat(Path.of(day).toFile().mkdirs()).isTrue();
      statement.execute(
          "COPY (SELECT 'e' || i AS event_id, TIMESTAMP '2024-06-10 00:00:00' + to_seconds(i * 28) AS ts,"
              + " 'user-' || (i % 200) AS user_id, CAST(i % 97 AS BIGINT) AS value FROM range(3000) t(i))"
              + " TO '"
              + day
              + "/part-0.parquet' (FORMAT parquet)");
    }
  }

  @BeforeEach
  void fillTheTable() throws IOException, SQLException {
    sql(
        "DROP TABLE IF EXISTS daily_totals",
        "DROP TABLE IF EXISTS errata_ledger_row, errata_ledger",
        "CREATE TABLE daily_totals (user_id text, day date, total bigint, events bigint, note text,"
            + " PRIMARY KEY (user_id, day))",
        "INSERT INTO daily_totals SELECT 'user-' || (i % 200), date '2024-06-10', sum(i % 97), count(*), 'n' || (i % 200)"
            + " FROM generate_series(0, 2999) i GROUP BY i % 200",
        "INSERT INTO daily_totals VALUES ('user-1', date '2024-06-09', 1, 1, 'another day')",
        "UPDATE daily_totals SET total = total + 5 WHERE user_id IN ('user-10', 'user-11', 'user-12', 'user-13')"
            + " AND day = '2024-06-10'",
        "DELETE FROM daily_totals WHERE user_id IN ('user-20', 'user-21', 'user-22')",
        "INSERT INTO daily_totals VALUES ('ghost', date '2024-06-10', 1, 1, 'of no event')");
    Files.writeString(
        folder.resolve("spec.yaml"),
        """
        name: totals
        window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T12:30:00Z }
        events:
          archive: { path: "%s", layout: "date=%%Y-%%m-%%d", format: parquet }
          fields: { id: event_id, time: ts }
        worker:
          aggregate:
            key: { user_id: user_id, day: "day(ts, UTC)" }
            columns: { total: sum(value), events: count() }
        table:
          jdbc: { url: "%s", user: postgres }
          name: public.daily_totals
          key: [user_id, day]
          compare: [total, events]
          owns: "day = date '2024-06-10'"
        limits: { deletes: 1 }
        """
            .formatted(shared.resolve("events"), PostgresServer.shared().url(database)));
  }

  @Test
  void anIncident_fromCheckToUndo() throws SQLException {
    String before = table();
    assertThat(errata("check", "spec.yaml", "--json").document("check").get("errors").asLong())
        .isZero();

    ErrataProcess.Ended planned = errata("plan", "spec.yaml", "--json", "--fail-on-drift");
    assertThat(planned.status()).as(planned.err()).isEqualTo(3);
    JsonNode plan = planned.document("plan");
    assertThat(plan.at("/events/used").asLong()).isEqualTo(3000);
    assertThat(plan.at("/rows/update").asLong()).isEqualTo(4);
    assertThat(plan.at("/rows/insert").asLong()).isEqualTo(3);
    assertThat(plan.at("/rows/delete").asLong()).isEqualTo(1);
    assertThat(plan.at("/rows/equal").asLong()).isEqualTo(193);
    assertThat(plan.at("/coverage/complete").asBoolean()).isTrue();
    assertThat(table()).as("a plan changes nothing").isEqualTo(before);
    assertThat(planned.temporary()).isEmptyDirectory();
    String id = plan.get("plan").asText();

    JsonNode shown = errata("show", id, "--json").document("show");
    assertThat(shown.get("largest")).hasSize(8);
    assertThat(shown.at("/window/from").asText()).isEqualTo("2024-06-10T00:00:00Z");
    assertThat(folder.resolve("plans").resolve(id).resolve("report.html")).isNotEmptyFile();
    assertThat(errata("show", id.substring(0, 8)).out())
        .contains("Applying this plan corrects 8 rows");

    ErrataProcess.Ended applied = errata("apply", id, "--json");
    assertThat(applied.status()).as(applied.err()).isZero();
    assertThat(applied.document("apply").get("outcome").asText()).isEqualTo("applied");
    assertThat(applied.document("apply").get("readback").asText()).isEqualTo("verified");
    assertThat(table()).isNotEqualTo(before);
    assertThat(query("SELECT count(*) FROM daily_totals WHERE user_id = 'ghost'")).isEqualTo("0");
    assertThat(query("SELECT note FROM daily_totals WHERE user_id = 'user-10'")).isEqualTo("n10");

    ErrataProcess.Ended again = errata("apply", id, "--json");
    assertThat(again.status()).isZero();
    assertThat(again.document("apply").get("outcome").asText()).isEqualTo("already-applied");

    ErrataProcess.Ended verified = errata("verify", "spec.yaml", "--determinism", "--json");
    assertThat(verified.status()).as(verified.err()).isZero();
    assertThat(verified.document("verify").get("verified").asBoolean()).isTrue();
    assertThat(verified.document("verify").at("/determinism/same").asBoolean()).isTrue();

    ErrataProcess.Ended back = errata("rollback", id, "--json");
    assertThat(back.status()).as(back.err()).isZero();
    assertThat(back.document("rollback").get("outcome").asText()).isEqualTo("applied");
    assertThat(table()).isEqualTo(before);

    assertThat(errata("verify", "spec.yaml", "--json").status()).isEqualTo(3);
    JsonNode history = errata("history", "spec.yaml", "--json").document("history").get("history");
    assertThat(history).hasSize(2);
    assertThat(history.at("/0/action").asText()).isEqualTo("rollback");
    assertThat(history.at("/1/action").asText()).isEqualTo("apply");
  }

  @Test
  void run_plansAndApplies_orStopsAtALimit() throws SQLException {
    String before = table();
    ErrataProcess.Ended stopped = errata("run", "spec.yaml", "--set", "limits.deletes=0", "--json");
    assertThat(stopped.status()).as(stopped.err()).isEqualTo(4);
    assertThat(stopped.document("run").at("/apply/outcome").asText()).isEqualTo("refused");
    assertThat(stopped.document("run").at("/apply/limits/0/limit").asText()).isEqualTo("deletes");
    assertThat(table()).isEqualTo(before);

    String plan = stopped.document("run").at("/plan/plan").asText();
    assertThat(errata("apply", plan).status()).isEqualTo(4);
    assertThat(table()).isEqualTo(before);

    ErrataProcess.Ended ran = errata("run", "spec.yaml", "--json");
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.document("run").at("/apply/rows/update").asLong()).isEqualTo(4);
    assertThat(errata("verify", "spec.yaml").status()).isZero();
  }

  @Test
  void apply_afterARowChanged_isAConflictThatNamesIt() throws SQLException {
    String plan = errata("plan", "spec.yaml", "--json").document("plan").get("plan").asText();
    sql("UPDATE daily_totals SET total = 77 WHERE user_id = 'user-11' AND day = '2024-06-10'");
    String before = table();
    ErrataProcess.Ended ended = errata("apply", plan, "--json");
    assertThat(ended.status()).isEqualTo(5);
    assertThat(ended.document("apply").at("/conflicts/0/key").asText()).contains("user-11");
    assertThat(table()).isEqualTo(before);

    ErrataProcess.Ended skipped = errata("apply", plan, "--set", "conflicts=skip", "--json");
    assertThat(skipped.status()).as(skipped.err()).isZero();
    assertThat(skipped.document("apply").at("/rows/conflict").asLong()).isEqualTo(1);
    assertThat(
            query(
                "SELECT total FROM daily_totals WHERE user_id = 'user-11' AND day = '2024-06-10'"))
        .isEqualTo("77");
  }

  static Stream<Arguments> badInput() {
    return Stream.of(
        bad("unknown field", 2, List.of("windw", "window"), "windw={}"),
        bad("wrong type", 2, List.of("limits.deletes"), "limits.deletes=many"),
        bad(
            "window reversed",
            2,
            List.of("2024-06-10T11:00:00Z"),
            "window.to=2024-06-10T11:00:00Z"),
        bad(
            "window without zone",
            2,
            List.of("2024-06-10T12:00:00"),
            "window.from=2024-06-10T12:00:00"),
        bad("no such worker", 2, List.of("nobody"), "worker={ name: nobody, version: 1 }"),
        bad("no such version", 2, List.of("ledger", "99"), "worker={ name: ledger, version: 99 }"),
        bad(
            "secret not set",
            2,
            List.of("ERRATA_NOT_SET"),
            "table.jdbc.password=${env:ERRATA_NOT_SET}"),
        bad("no such folder", 2, List.of("nowhere"), "events.archive.path=/nowhere/at/all"),
        bad("missing column", 2, List.of("valeu"), "worker.aggregate.columns.total=sum(valeu)"),
        bad("missing time column", 2, List.of("tss"), "events.fields.time=tss"),
        bad(
            "no events in the window",
            4,
            List.of("2024-06-11"),
            "window.from=2024-06-11T00:00:00Z",
            "window.to=2024-06-12T00:00:00Z"),
        bad(
            "database refused",
            6,
            List.of("127.0.0.1"),
            "table.jdbc.url=jdbc:postgresql://127.0.0.1:1/app"),
        bad(
            "rows that the window makes and does not own",
            2,
            List.of("table.owns", "user-1"),
            "table.owns=user_id <> 'user-1'"),
        bad("no such table", 2, List.of("daily_totalz"), "table.name=public.daily_totalz"),
        bad("no such key", 2, List.of("usr"), "table.key=[usr, day]"),
        bad("no such column", 2, List.of("totl"), "table.compare=[totl, events]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badInput")
  void badInput_isNamedWithWhatToDo(
      String name, int status, List<String> named, List<String> overrides) throws SQLException {
    String before = table();
    List<String> args = new ArrayList<>(List.of("plan", "spec.yaml", "--json"));
    overrides.forEach(override -> args.addAll(List.of("--set", override)));
    ErrataProcess.Ended ended = errata(args.toArray(String[]::new));
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    JsonNode error = ended.document("plan").get("error");
    assertThat(error.get("message").asText()).contains(named);
    assertThat(error.get("next").asText()).isNotBlank();
    assertThat(ended.err())
        .contains(error.get("message").asText().lines().findFirst().orElseThrow());
    assertThat(ended.err()).doesNotContain("\tat ", "Exception");
    assertThat(table()).isEqualTo(before);
    assertThat(files(folder.resolve("plans"))).isEmpty();
    assertThat(ended.temporary()).isEmptyDirectory();
  }

  @Test
  void noRightToWrite_leavesTheTableAsItWas() throws SQLException {
    sql(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON daily_totals TO reader");
    try {
      ErrataProcess.Ended planned =
          errata("plan", "spec.yaml", "--set", "table.jdbc.user=reader", "--json");
      assertThat(planned.status()).as("planning needs no right to write").isZero();
      String before = table();
      ErrataProcess.Ended ended =
          errata("apply", planned.document("plan").get("plan").asText(), "--json");
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.document("apply").at("/error/code").asText()).isEqualTo("FORBIDDEN");
      assertThat(ended.document("apply").at("/error/message").asText()).contains("daily_totals");
      assertThat(table()).isEqualTo(before);
    } finally {
      sql("DROP OWNED BY reader", "DROP ROLE reader");
    }
  }

  @Test
  void planEditedByHand_isRefused() throws IOException, SQLException {
    String plan = errata("plan", "spec.yaml", "--json").document("plan").get("plan").asText();
    Path manifest = folder.resolve("plans").resolve(plan).resolve("manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace("daily_totals", "other_totals"));
    String before = table();
    ErrataProcess.Ended ended = errata("apply", plan, "--json");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.document("apply").at("/error/code").asText()).isEqualTo("INVALID_PLAN");
    assertThat(table()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void plan_thatIsStopped_leavesNothing(String signal, int status) {
    try (ErrataProcess process =
        ErrataProcess.start(
            folder, Map.of(), "plan", "spec.yaml", "--set", "limits.rate=50/s", "--json")) {
      process.awaitError("recompute");
      assumeThat(signal.equals("TERM") || process.hearsInterrupt()).isTrue();
      process.signal(signal);
      ErrataProcess.Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(status);
      assertThat(ended.document("plan").at("/error/code").asText()).isEqualTo("CANCELLED");
      assertThat(files(folder.resolve("plans"))).isEmpty();
      assertThat(ended.temporary()).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void apply_thatIsStopped_leavesTheTableAsItWas(String signal, int status) throws SQLException {
    String plan = errata("plan", "spec.yaml", "--json").document("plan").get("plan").asText();
    String before = table();
    try (Connection holder = PostgresServer.shared().connect(database)) {
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        statement.execute("SELECT 1 FROM daily_totals WHERE user_id = 'user-12' FOR UPDATE");
      }
      try (ErrataProcess process = ErrataProcess.start(folder, Map.of(), "apply", plan, "--json")) {
        process.await(() -> waiting() > 0, "a session that waits for the lock");
        assumeThat(signal.equals("TERM") || process.hearsInterrupt()).isTrue();
        process.signal(signal);
        ErrataProcess.Ended ended = process.await();
        assertThat(ended.status()).as(ended.err()).isEqualTo(status);
        assertThat(ended.document("apply").at("/error/code").asText()).isEqualTo("CANCELLED");
      }
      holder.rollback();
    }
    assertThat(table()).isEqualTo(before);
    assertThat(errata("apply", plan, "--json").document("apply").get("outcome").asText())
        .isEqualTo("applied");
  }

  private static long waiting() {
    try {
      return Long.parseLong(
          query(
              "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Arguments bad(String name, int status, List<String> named, String... overrides) {
    return Arguments.of(name, status, named, Arrays.asList(overrides));
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }

  private static List<Path> files(Path folder) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String table() throws SQLException {
    return query("SELECT string_agg(t::text, chr(10) ORDER BY user_id, day) FROM daily_totals t");
  }

  private static String query(String query) throws SQLException {
    try (Connection connection = PostgresServer.shared().connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return String.valueOf(rows.getString(1));
    }
  }

  private static void sql(String... statements) throws SQLException {
    try (Connection connection = PostgresServer.shared().connect(database);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }
}
