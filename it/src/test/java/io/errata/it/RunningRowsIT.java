package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Balances that carry on from before the window, by the ledger of the testkit: version 1 has a bug,
 * version 2 doesn't.
 */
class RunningRowsIT {
  private static final String COLUMNS =
      " (account text PRIMARY KEY, balance numeric(14,2) NOT NULL, movements bigint NOT NULL, refunded numeric(14,2) NOT NULL)";

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void writeEventsAndTables() throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Files.writeString(
        folder.resolve("archive/payments.jsonl"),
        String.join(
            "\n",
            // Before the window: they are in the base.
            event("a1", "2024-06-10T11:59:59.999999Z", "deposit", null, "alice", "1000000"),
            event("b1", "2024-06-10T12:00:00Z", "deposit", null, "alice", "100.00"),
            event("b2", "2024-06-10T12:05:00Z", "transfer", "alice", "bob", "30.25"),
            event("b3", "2024-06-10T12:10:00Z", "refund", "alice", "bob", "30.25"),
            event("b4", "2024-06-10T12:15:00Z", "deposit", null, "dora", "25000"),
            event("b5", "2024-06-10T12:20:00Z", "transfer", "dora", "carol", "12000"),
            event("b6", "2024-06-10T12:25:00Z", "rate-change", null, null, "1.08"),
            // When version 2 is in force.
            event("c1", "2024-06-10T12:40:00Z", "transfer", "bob", "alice", "1.50"),
            event("c2", "2024-06-10T12:41:00Z", "refund", "bob", "alice", "1.50"),
            ""));
    database = Database.create();
    database.execute("CREATE TABLE base" + COLUMNS);
    database.execute("CREATE TABLE ledger" + COLUMNS);
    database.execute(
        "INSERT INTO base VALUES ('alice', 500.00, 7, 3.00), ('bob', 10.00, 2, 0.00), ('zoe', 42.00, 1, 0.00)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static String event(
      String id, String time, String type, String from, String to, String amount) {
    return "{\"id\":\"%s\",\"ts\":\"%s\",\"type\":\"%s\",\"from_account\":%s,\"to_account\":%s,\"amount\":%s}"
        .formatted(id, time, type, json(from), json(to), amount);
  }

  private static String json(String text) {
    return text == null ? "null" : '"' + text + '"';
  }

  SpecDraft draft(Object version) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.type", "type")
        .set("worker.name", "ledger")
        .set("worker.version", version)
        .set("base.table", "base")
        .set("base.time", "2024-06-10T12:00:00Z")
        .table("ledger", List.of("account"), List.of("balance", "movements", "refunded"))
        .set("table.complete-to", "2024-06-10T12:30:00Z");
  }

  /** The rows at 12:30 as version 1 makes them: its refund goes the wrong way. */
  private void fillByVersion1() {
    database.execute(
        "INSERT INTO ledger VALUES ('alice', 539.50, 10, -27.25), ('bob', 70.50, 4, 30.25), ('carol', 12000, 1, 0),"
            + " ('dora', 13000, 2, 0), ('zoe', 42.00, 1, 0)");
  }

  @Test
  void rows_carryOnFromTheBaseAndAreRight_whereTheVersionIsTheOneThatMadeThem() {
    fillByVersion1();
    PlanDirectory plan = Runs.plan(draft(1));
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(plan.manifest().rows().equal()).isEqualTo(4);
  }

  @Test
  void bug_isCorrectedForBothAccountsOfARefundAndForNoOther() {
    fillByVersion1();
    List<String> before = database.dump("ledger");
    PlanDirectory plan = Runs.plan(draft(2));
    assertThat(Runs.corrections(plan))
        .isEqualTo(
            Map.of(
                "[alice]", "update [alice, 600, 10, 33.25]",
                "[bob]", "update [bob, 10, 4, -30.25]"));
    assertThat(Runs.apply(draft(2), plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("ledger"))
        .containsExactly(
            "alice\t600.00\t10\t33.25",
            "bob\t10.00\t4\t-30.25",
            "carol\t12000.00\t1\t0.00",
            "dora\t13000.00\t2\t0.00",
            "zoe\t42.00\t1\t0.00");
    assertThat(Runs.corrections(Runs.plan(draft(2)))).isEmpty();
    assertThat(Runs.rollback(draft(2), plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("ledger")).isEqualTo(before);
  }

  @Test
  void base_inAParquetFile_isAsGoodAsOneInATable() {
    fillByVersion1();
    PlanDirectory fromTable = Runs.plan(draft(2));
    Path file = folder.resolve("base.parquet");
    try (DuckDb duckDb = new DuckDb()) {
      duckDb.execute(
          "COPY (SELECT * FROM (VALUES ('alice', 500.00::decimal(14,2), 7::bigint, 3.00::decimal(14,2)),"
              + " ('bob', 10.00, 2, 0.00), ('zoe', 42.00, 1, 0.00)) AS t(account, balance, movements, refunded))"
              + " TO '"
              + file
              + "' (FORMAT parquet)");
    }

    PlanDirectory fromFile =
        Runs.plan(draft(2).remove("base.table").set("base.path", file.toString()));

    assertThat(fromFile.manifest().plan()).isEqualTo(fromTable.manifest().plan());
    assertThat(Runs.corrections(fromFile)).hasSize(2);
  }

  @Test
  void baseFile_withoutAColumn_isRefused() {
    fillByVersion1();
    Path file = folder.resolve("base.parquet");
    try (DuckDb duckDb = new DuckDb()) {
      duckDb.execute("COPY (SELECT 'alice' AS account) TO '" + file + "' (FORMAT parquet)");
    }
    assertThatThrownBy(
            () -> Runs.plan(draft(2).remove("base.table").set("base.path", file.toString())))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("balance");
  }

  @Test
  void effect_isRecordedAndNotPerformed() {
    fillByVersion1();
    PlanDirectory plan = Runs.plan(draft(2));
    assertThat(Runs.effects(plan))
        .containsExactly(
            new EffectEntry(
                "account=dora", "b5", "ledger@2", "notification", "dora", "large transfer b5"));
    assertThat(plan.manifest().suppressedEffects()).isEqualTo(1);
  }

  @Test
  void versionAsOf_takesTheOneInForceAtEachEventsTime() {
    // At 13:00, refunds before 12:30 went the wrong way and later ones the right way.
    database.execute(
        "INSERT INTO ledger VALUES ('alice', 539.50, 12, -28.75), ('bob', 70.50, 6, 31.75), ('carol', 12000, 1, 0),"
            + " ('dora', 13000, 2, 0), ('zoe', 42.00, 1, 0)");
    SpecDraft asOf =
        draft("as-of")
            .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
            .set("table.complete-to", "2024-06-10T13:00:00Z");
    PlanDirectory plan = Runs.plan(asOf);
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(plan.manifest().worker().identity()).startsWith("ledger@as-of(1 from ");
    assertThat(Runs.corrections(Runs.plan(asOf.copy().set("worker.version", 2))))
        .containsOnlyKeys("[alice]", "[bob]");
    assertThat(Runs.corrections(Runs.plan(asOf.copy().set("worker.version", 1))))
        .containsOnlyKeys("[alice]", "[bob]");
  }

  @Test
  void window_thatEndsBeforeTheLiveRowsAreComplete_isRefused() {
    fillByVersion1();
    assertThatThrownBy(
            () -> Runs.plan(draft(2).set("table.complete-to", "2024-06-10T12:30:00.000001Z")))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessage(
            "Cannot plan running rows: the live rows are complete to 2024-06-10T12:30:00.000001Z (the window ends at"
                + " 2024-06-10T12:30:00Z)");
  }

  @Test
  void window_thatReachesBeyondTheLiveRows_endsWhereTheyDo() {
    fillByVersion1();
    database.execute("CREATE TABLE progress (done_to timestamptz)");
    database.execute("INSERT INTO progress VALUES ('2024-06-10T12:30:00Z')");
    PlanDirectory plan =
        Runs.plan(
            draft(1)
                .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
                .set("table.complete-to", "SELECT max(done_to) FROM progress"));
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(plan.manifest().window().to()).isEqualTo("2024-06-10T12:30:00Z");
    assertThat(plan.manifest().window().requestedTo()).isEqualTo("2024-06-10T13:00:00Z");
    assertThat(plan.manifest().window().reason()).isPresent();
  }

  @Test
  void base_ofAnotherMomentThanTheWindowsStart_isRefused() {
    fillByVersion1();
    assertThatThrownBy(() -> Runs.plan(draft(2).set("base.time", "2024-06-10T11:00:00Z")))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessageContaining("base");
  }

  @Test
  void rowsWithoutEvents_areTheBases_whereTheWindowAnswersForThem() {
    fillByVersion1();
    database.execute("UPDATE ledger SET balance = 41.00 WHERE account = 'zoe'");
    database.execute("INSERT INTO ledger VALUES ('nobody', 1, 1, 0)");
    assertThat(Runs.corrections(Runs.plan(draft(1)))).as("without owns").isEmpty();
    assertThat(Runs.corrections(Runs.plan(draft(1).set("table.owns", "true"))))
        .as("with owns")
        .isEqualTo(Map.of("[zoe]", "update [zoe, 42, 1, 0]", "[nobody]", "delete"));
  }

  @Test
  void closedAccount_isDeleted() throws IOException {
    Files.writeString(
        folder.resolve("archive/closing.jsonl"),
        event("b7", "2024-06-10T12:26:00Z", "transfer", "bob", "carol", "10.00")
            + "\n"
            + event("b8", "2024-06-10T12:27:00Z", "close", "bob", null, "0"));
    fillByVersion1();
    assertThat(Runs.corrections(Runs.plan(draft(2))))
        .isEqualTo(
            Map.of(
                "[alice]", "update [alice, 600, 10, 33.25]",
                "[bob]", "delete",
                "[carol]", "update [carol, 12010, 2, 0]"));
  }

  @Test
  void declaredWorker_resumesItsColumns() {
    database.execute(
        "CREATE TABLE sums_base (to_account text PRIMARY KEY, total numeric(14,2), events bigint)");
    database.execute(
        "CREATE TABLE sums (to_account text PRIMARY KEY, total numeric(14,2), events bigint)");
    database.execute("INSERT INTO sums_base VALUES ('alice', 7.00, 2)");
    SpecDraft declared =
        draft(1)
            .remove("worker")
            .aggregate(
                Map.of("to_account", "to_account"),
                Map.of("total", "sum(amount)", "events", "count()"))
            .set("events.fields.types", Map.of("amount", "decimal"))
            .set("filter.type", List.of("deposit"))
            .set("base.table", "sums_base")
            .table("sums", List.of("to_account"), List.of("total", "events"));
    assertThat(Runs.corrections(Runs.plan(declared)))
        .isEqualTo(
            Map.of("[alice]", "insert [alice, 107, 3]", "[dora]", "insert [dora, 25000, 1]"));
  }
}
