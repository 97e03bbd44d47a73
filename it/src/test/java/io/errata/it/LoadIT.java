package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.LoadLimits;
import io.errata.testkit.PostgresProcess;
import io.errata.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code limits.table-load} and {@code limits.table-lag}, with a PostgreSQL that others use. */
class LoadIT {
  private static final String READER = "load_reader";

  /** As it is shipped: on the class path of the tests lies one of Flink's that silences all. */
  private static final Map<String, String> LOGGING =
      Map.of(
          "LOG4J_CONFIGURATION_FILE",
          RepositoryFiles.root().resolve("jobs/src/main/resources/log4j2.properties").toString());

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.create();
    database.execute(
        "CREATE TABLE daily_totals (user_id text, day date, total bigint, PRIMARY KEY (user_id, day))");
    database.execute(
        "INSERT INTO daily_totals VALUES ('ann', '2024-06-10', 5), ('ben', '2024-06-10', 7)");
    Files.writeString(
        Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"),
        """
        {"id": "e1", "ts": "2024-06-10T12:00:00Z", "user": "ann", "v": 6}
        {"id": "e2", "ts": "2024-06-10T12:00:00Z", "user": "ben", "v": 7}
        {"id": "e3", "ts": "2024-06-10T12:00:00Z", "user": "dan", "v": 8}
        """);
    Files.writeString(folder.resolve("spec.yaml"), spec().text());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft spec() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("v", "long"))
        .aggregate(Map.of("user_id", "user", "day", "day(ts, UTC)"), Map.of("total", "sum(v)"))
        .table("public.daily_totals", List.of("user_id", "day"), List.of("total"))
        .set("limits.table-load", 2);
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, LOGGING, args);
  }

  @Test
  void busyDatabase_isWaitedForByPlanAndApply_andNotByRollback() {
    String expected =
        Runs.plan(spec().remove("limits.table-load").set("plans", folder.resolve("other") + ""))
            .manifest()
            .plan();
    List<String> before = database.dump("daily_totals");

    JsonNode planned;
    try (BusySessions busy = BusySessions.start(database, 3);
        ErrataProcess planning =
            ErrataProcess.start(folder, LOGGING, "plan", "spec.yaml", "--json")) {
      planning.awaitError(
          "The reading of the live rows waits: 3 sessions of others are active in the database, and 2 are allowed"
              + " (limits.table-load)");
      awaitLooks(3);
      planning.awaitError("recompute and compare: waits ");
      ErrataProcess.Ended told = errata("status", "--json");
      JsonNode waiting = told.document("status").at("/runs/0/waiting");
      assertThat(waiting.path("limit").asText()).as(told.out()).isEqualTo("limits.table-load");
      // What asks the database here is a session, too, while it asks.
      assertThat(waiting.path("seen").asText())
          .matches("\\d sessions of others are active in the database, and 2 are allowed");
      assertThat(Instant.parse(waiting.path("since").asText())).isBefore(Instant.now());
      assertThat(errata("status").out())
          .contains(": since " + waiting.path("since").asText() + " for the database: ");
      assertThat(planning.isAlive()).isTrue();
      busy.end();
      ErrataProcess.Ended ended = planning.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).containsPattern("The reading of the live rows goes on after \\d+ s");
      planned = ended.document("plan");
    }
    assertThat(planned.get("plan").asText()).isEqualTo(expected);

    try (BusySessions busy = BusySessions.start(database, 3);
        ErrataProcess applying =
            ErrataProcess.start(folder, LOGGING, "apply", expected, "--json")) {
      applying.awaitError("The apply of plan " + expected + " waits: 3 sessions");
      awaitLooks(3);
      assertThat(database.dump("daily_totals")).isEqualTo(before);
      busy.end();
      ErrataProcess.Ended ended = applying.await();
      assertThat(ended.status()).as(ended.err()).isZero();
    }
    assertThat(database.dump("daily_totals")).contains("dan\t2024-06-10\t8");

    try (BusySessions busy = BusySessions.start(database, 3)) {
      // Applied already: there is nothing to wait for.
      ErrataProcess.Ended again = errata("apply", expected, "--json");
      assertThat(again.status()).as(again.err()).isZero();
      ErrataProcess.Ended back = errata("rollback", expected, "--json");
      assertThat(back.status()).as(back.err()).isZero();
      assertThat(again.err() + back.err()).doesNotContain("waits");
      assertThat(database.dump("daily_totals")).isEqualTo(before);
    }
  }

  @Test
  void sessions_thatAreNotAboveTheLimit_holdNothingUp() {
    try (BusySessions busy = BusySessions.start(database, 2)) {
      ErrataProcess.Ended ended = errata("plan", "spec.yaml", "--json");
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).doesNotContain("waits");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "streaming"})
  void databaseThatStaysBusy_endsThePlan(String execution) {
    Spec spec = impatient(spec().set("execution.mode", execution).parse());
    try (BusySessions busy = BusySessions.start(database, 3)) {
      ErrataException error =
          catchThrowableOfType(
              ErrataException.class,
              () -> Runs.plan(spec, new PlannerOptions(2, InputOrder.AS_READ)));
      assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(error)
          .hasMessage(
              "Cannot read the live rows: 3 sessions of others are active in the database, and 2 are allowed after 2 s of"
                  + " waiting (limits.table-load)");
      assertThat(error.next()).contains("at a quieter time or with a higher limits.table-load");
    }
  }

  private static Spec impatient(Spec spec) {
    return new Spec(
        spec.name(),
        spec.window(),
        spec.events(),
        spec.filter(),
        spec.worker(),
        spec.base(),
        spec.table().withLoad(new LoadLimits(null, 2, Duration.ofSeconds(2))),
        spec.completeTo(),
        spec.limits(),
        spec.execution(),
        spec.conflicts(),
        spec.plans(),
        spec.text());
  }

  @Test
  void connections_areNoMoreThanTheLimit_andThePlanIsTheSame() {
    database.execute(
        "INSERT INTO daily_totals SELECT 'other ' || i, '2024-06-10', i FROM generate_series(1, 200000) i");
    SpecDraft draft = spec().remove("limits.table-load");
    PlannerOptions four = new PlannerOptions(4, InputOrder.AS_READ);
    PlanManifest expected = Runs.plan(draft.parse(), four).manifest();
    // The server counts a connection that was closed for a moment longer; four readers need ten.
    database.execute("CREATE ROLE " + READER + " LOGIN CONNECTION LIMIT 6");
    try {
      database.execute("GRANT SELECT ON daily_totals TO " + READER);
      SpecDraft held =
          draft
              .set("table.jdbc.user", READER)
              .set("limits.connections", 4)
              .set("plans", folder.resolve("held").toString());
      PlanManifest plan = Runs.plan(held.parse(), four).manifest();
      assertThat(plan.plan()).isEqualTo(expected.plan());
      // Whether the server holds the role to it at all: one reader needs one more.
      database.execute("ALTER ROLE " + READER + " CONNECTION LIMIT 3");
      ErrataException error =
          catchThrowableOfType(ErrataException.class, () -> Runs.plan(held.parse(), four));
      assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(error).hasMessageContaining("53300");
    } finally {
      database.execute("DROP OWNED BY " + READER);
      database.execute("DROP ROLE " + READER);
    }
  }

  @Test
  void roleThatMayNotSeeOthers_isToldTheGrant() {
    database.execute("CREATE ROLE " + READER + " LOGIN");
    try {
      database.execute("GRANT SELECT ON daily_totals TO " + READER);
      String[] check = {"check", "spec.yaml", "--set", "table.jdbc.user=" + READER};
      ErrataProcess.Ended blind = errata(check);
      assertThat(blind.status()).as(blind.err()).isEqualTo(2);
      assertThat(blind.out() + blind.err())
          .contains("role " + READER + " may not see the sessions of others")
          .contains("GRANT pg_read_all_stats TO " + READER + ";");
      database.execute("GRANT pg_read_all_stats TO " + READER);
      ErrataProcess.Ended seeing = errata(check);
      assertThat(seeing.status()).as(seeing.out() + seeing.err()).isZero();
    } finally {
      database.execute("DROP OWNED BY " + READER);
      database.execute("DROP ROLE " + READER);
    }
  }

  @Test
  void lag_whereThereIsNoReplica_isSaid() {
    String unseen = "limits.table-lag held nothing up when planning began";
    ErrataProcess.Ended check = errata("check", "spec.yaml", "--set", "limits.table-lag=PT10S");
    assertThat(check.status()).as(check.err()).isZero();
    assertThat(check.out() + check.err()).contains(unseen);
    assertThat(Runs.plan(spec().set("limits.table-lag", "PT10S")).manifest().warnings())
        .anyMatch(warning -> warning.contains(unseen));
  }

  @Test
  void replicaThatIsBehind_isWaitedFor() throws SQLException {
    try (PostgresProcess primary =
            PostgresProcess.start(PostgresServer.shared().programs(), "fsync=off");
        PostgresProcess replica = primary.replica("fsync=off", "wal_receiver_status_interval=1");
        Connection writer = primary.connect("postgres");
        Connection replaying = replica.connect("postgres")) {
      execute(
          writer,
          "CREATE TABLE daily_totals (user_id text, day date, total bigint, PRIMARY KEY (user_id, day))");
      execute(
          writer,
          "INSERT INTO daily_totals VALUES ('ann', '2024-06-10', 5), ('ben', '2024-06-10', 7)");
      SpecDraft draft = spec().set("table.jdbc.url", primary.url("postgres"));
      String expected =
          Runs.plan(draft.copy().set("plans", folder.resolve("other").toString()))
              .manifest()
              .plan();
      execute(replaying, "SELECT pg_wal_replay_pause()");
      execute(writer, "CREATE TABLE others (k text)");
      awaitTrue(writer, "SELECT max(replay_lag) > interval '1s' FROM pg_stat_replication");
      try (ErrataProcess planning =
          ErrataProcess.start(
              folder,
              LOGGING,
              "plan",
              "spec.yaml",
              "--json",
              "--set",
              "table.jdbc.url=" + primary.url("postgres"),
              "--set",
              "limits.table-lag=PT1S")) {
        planning.awaitError("The reading of the live rows waits: a replica of the database is PT");
        execute(replaying, "SELECT pg_wal_replay_resume()");
        ErrataProcess.Ended ended = planning.await();
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err())
            .contains("behind, and PT1S is allowed (limits.table-lag)")
            .containsPattern("The reading of the live rows goes on after \\d+ s");
        JsonNode plan = ended.document("plan");
        assertThat(plan.get("plan").asText()).isEqualTo(expected);
        assertThat(plan.toString()).doesNotContain("held nothing up");
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void awaitTrue(Connection connection, String question) throws SQLException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    boolean yes = false;
    while (!yes) {
      assertThat(System.nanoTime()).as(question).isLessThan(end);
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(question)) {
        yes = rows.next() && rows.getBoolean(1);
      }
    }
  }

  /** Until it was asked so many times, by whomever, how busy the database is. */
  private void awaitLooks(int looks) {
    Set<String> seen = new HashSet<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (seen.size() < looks) {
      database
          .query(
              "SELECT query_start FROM pg_stat_activity WHERE application_name = 'errata' AND query LIKE"
                  + " '%pg_stat_replication%'")
          .forEach(look -> seen.add(look.get(0)));
      assertThat(System.nanoTime()).as("asked " + seen).isLessThan(end);
    }
  }
}
