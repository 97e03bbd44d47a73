package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.Secret;
import io.errata.state.plan.Correction;
import io.errata.state.table.Guards;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableContract;
import io.errata.testkit.PostgresProxy;
import io.errata.testkit.PostgresProxy.Halt;
import io.errata.testkit.PostgresProxy.Moment;
import io.errata.testkit.PostgresServer;
import io.errata.testkit.PostgresStore;
import io.errata.testkit.StoredTable;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract on a real server, and what only PostgreSQL does. */
@Timeout(60)
class PostgresLiveTableIT extends LiveTableContract {
  private static String database = "";

  @BeforeAll
  static void createDatabase() {
    database = PostgresServer.shared().createDatabase();
  }

  @Override
  protected LiveStore openStore() {
    return PostgresStore.open(PostgresServer.shared(), database);
  }

  private PostgresStore postgres() {
    return (PostgresStore) store();
  }

  // --- what can be a live table

  @Test
  void description_ofTableWhoseUniqueIndexIsPartialOrLateIsRefused() {
    postgres().execute("CREATE TABLE loose (k bigint NOT NULL, v int, UNIQUE (k) DEFERRABLE)");
    postgres().execute("CREATE UNIQUE INDEX ON loose (k) WHERE v > 0");

    assertRefused(
        () -> open(table("public.loose", List.of("k"), List.of("v"))).describe(),
        ErrorCode.INVALID_TABLE,
        "no primary key or unique index is on exactly these columns");
  }

  @Test
  void description_ofViewIsRefused() {
    postgres().execute("CREATE VIEW seen AS SELECT 1 AS k, 2 AS v");

    assertRefused(
        () -> open(table("seen", List.of("k"), List.of("v"))).describe(),
        ErrorCode.INVALID_TABLE,
        "it is a view");
  }

  @Test
  void description_ofColumnThatCannotBeComparedIsRefused() {
    postgres().execute("CREATE TABLE docs (k bigint PRIMARY KEY, doc jsonb)");

    assertRefused(
        () -> open(table("docs", List.of("k"), List.of("doc"))).describe(),
        ErrorCode.INVALID_TABLE,
        "Cannot compare column doc",
        "jsonb");
  }

  @Test
  void domainsAndEnums_areComparedByWhatTheyAreMadeOf() {
    postgres().execute("CREATE TYPE mood AS ENUM ('sad', 'glad')");
    postgres().execute("CREATE DOMAIN price AS numeric(8,2) CHECK (VALUE >= 0)");
    postgres().execute("CREATE TABLE moods (k mood PRIMARY KEY, v price NOT NULL)");
    postgres().execute("INSERT INTO moods VALUES ('sad', 1)");
    LiveTable table = open(table("moods", List.of("k"), List.of("v")));
    List<Correction> plan =
        diff(
            table,
            List.of(
                Row.of(table.describe().values(), "sad", new BigDecimal("2.005")),
                Row.of(table.describe().values(), "glad", new BigDecimal("3"))));

    assertThat(table.apply(request(table, "p", plan)).readback().verified()).isEqualTo(2);
    assertThat(postgres().read("SELECT k || ' ' || v FROM moods ORDER BY k"))
        .containsExactly("sad 2.01", "glad 3.00");
    assertThat(table.rollback(request(table, "p", plan)).readback().verified()).isEqualTo(2);
    assertThat(postgres().read("SELECT k || ' ' || v FROM moods")).containsExactly("sad 1.00");
  }

  @Test
  void partitionedTable_isReadAndWritten() {
    postgres()
        .execute("CREATE TABLE parts (k bigint, v int, PRIMARY KEY (k)) PARTITION BY RANGE (k)");
    postgres().execute("CREATE TABLE parts_low (v int, k bigint NOT NULL)");
    postgres()
        .execute("ALTER TABLE parts ATTACH PARTITION parts_low FOR VALUES FROM (0) TO (3000)");
    postgres()
        .execute("CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (3000) TO (10000)");
    postgres().execute("INSERT INTO parts SELECT g, g % 10 FROM generate_series(0, 8999) g");
    LiveTable table = open(table("parts", List.of("k"), List.of("v")));
    List<LiveRow> rows = read(table, 3);
    assertThat(rows).hasSize(9000);
    assertThat(rows.stream().map(r -> r.values().value("k"))).doesNotHaveDuplicates();
    List<Correction> plan =
        List.of(
            new Correction.Delete(
                rows.stream()
                    .filter(r -> r.values().value("k").equals(5L))
                    .findFirst()
                    .orElseThrow()),
            new Correction.Insert(Row.of(table.describe().values(), 9500L, 1)));

    assertThat(table.apply(request(table, "p", plan)).counts())
        .isEqualTo(new WriteCounts(1, 0, 1, 0));
    assertThat(table.apply(request(table, "q", plan.subList(1, 2), ConflictPolicy.SKIP)).outcome())
        .isEqualTo(Outcome.CONFLICT);
    assertThat(table.rollback(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(postgres().read("SELECT sum(v) || ' ' || count(*) FROM parts"))
        .containsExactly("40500 9000");
  }

  @Test
  void row_withAnInfiniteDateIsRefusedByColumnAndKey() {
    postgres().execute("CREATE TABLE ends (k bigint PRIMARY KEY, v date)");
    postgres().execute("INSERT INTO ends VALUES (7, 'infinity')");

    assertRefused(
        () -> read(open(table("ends", List.of("k"), List.of("v"))), 1),
        ErrorCode.INVALID_TABLE,
        "column v is an infinite date",
        "k=7");
  }

  @Test
  void expressions_thatWouldLeaveTheirPlaceAreRefused() {
    StoredTable daily = drifted();
    for (String owns :
        List.of(
            "true); DROP TABLE daily_totals; --",
            "true) OR (true",
            "true -- rest",
            "true /* rest",
            "E'\\'' = ''",
            "note = 'open",
            "$$",
            "")) {
      assertRefused(
          () -> open(owning(daily, owns)).openSnapshot(Optional.empty(), 1),
          ErrorCode.INVALID_SPEC,
          "table.owns");
    }
    assertRefused(
        () -> open(owning(daily, "total")).openSnapshot(Optional.empty(), 1),
        ErrorCode.INVALID_SPEC,
        "boolean");
    assertRefused(
        () -> open(setting(daily, Map.of("note", "'a'), total = (0"))).describe(),
        ErrorCode.INVALID_SPEC,
        "table.set.note");
    assertRefused(
        () -> open(setting(daily, Map.of("note", "nothing_such()"))).describe(),
        ErrorCode.INVALID_SPEC,
        "nothing_such");
    assertRefused(
        () -> open(owning(daily, "pg_sleep(60) is null")).openSnapshot(Optional.empty(), 1),
        ErrorCode.INVALID_SPEC,
        "table.owns",
        "pg_sleep");
    assertRefused(
        () -> open(setting(daily, Map.of("note", "lo_import('/etc/passwd')::text"))).describe(),
        ErrorCode.INVALID_SPEC,
        "table.set.note",
        "lo_import");
    assertThat(
            read(open(owning(daily, "note <> ';--' AND note ~ '^[a-z ]+$' AND $q$'$q$ <> '('")), 1))
        .hasSize(3);
    assertThat(store().rows(daily)).hasSize(3);
  }

  @Test
  void planning_cannotWriteWhateverThePredicateDoes() {
    StoredTable daily = drifted();
    postgres()
        .execute(
            "CREATE FUNCTION public.harm() RETURNS boolean LANGUAGE sql VOLATILE AS $$ DELETE FROM public.daily_totals"
                + " RETURNING true $$");

    assertRefused(
        () -> read(open(owning(daily, "public.harm()")), 1), ErrorCode.FORBIDDEN, "read-only");
    assertThat(store().rows(daily)).hasSize(3);
  }

  /** A function of its own may do what an expression may not: call set_config. */
  @Test
  void planning_cannotBeMadeToWriteByChangingTheSession() {
    StoredTable daily = drifted();
    postgres()
        .execute(
            "CREATE FUNCTION public.harm() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN"
                + " IF current_setting('transaction_read_only') = 'off' THEN DELETE FROM public.daily_totals; END IF;"
                + " PERFORM set_config('default_transaction_read_only', 'off', false); RETURN true; END $$");
    LiveTable table = open(owning(daily, "public.harm()"));
    List<Correction.Insert> inserts =
        List.of(new Correction.Insert(read(open(daily), 1).get(0).values()));
    for (int i = 0; i < 3; i++) {
      read(table, 1);
      assertThat(table.outsideOwns(inserts)).isEmpty();
    }
    assertThat(store().rows(daily)).hasSize(3);
  }

  @Test
  void rows_areKeptOutOfTheMessagesOfExceptions() {
    StoredTable daily = drifted();
    String url = store().options(daily).url();
    assertRefused(
        () -> open(at(store().options(daily), url + "?logServerErrorDetail=true")),
        ErrorCode.INVALID_SPEC,
        "logServerErrorDetail");
  }

  @Test
  void time_isAskedFromAQuery() {
    LiveTable table = open(drifted());

    assertThat(table.timeOf("select timestamptz '2024-06-10 14:00+02'"))
        .isEqualTo(Instant.parse("2024-06-10T12:00:00Z"));
    assertThat(table.timeOf("select max(day) from daily_totals"))
        .isEqualTo(Instant.parse("2024-06-10T00:00:00Z"));
    for (String query :
        List.of(
            "select day from daily_totals",
            "select day from daily_totals where false",
            "select 'infinity'::date",
            "select 1",
            "select now(); drop table daily_totals",
            "nonsense")) {
      assertRefused(() -> table.timeOf(query), ErrorCode.INVALID_SPEC, "table.complete-to");
    }
  }

  // --- who may do what

  @Test
  void role_thatMayOnlyReadPlansButCannotApply() {
    StoredTable daily = drifted();
    role("errata_reader", "GRANT SELECT ON daily_totals TO errata_reader");
    LiveTable table = open(as(daily, "errata_reader", null));
    List<Correction> plan = plan(table);
    List<List<@Nullable String>> before = store().rows(daily);

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.FORBIDDEN,
        "Cannot apply plan p: the role lacks a right: permission denied for table daily_totals");
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void role_thatMayNotCreateTheLedgerIsToldWhatToRun() {
    StoredTable daily = drifted();
    role("errata_writer", "GRANT SELECT, INSERT, UPDATE, DELETE ON daily_totals TO errata_writer");
    LiveTable table = open(as(daily, "errata_writer", null));
    List<Correction> plan = plan(table);
    List<List<@Nullable String>> before = store().rows(daily);

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.FORBIDDEN,
        "Cannot create the ledger",
        "CREATE TABLE IF NOT EXISTS \"public\".errata_ledger");
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void role_withTheLeastRightsAppliesAndRollsBack() {
    StoredTable daily = drifted();
    LiveTable owner = open(daily);
    WriteRequest first = request(owner, "first", plan(owner));
    owner.apply(first);
    owner.rollback(first);
    role(
        "errata_least",
        "GRANT SELECT, INSERT, DELETE, UPDATE (total, events) ON daily_totals TO errata_least",
        "GRANT SELECT, INSERT ON errata_ledger, errata_ledger_row TO errata_least");
    List<List<@Nullable String>> before = store().rows(daily);
    LiveTable table = open(as(daily, "errata_least", null));
    List<Correction> plan = plan(table);

    assertThat(table.apply(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(table.rollback(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(store().rows(daily)).isEqualTo(before);
    assertThat(table.history().get(0).writtenBy()).isEqualTo("errata_least");
  }

  @Test
  void rows_hiddenByAPolicyAreNotTakenForMissing() {
    StoredTable daily = drifted();
    role("errata_policed", "GRANT SELECT ON daily_totals TO errata_policed");
    postgres().execute("ALTER TABLE daily_totals ENABLE ROW LEVEL SECURITY");

    assertRefused(
        () -> read(open(as(daily, "errata_policed", null)), 1),
        ErrorCode.FORBIDDEN,
        "row-level security");
  }

  @Test
  void password_thatIsWrongIsRefusedAndNotShown() {
    StoredTable daily = drifted();
    LiveTableOptions wrong = as(daily, PostgresServer.PASSWORD_USER, Secret.of("w0rng-secret"));

    assertRefused(() -> open(wrong), ErrorCode.FORBIDDEN, "refused the user or the password");
    try {
      open(wrong);
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        assertThat(cause.toString()).doesNotContain("w0rng-secret");
      }
    }
  }

  @Test
  void database_thatIsNotThereIsNamed() {
    LiveTableOptions options = store().options(daily());

    assertRefused(
        () -> open(at(options, PostgresServer.shared().url("nowhere"))),
        ErrorCode.INVALID_TABLE,
        "\"nowhere\"");
    assertRefused(
        () -> open(at(options, "jdbc:postgresql://127.0.0.1:1/x")),
        ErrorCode.UNAVAILABLE,
        "Cannot connect");
  }

  // --- locks and races

  @Test
  void apply_touchesNoRowThatAgrees() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    String untouched =
        "SELECT xmin || ' ' || xmax || ' ' || ctid FROM daily_totals WHERE user_id = 1";
    List<String> before = postgres().read(untouched);
    List<Correction> plan = plan(table);

    table.apply(request(table, "p", plan));
    table.rollback(request(table, "p", plan));

    assertThat(postgres().read(untouched)).isEqualTo(before);
  }

  @Test
  void apply_toALockedRowEndsInTimeAndNamesTheHolder() throws SQLException {
    StoredTable daily = drifted();
    LiveTable table = open(timeout(store().options(daily), Duration.ofMillis(200)));
    WriteRequest request = request(table, "p", plan(table));
    try (Live live = new Live("UPDATE daily_totals SET events = 9 WHERE user_id = 2")) {
      assertRefused(
          () -> table.apply(request),
          ErrorCode.UNAVAILABLE,
          "a lock was not to be had in time",
          "of user postgres (traffic)");
      live.run("ROLLBACK");
    }
    assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
  }

  @Test
  void apply_thatIsTheVictimOfADeadlockIsTriedAgain() throws SQLException {
    StoredTable daily = drifted();
    LiveTableOptions options = store().options(daily);
    LiveTable table =
        open(
            timeout(
                at(options, options.url() + PostgresServer.LATE_LOOK_FOR_DEADLOCKS),
                Duration.ofSeconds(30)));
    WriteRequest request = request(table, "p", plan(table));
    // The apply locks 2, then waits for 3; the other waits for 2 then, and its own check comes too
    // late.
    try (Live live =
        new Live(
            "SET deadlock_timeout = '50s'",
            "UPDATE daily_totals SET events = 9 WHERE user_id = 3")) {
      CompletableFuture<WriteResult> result =
          CompletableFuture.supplyAsync(() -> table.apply(request));
      awaitBlocked();
      live.run("UPDATE daily_totals SET events = 9 WHERE user_id = 2");
      live.run("ROLLBACK");

      assertThat(result.join().counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
    }
  }

  @Test
  void apply_thatMeetsAnInsertUnderWayIsAConflict() throws SQLException {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);

    WriteResult result =
        during(
            "INSERT INTO daily_totals VALUES (4, '2024-06-10', 44, 4, 'live')",
            () -> table.apply(request(table, "p", plan)));

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=4, day=2024-06-10", "there is a row already"));
    assertThat(store().rows(daily)).hasSize(4);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void apply_thatSkipsAnInsertUnderWayWritesTheOthers() throws SQLException {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    WriteRequest request = request(table, "p", plan, ConflictPolicy.SKIP);

    WriteResult result =
        during(
            "INSERT INTO daily_totals VALUES (4, '2024-06-10', 44, 4, 'live')",
            () -> table.apply(request));

    assertThat(result.counts()).isEqualTo(new WriteCounts(0, 1, 1, 1));
    assertThat(result.conflicts())
        .extracting(WriteResult.Conflict::key)
        .containsExactly("user_id=4, day=2024-06-10");
    assertThat(result.readback()).isEqualTo(new WriteResult.Readback(2, 0, List.of()));
    assertThat(postgres().read("SELECT note FROM daily_totals WHERE user_id = 4"))
        .containsExactly("live");
    assertThat(table.rollback(request(table, "p", plan)).counts())
        .isEqualTo(new WriteCounts(1, 1, 0, 0));
  }

  @Test
  void apply_thatMeetsAnUpdateUnderWayIsAConflict() throws SQLException {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);

    WriteResult result =
        during(
            "UPDATE daily_totals SET events = 7 WHERE user_id = 3",
            () -> table.apply(request(table, "p", plan)));

    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=3, day=2024-06-10", "the row was changed"));
  }

  @Test
  void readback_countsRowsThatOthersHaveWrittenSince() {
    StoredTable daily = drifted();
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      Halt commit = proxy.haltAt("COMMIT", Moment.ANSWER);
      CompletableFuture<WriteResult> result =
          CompletableFuture.supplyAsync(() -> table.apply(request));
      assertThat(commit.await(Duration.ofSeconds(30))).isTrue();
      store().update(daily, key(2), Map.of("total", "99.00"));
      commit.pass();

      assertThat(result.join().readback()).isEqualTo(new WriteResult.Readback(2, 1, List.of()));
    }
  }

  @Test
  void close_duringAnApplyLeavesTheTableAsItWas() throws SQLException {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    WriteRequest request = request(table, "p", plan(table));
    List<List<@Nullable String>> before = store().rows(daily);
    try (Live live = new Live("SELECT * FROM daily_totals WHERE user_id = 3 FOR UPDATE")) {
      CompletableFuture<WriteResult> result =
          CompletableFuture.supplyAsync(() -> table.apply(request));
      awaitBlocked();
      table.close();

      assertRefused(() -> rethrow(result), ErrorCode.CANCELLED, "was closed");
      live.run("ROLLBACK");
    }
    assertThat(store().rows(daily)).isEqualTo(before);
    assertThat(open(daily).history()).isEmpty();
  }

  @Test
  void snapshot_thatIsGoneIsSaidToBe() {
    LiveTable table = open(drifted());
    SnapshotSplit split;
    try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 1)) {
      split = snapshot.splits().get(0);
    }

    assertRefused(() -> table.read(split), ErrorCode.UNAVAILABLE, "it is gone");
  }

  // --- what a table does by itself

  @Test
  void trigger_thatChangesWhatIsWrittenStopsTheApply() {
    StoredTable daily = drifted();
    trigger("BEFORE UPDATE", "NEW.total := NEW.total + 1; RETURN NEW;");
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    List<List<@Nullable String>> before = store().rows(daily);

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.INVALID_TABLE,
        "a trigger",
        "user_id=2, day=2024-06-10");
    assertThat(store().rows(daily)).isEqualTo(before);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void trigger_thatKeepsRowsBackStopsTheApply() {
    StoredTable daily = drifted();
    trigger("BEFORE DELETE", "RETURN NULL;");
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.INVALID_TABLE,
        "0 rows were deleted (1)");
    assertThat(table.history()).isEmpty();
  }

  @Test
  void trigger_thatWritesAnotherColumnIsUndoneWithTheRest() {
    StoredTable daily = drifted();
    trigger(
        "BEFORE UPDATE", "IF NEW.total = 20 THEN NEW.note := 'by trigger'; END IF; RETURN NEW;");
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    List<List<@Nullable String>> before = store().rows(daily);
    table.apply(request(table, "p", plan));
    assertThat(postgres().read("SELECT note FROM daily_totals WHERE user_id = 2"))
        .containsExactly("by trigger");

    assertThat(table.rollback(request(table, "p", plan)).readback().verified()).isEqualTo(3);
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void trigger_thatPreventsARollbackStopsAllOfIt() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    trigger("BEFORE UPDATE", "NEW.note := 'touched'; RETURN NEW;");
    List<List<@Nullable String>> before = store().rows(daily);

    assertRefused(
        () -> table.rollback(request(table, "p", plan)), ErrorCode.INVALID_TABLE, "a trigger");
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void constraint_brokenByACorrectionRollsAllBackAndNamesTheRow() {
    StoredTable daily = drifted();
    postgres().execute("ALTER TABLE daily_totals ADD CONSTRAINT modest CHECK (total < 4)");
    LiveTable table = open(daily);
    List<Correction> plan =
        diff(
            table,
            List.of(
                dailyRow(table, 1, DAY, "1.50", 1),
                dailyRow(table, 2, DAY, "2", 2),
                dailyRow(table, 3, DAY, "3", 3),
                dailyRow(table, 4, DAY, "3", 4),
                dailyRow(table, 5, DAY, "40", 4),
                dailyRow(table, 6, DAY, "3", 4)));
    List<List<@Nullable String>> before = store().rows(daily);

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.INVALID_TABLE,
        "constraint modest",
        "user_id=5, day=2024-06-10");
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void constraint_onAnotherUniqueColumnIsNoConflict() {
    StoredTable daily = drifted();
    postgres().execute("CREATE UNIQUE INDEX only_once ON daily_totals (total)");
    LiveTable table = open(daily);
    List<Correction> plan =
        diff(
            table,
            List.of(
                dailyRow(table, 1, DAY, "1", 1),
                dailyRow(table, 2, DAY, "2", 2),
                dailyRow(table, 3, DAY, "3", 3),
                dailyRow(table, 4, DAY, "3", 4)));

    assertRefused(
        () -> table.apply(request(table, "p", plan)),
        ErrorCode.INVALID_TABLE,
        "only_once",
        "user_id=4, day=2024-06-10");
    assertThat(table.history()).isEmpty();
  }

  @Test
  void set_seesTheRowThatIsWritten() {
    StoredTable daily = drifted();
    LiveTable table =
        open(
            setting(
                daily,
                Map.of("note", "concat(note, '|', daily_totals.user_id, '|', current_user)")));
    List<Correction> plan = plan(table);

    table.apply(request(table, "p", plan));

    assertThat(postgres().read("SELECT note FROM daily_totals ORDER BY user_id"))
        .containsExactly("right", "wrong total|2|postgres", "|4|postgres");
  }

  // --- the ledger

  @Test
  void ledger_thatIsLostIsNotNeededToRollBack() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<List<@Nullable String>> before = store().rows(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    postgres().execute("DROP TABLE errata_ledger, errata_ledger_row");

    assertThat(table.rollback(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void ledger_thatWasBegunAnewIsBelievedUnlessAPersonKnowsBetter() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<List<@Nullable String>> before = store().rows(daily);
    WriteRequest request = request(table, "p", plan(table));
    table.apply(request);
    postgres().execute("DELETE FROM errata_ledger_row");
    postgres().execute("UPDATE errata_ledger SET plan = 'another'");
    List<List<@Nullable String>> applied = store().rows(daily);

    WriteResult believed = table.rollback(request);
    assertThat(believed.outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
    assertThat(believed.guards()).isEqualTo(Guards.LEDGER);
    assertThat(store().rows(daily)).isEqualTo(applied);

    WriteResult known =
        table.rollback(
            new WriteRequest(
                request.plan(),
                request.seal(),
                request.fingerprint(),
                request.worker(),
                request.from(),
                request.to(),
                request.corrections(),
                request.policy(),
                Guards.PLAN));
    assertThat(known.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(known.guards()).isEqualTo(Guards.PLAN);
    assertThat(store().rows(daily)).isEqualTo(before);
  }

  @Test
  void ledger_thatIsLostStillGuardsLaterWrites() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    postgres().execute("DROP TABLE errata_ledger, errata_ledger_row");
    store().update(daily, key(2), Map.of("note", "later"));

    WriteResult result = table.rollback(request(table, "p", plan));

    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=2, day=2024-06-10", "the row was changed"));
  }

  // --- connections that are cut

  @Test
  void connection_cutBeforeTheCommitArrivesWritesNothing() {
    StoredTable daily = drifted();
    List<List<@Nullable String>> before = store().rows(daily);
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      proxy.haltAt("COMMIT", Moment.REQUEST).cut();

      assertRefused(
          () -> table.apply(request), ErrorCode.UNAVAILABLE, "rolled back; nothing was written");
      assertThat(store().rows(daily)).isEqualTo(before);
      assertThat(open(daily).apply(request).outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void connection_cutBeforeTheAnswerToTheCommitIsSettledByTheLedger() {
    StoredTable daily = drifted();
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      proxy.haltAt("COMMIT", Moment.ANSWER).cut();

      WriteResult result = table.apply(request);

      assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(result.counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
      assertThat(result.readback()).isEqualTo(new WriteResult.Readback(3, 0, List.of()));
      assertThat(open(daily).apply(request).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    }
  }

  @Test
  void connection_cutAtCommitAndNotHadAgainLeavesTheOutcomeUnknown() throws InterruptedException {
    StoredTable daily = drifted();
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      Halt commit = proxy.haltAt("COMMIT", Moment.ANSWER);
      CompletableFuture<WriteResult> result =
          CompletableFuture.supplyAsync(() -> table.apply(request));
      assertThat(commit.await(Duration.ofSeconds(30))).isTrue();
      proxy.refuse();
      commit.cut();
      table.close();

      assertRefused(
          () -> rethrow(result), ErrorCode.UNKNOWN_OUTCOME, "can't be asked how it ended");
      assertThat(open(daily).apply(request).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    }
  }

  /**
   * The server waits for a standby, as it does when one is slow, and the connection is lost then.
   */
  @Test
  void connection_cutWhileTheServerIsCommittingIsSettledByWaitingForIt() throws SQLException {
    StoredTable daily = drifted();
    // The servers of tests don't wait for anything at COMMIT, of themselves.
    postgres().execute("ALTER ROLE CURRENT_USER SET synchronous_commit TO on");
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      Halt commit = proxy.haltAt("COMMIT", Moment.REQUEST);
      CompletableFuture<WriteResult> result =
          CompletableFuture.supplyAsync(() -> table.apply(request));
      assertThat(commit.await(Duration.ofSeconds(30))).isTrue();
      try {
        commitsWaitForAStandby();
        commit.pass();
        awaitSession("wait_event = 'SyncRep'");
        Halt asked = proxy.haltAt("SELECT pg_xact_status", Moment.ANSWER);
        proxy.cut();
        assertThat(asked.await(Duration.ofSeconds(30))).as("asks how it goes").isTrue();
        Halt askedAgain = proxy.haltAt("SELECT pg_xact_status", Moment.REQUEST);
        asked.pass();
        assertThat(askedAgain.await(Duration.ofSeconds(30))).as("goes on asking").isTrue();
        askedAgain.pass();
      } finally {
        standby("");
      }

      assertThat(result.join().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(result.join().readback().verified()).isEqualTo(3);
    } finally {
      postgres().execute("ALTER ROLE CURRENT_USER RESET synchronous_commit");
    }
  }

  @Test
  void connection_lostBeforeTheCommitIsUnavailable() {
    StoredTable daily = drifted();
    List<List<@Nullable String>> before = store().rows(daily);
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(through(daily, proxy));
      WriteRequest request = request(table, "p", plan(table));
      proxy.haltAt("SET CONSTRAINTS ALL IMMEDIATE", Moment.REQUEST).cut();

      assertRefused(
          () -> table.apply(request), ErrorCode.UNAVAILABLE, "Cannot apply plan p", "connection");
      assertThat(store().rows(daily)).isEqualTo(before);
    }
  }

  // --- what the tests are made of

  /** A transaction of live traffic that stays open. */
  private static final class Live implements AutoCloseable {
    private final Connection connection;

    Live(String... statements) throws SQLException {
      connection = PostgresServer.shared().connect(database);
      run("SET application_name = 'traffic'");
      run("BEGIN");
      for (String statement : statements) {
        run(statement);
      }
    }

    void run(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** Runs a write that has to wait for a transaction of live traffic, which commits then. */
  private <T> T during(String sql, Supplier<T> write) throws SQLException {
    try (Live live = new Live(sql)) {
      CompletableFuture<T> result = CompletableFuture.supplyAsync(write);
      awaitBlocked();
      live.run("COMMIT");
      return result.join();
    }
  }

  private void awaitBlocked() {
    awaitSession("wait_event_type = 'Lock'");
  }

  private void awaitSession(String condition) {
    while (postgres()
        .read(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'errata' AND datname = current_database() AND "
                + condition)
        .isEmpty()) {
      askAgain("a session with " + condition);
    }
  }

  /** Until the time of the test is over: a question to the database hears no interrupt. */
  private static void askAgain(String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("There is still not " + what);
    }
    Thread.onSpinWait();
  }

  /**
   * The setting counts for other sessions only once the checkpointer has told them, which nothing
   * shows but a COMMIT that waits.
   */
  private void commitsWaitForAStandby() throws SQLException {
    standby("nobody");
    try (Connection connection = PostgresServer.shared().connect(database);
        Statement probe = connection.createStatement()) {
      AtomicBoolean waited = new AtomicBoolean();
      CompletableFuture<Void> commits =
          CompletableFuture.runAsync(
              () -> {
                try {
                  while (!waited.get()) {
                    probe.execute("CREATE TEMP TABLE probe (); DROP TABLE probe");
                  }
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      String waiting =
          " FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%probe%'";
      try {
        while (postgres().read("SELECT pid" + waiting).isEmpty() && !commits.isDone()) {
          askAgain("a COMMIT that waits for a standby");
        }
      } finally {
        waited.set(true);
        postgres().read("SELECT pg_cancel_backend(pid)" + waiting);
      }
      commits.join();
    }
  }

  private void standby(String name) {
    postgres().execute("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    postgres().read("SELECT pg_reload_conf()");
    while (!postgres().read("SELECT current_setting('synchronous_standby_names')").contains(name)) {
      askAgain("the standby " + name);
    }
  }

  private static void rethrow(CompletableFuture<?> result) throws Throwable {
    try {
      result.join();
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  private void trigger(String event, String body) {
    postgres()
        .execute(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + body
                + " END $$");
    postgres()
        .execute(
            "CREATE TRIGGER meddle "
                + event
                + " ON daily_totals FOR EACH ROW EXECUTE FUNCTION meddle()");
  }

  private void role(String name, String... grants) {
    if (postgres().read("SELECT 1 FROM pg_roles WHERE rolname = '" + name + "'").isEmpty()) {
      postgres().execute("CREATE ROLE " + name + " LOGIN");
    }
    postgres().execute("GRANT USAGE ON SCHEMA public TO " + name);
    for (String grant : grants) {
      postgres().execute(grant);
    }
  }

  private LiveTableOptions table(String name, List<String> key, List<String> compare) {
    LiveTableOptions options =
        store().options(new StoredTable("", "x", List.of(), key, compare, Map.of()));
    return with(options, name, key, compare, null, Map.of());
  }

  private LiveTableOptions as(StoredTable table, String user, @Nullable Secret password) {
    LiveTableOptions o = store().options(table);
    return new LiveTableOptions(
        o.url(),
        user,
        password,
        o.name(),
        o.key(),
        o.compare(),
        o.owns(),
        o.set(),
        o.lockTimeout(),
        o.statementTimeout());
  }

  private LiveTableOptions through(StoredTable table, PostgresProxy proxy) {
    return at(store().options(table), proxy.url(database));
  }

  private static LiveTableOptions at(LiveTableOptions o, String url) {
    return new LiveTableOptions(
        url,
        o.user(),
        o.password(),
        o.name(),
        o.key(),
        o.compare(),
        o.owns(),
        o.set(),
        o.lockTimeout(),
        o.statementTimeout());
  }

  private static LiveTableOptions timeout(LiveTableOptions o, Duration lock) {
    return new LiveTableOptions(
        o.url(),
        o.user(),
        o.password(),
        o.name(),
        o.key(),
        o.compare(),
        o.owns(),
        o.set(),
        lock,
        o.statementTimeout());
  }
}
