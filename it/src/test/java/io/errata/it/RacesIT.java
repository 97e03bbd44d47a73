package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.Diff;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTables;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.testkit.ListedCorrections;
import io.errata.testkit.PostgresProxy;
import io.errata.testkit.PostgresProxy.Halt;
import io.errata.testkit.PostgresProxy.Moment;
import io.errata.testkit.PostgresServer;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Applies among live traffic, and among other applies. The table has {@code ROWS} rows; of the ones
 * with an odd number the total is wrong, the last {@code MISSING} are missing, and {@code GHOSTS}
 * more are too much.
 */
@Timeout(120)
class RacesIT {
  private static final LocalDate DAY = LocalDate.parse("2024-06-10");
  private static final int ROWS = 40;
  private static final int MISSING = 5;
  private static final int GHOSTS = 5;
  private static final int CORRECTIONS = (ROWS - MISSING) / 2 + MISSING + GHOSTS;
  private static Database database;

  private static final String TABLE = "public.daily_totals";

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeAll
  static void createTheDatabase() {
    database = Database.create();
  }

  @AfterAll
  static void closeTheDatabase() {
    database.close();
  }

  @BeforeEach
  void createTheTable() {
    database.execute("DROP TABLE IF EXISTS daily_totals, errata_ledger_row, errata_ledger");
    database.execute(
        "CREATE TABLE daily_totals (user_id int NOT NULL, day date NOT NULL, total numeric(12,2), note text,"
            + " PRIMARY KEY (user_id, day))");
    database.execute(
        "INSERT INTO daily_totals SELECT g, date '2024-06-10', g + g % 2, 'n' || g FROM generate_series(0, "
            + (ROWS - MISSING - 1)
            + ") g");
    database.execute(
        "INSERT INTO daily_totals SELECT g, date '2024-06-10', 1, 'ghost' FROM generate_series("
            + ROWS
            + ", "
            + (ROWS + GHOSTS - 1)
            + ") g");
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  // --- rows that come back

  @Test
  void row_deletedAndInsertedAgainAsItWas_isCorrected() {
    LiveTable table = open();
    WriteRequest request = request(table, "p", plan(table));
    database.execute("DELETE FROM daily_totals WHERE user_id = 1");
    database.execute("INSERT INTO daily_totals VALUES (1, '2024-06-10', 2, 'n1')");

    assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(totals()).isEqualTo(right());
  }

  @Test
  void row_deletedAndInsertedAgainOtherwise_isAConflict() {
    LiveTable table = open();
    WriteRequest request = request(table, "p", plan(table));
    database.execute("DELETE FROM daily_totals WHERE user_id = 1 OR user_id = " + ROWS);
    database.execute(
        "INSERT INTO daily_totals VALUES (1, '2024-06-10', 2, 'again'), ("
            + ROWS
            + ", '2024-06-10', 1, 'again')");
    List<String> before = database.dump("daily_totals");

    assertThat(table.apply(request).conflicts())
        .extracting(WriteResult.Conflict::reason)
        .containsExactly("the row was changed", "the row was changed");
    assertThat(database.dump("daily_totals")).isEqualTo(before);
  }

  /** It is as the plan saw it, but was not there to be locked. */
  @Test
  void row_insertedAgainBehindTheLock_isNeverOverwritten() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      WriteRequest request = request(table, "p", plan(table), ConflictPolicy.SKIP);
      database.execute("DELETE FROM daily_totals WHERE user_id = 1");
      Halt locked = proxy.haltAt("UPDATE pg_temp.errata_stage", Moment.REQUEST);
      CompletableFuture<WriteResult> result = apply(table, request);
      reach(locked);
      database.execute("INSERT INTO daily_totals VALUES (1, '2024-06-10', 2, 'n1')");
      Halt writing = proxy.haltAt("UPDATE " + TABLE, Moment.REQUEST);
      locked.pass();
      reach(writing);
      database.execute("UPDATE daily_totals SET total = 77, note = 'later' WHERE user_id = 1");
      writing.pass();

      assertThat(result.join().conflicts())
          .containsExactly(
              new WriteResult.Conflict("user_id=1, day=2024-06-10", "the row was changed"));
      assertThat(database.query("SELECT total, note FROM daily_totals WHERE user_id = 1"))
          .containsExactly(List.of("77.00", "later"));
    }
  }

  /** It is there after the look that finds it gone, and not locked. */
  @ParameterizedTest
  @EnumSource(ConflictPolicy.class)
  void row_insertedAgainBehindTheComparison_isNeverOverwritten(ConflictPolicy policy) {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      WriteRequest request = request(table, "p", plan(table), policy);
      database.execute("DELETE FROM daily_totals WHERE user_id = 1");
      Halt compared = proxy.haltAt("UPDATE pg_temp.errata_stage", Moment.ANSWER);
      CompletableFuture<WriteResult> result = apply(table, request);
      reach(compared);
      database.execute("INSERT INTO daily_totals VALUES (1, '2024-06-10', 77, 'later')");
      compared.pass();

      assertThat(result.join().conflicts())
          .containsExactly(
              new WriteResult.Conflict("user_id=1, day=2024-06-10", "the row is gone"));
      assertThat(database.query("SELECT total, note FROM daily_totals WHERE user_id = 1"))
          .containsExactly(List.of("77.00", "later"));
    }
  }

  @Test
  void row_deletedWhileTheApplyWaitsForIt_isAConflict() throws SQLException {
    LiveTable table = open();
    WriteRequest request = request(table, "p", plan(table));
    try (Live live = new Live("DELETE FROM daily_totals WHERE user_id = 3")) {
      CompletableFuture<WriteResult> result = apply(table, request);
      awaitWaiting(1);
      live.run("COMMIT");

      assertThat(result.join().conflicts())
          .containsExactly(
              new WriteResult.Conflict("user_id=3, day=2024-06-10", "the row is gone"));
      assertThat(table.history()).isEmpty();
    }
  }

  // --- live traffic during the apply

  /**
   * Whatever live traffic does while a plan is applied and taken back, its last word on a row
   * stands, and rows that it leaves alone are as planned.
   */
  @ParameterizedTest
  @CsvSource({"SKIP,1", "SKIP,2", "SKIP,3", "ABORT,4", "ABORT,5", "SKIP,6", "SKIP,8", "SKIP,26"})
  void liveWrites_areNeverLost(ConflictPolicy policy, long seed) throws Exception {
    LiveTable table = open();
    List<Correction> corrections = plan(table);
    Map<Integer, String> before = totals();
    ConcurrentSkipListMap<Integer, String> said = new ConcurrentSkipListMap<>();
    List<Future<?>> writers = new ArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    for (int i = 0; i < 3; i++) {
      Traffic traffic = new Traffic(i, 3, new Random(31 * seed + i), start, said);
      writers.add(threads.submit(traffic));
    }
    start.countDown();
    WriteResult applied = table.apply(request(table, "p", corrections, policy));
    WriteResult undone =
        seed % 2 == 0 ? table.rollback(request(table, "p", corrections, policy)) : applied;
    for (Future<?> writer : writers) {
      writer.get();
    }

    boolean written = applied.outcome() == Outcome.APPLIED;
    boolean back = seed % 2 == 0 && undone.outcome() == Outcome.APPLIED;
    Map<Integer, String> after = totals();
    Map<Integer, String> planned = right();
    TreeSet<Integer> keys = new TreeSet<>(before.keySet());
    keys.addAll(planned.keySet());
    for (int key : keys) {
      String is = after.getOrDefault(key, "gone");
      String said1 = said.get(key);
      String as = "row " + key + ", " + applied.outcome() + ", " + undone.outcome();
      if (said1 == null) {
        Map<Integer, String> expected = written && !back ? planned : before;
        assertThat(is).as(as).isEqualTo(expected.getOrDefault(key, "gone"));
      } else if (said1.equals("gone") && !before.containsKey(key)) {
        // Inserted and deleted again: as the plan saw it.
        assertThat(is).as(as).isIn("gone", planned.get(key));
      } else if (said1.equals("gone")
          && !planned.containsKey(key)
          && back
          && !isInConflict(key, applied)) {
        // Deleted when the apply had done so: as the apply left it.
        assertThat(is).as(as).isIn("gone", before.get(key));
      } else {
        assertThat(is).as(as).isEqualTo(said1);
      }
    }
    assertThat(table.history()).hasSize((written ? 1 : 0) + (back ? 1 : 0));
  }

  private static boolean isInConflict(int user, WriteResult result) {
    assertThat(result.counts().conflicts()).isEqualTo(result.conflicts().size());
    return result.conflicts().stream()
        .anyMatch(conflict -> conflict.key().equals("user_id=" + user + ", day=" + DAY));
  }

  @Test
  void reader_thatLoops_neverSeesAMix() throws Exception {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      List<Correction> corrections = plan(table);
      WriteRequest request = request(table, "p", corrections);
      Map<Integer, String> before = totals();
      AtomicBoolean done = new AtomicBoolean();
      CountedReads reads = new CountedReads();
      Future<?> reader = threads.submit(() -> reads.until(done));
      for (boolean back : List.of(false, true)) {
        Halt halt = proxy.haltAt("DELETE FROM " + TABLE, Moment.REQUEST);
        CompletableFuture<WriteResult> result =
            CompletableFuture.supplyAsync(
                () -> back ? table.rollback(request) : table.apply(request), threads);
        for (String next :
            List.of("UPDATE " + TABLE, "INSERT INTO " + TABLE, "SET CONSTRAINTS", "COMMIT")) {
          reach(halt);
          reads.awaitTwoMore();
          Halt following = proxy.haltAt(next, Moment.REQUEST);
          halt.pass();
          halt = following;
        }
        reach(halt);
        reads.awaitTwoMore();
        Halt answer = halt;
        answer.pass();
        assertThat(result.join().outcome()).isEqualTo(Outcome.APPLIED);
        reads.awaitTwoMore();
      }
      done.set(true);
      reader.get();

      assertThat(reads.seen).containsExactlyInAnyOrder(before, right());
    }
  }

  // --- two at once

  /** Both are past their first look at the ledger before either can write. */
  @Test
  void applies_ofOnePlanAtOnce_writeItOnce() throws SQLException {
    LiveTable one = open();
    LiveTable other = open();
    WriteRequest request = request(one, "p", plan(one));
    try (Live live = new Live("SELECT 1 FROM daily_totals WHERE user_id = 5 FOR UPDATE")) {
      CompletableFuture<WriteResult> first = apply(one, request);
      CompletableFuture<WriteResult> second = apply(other, request);
      awaitWaiting(2);
      live.run("ROLLBACK");

      assertThat(List.of(first.join().outcome(), second.join().outcome()))
          .containsExactlyInAnyOrder(Outcome.APPLIED, Outcome.ALREADY_APPLIED);
      assertThat(one.history()).hasSize(1);
      assertThat(totals()).isEqualTo(right());
    }
  }

  @Test
  void applies_ofOnePlanByMany_writeItOnce() {
    LiveTable first = open();
    WriteRequest request = request(first, "p", plan(first));
    List<CompletableFuture<WriteResult>> results = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      results.add(apply(open(), request));
    }

    assertThat(results.stream().map(r -> r.join().outcome()))
        .containsOnlyOnce(Outcome.APPLIED)
        .allMatch(o -> o == Outcome.APPLIED || o == Outcome.ALREADY_APPLIED);
    assertThat(first.history()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(ConflictPolicy.class)
  void applies_ofPlansThatOverlapAtOnce_neverOverwriteEachOther(ConflictPolicy policy)
      throws SQLException {
    LiveTable one = open();
    LiveTable other = open();
    List<Correction> plan = plan(one);
    // The other plan knows half of the rows, and says of all of them something else.
    List<Correction> overlapping =
        diff(
            other,
            rows(other, i -> i % 4 == 1 || i % 2 == 0 ? i + (i % 4 == 1 ? 0.5 : 0) : i + 1.0));
    try (Live live = new Live("SELECT 1 FROM daily_totals WHERE user_id = 5 FOR UPDATE")) {
      CompletableFuture<WriteResult> first = apply(one, request(one, "p", plan, policy));
      CompletableFuture<WriteResult> second =
          apply(other, request(other, "q", overlapping, policy));
      awaitWaiting(2);
      live.run("ROLLBACK");
      List<WriteResult> results = List.of(first.join(), second.join());

      LedgerEntry earliest = one.history().get(one.history().size() - 1);
      boolean pFirst = earliest.plan().equals("p");
      WriteResult winner = results.get(pFirst ? 0 : 1);
      WriteResult loser = results.get(pFirst ? 1 : 0);
      assertThat(winner.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(winner.counts().conflicts()).isZero();
      assertThat(loser.counts().conflicts()).isPositive();
      assertThat(database.query("SELECT total FROM daily_totals WHERE user_id = 5"))
          .containsExactly(List.of(pFirst ? "5.00" : "5.50"));
      // Of a row that both have, the first one's word stands; row 3 is in one plan only.
      boolean threeByP = pFirst || loser.outcome() == Outcome.APPLIED;
      assertThat(database.query("SELECT total FROM daily_totals WHERE user_id = 3"))
          .containsExactly(List.of(threeByP ? "3.00" : "4.00"));
      assertThat(one.history()).hasSize(loser.outcome() == Outcome.APPLIED ? 2 : 1);
    }
  }

  // --- the table is altered

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "false | ADD COLUMN added int | was altered since",
        "true | ADD COLUMN added int | was altered since",
        "false | ALTER COLUMN user_id TYPE bigint | was altered since",
        "true | ALTER COLUMN total TYPE numeric(14,2) | was altered since",
        "true | DROP COLUMN note | was altered since",
        "false | DROP CONSTRAINT daily_totals_pkey, ADD PRIMARY KEY (user_id) | no primary key",
        "true | DROP CONSTRAINT daily_totals_pkey, ADD PRIMARY KEY (user_id) | no primary key",
        "true | RENAME COLUMN total TO sum | Cannot find column total"
      })
  void apply_toATableThatWasAltered_writesNothing(
      boolean whileStaging, String change, String message) {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      WriteRequest request = request(table, "p", plan(table));
      CompletableFuture<WriteResult> result;
      if (whileStaging) {
        Halt staged = proxy.haltAt("BEGIN", Moment.REQUEST);
        result = apply(table, request);
        reach(staged);
        database.execute("ALTER TABLE daily_totals " + change);
        staged.pass();
      } else {
        database.execute("ALTER TABLE daily_totals " + change);
        result = apply(table, request);
      }

      assertThatThrownBy(() -> rethrow(result))
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining(message);
      assertThat(database.query("SELECT 1 FROM daily_totals WHERE user_id < " + ROWS))
          .hasSize(ROWS - MISSING);
      assertThat(database.query("SELECT to_regclass('errata_ledger') IS NULL"))
          .containsExactly(List.of("t"));
    }
  }

  @Test
  void alteration_whileRowsAreWritten_waits() throws SQLException {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      Halt commit = proxy.haltAt("COMMIT", Moment.REQUEST);
      CompletableFuture<WriteResult> result = apply(table, request(table, "p", plan(table)));
      reach(commit);
      try (Live live = new Live()) {
        Future<?> altered =
            threads.submit(
                (Callable<Void>)
                    () -> {
                      live.run("ALTER TABLE daily_totals ADD COLUMN added int");
                      live.run("COMMIT");
                      return null;
                    });
        awaitWaiting(1);
        commit.pass();

        assertThat(result.join().readback().verified()).isEqualTo(CORRECTIONS);
        assertThatNoException(altered);
      }
    }
  }

  /** A snapshot that is older than the rewrite would see an empty table. */
  @Test
  void rewriteOfTheTable_whileASnapshotIsOpened_hidesNoRow() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      Halt lock = proxy.haltAt("LOCK TABLE", Moment.REQUEST);
      CompletableFuture<List<LiveRow>> rows =
          CompletableFuture.supplyAsync(() -> read(table), threads);
      reach(lock);
      database.execute("ALTER TABLE daily_totals ALTER COLUMN total TYPE numeric(14,3)");
      lock.pass();

      assertThat(rows.join()).hasSize(ROWS - MISSING + GHOSTS);
    }
  }

  // --- locks that others hold

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE daily_totals SET note = 'x' WHERE user_id IN (2, 7) | the row with user_id=7, day=2024-06-10 is locked by process",
        "SELECT 1 FROM daily_totals WHERE user_id = 7 FOR KEY SHARE | the row with user_id=7, day=2024-06-10 is locked by process",
        "DELETE FROM daily_totals WHERE user_id = 7 | the row with user_id=7, day=2024-06-10 is locked by process",
        "LOCK TABLE daily_totals IN EXCLUSIVE MODE | it may be held by process",
        "LOCK TABLE daily_totals IN ACCESS EXCLUSIVE MODE | it may be held by process"
      })
  void apply_amongALongTransaction_endsInTimeAndNamesIt(String held, String message)
      throws SQLException {
    LiveTable table = open(impatient());
    WriteRequest request = request(table, "p", plan(table));
    List<String> before = database.dump("daily_totals");
    try (Live live = new Live()) {
      // An older transaction that has nothing to do with it.
      try (Live bystander =
          new Live("UPDATE daily_totals SET note = 'by' WHERE user_id = 4", "ROLLBACK", "BEGIN")) {
        bystander.run("SET application_name = 'bystander'");
        live.run(held);
        assertThatThrownBy(() -> table.apply(request))
            .isInstanceOfSatisfying(
                ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
            .hasMessageContaining("Cannot apply plan p: a lock was not to be had in time; ")
            .hasMessageContaining(message)
            .hasMessageContaining("of user postgres (traffic), in transaction since");
      }
      live.run("ROLLBACK");
    }
    assertThat(database.dump("daily_totals")).isEqualTo(before);
    assertThat(table.history()).isEmpty();
    assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
  }

  @Test
  void apply_amongAnotherThatTakesLong_endsInTimeAndNamesIt() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable slow = open(at(proxy));
      LiveTable table = open(impatient());
      WriteRequest request = request(table, "p", plan(table));
      Halt commit = proxy.haltAt("COMMIT", Moment.REQUEST);
      CompletableFuture<WriteResult> first = apply(slow, request);
      reach(commit);

      assertThatThrownBy(() -> table.apply(request))
          .hasMessageContaining(
              "a lock was not to be had in time; the row with user_id=1, day=2024-06-10 is locked by process")
          .hasMessageContaining("(errata)");
      commit.pass();
      assertThat(first.join().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(table.apply(request).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    }
  }

  /** The apply locks 1 and waits for 3; the other, which holds 3, then wants 1. */
  @ParameterizedTest
  @CsvSource({"1", "5"})
  void apply_thatIsTheVictimOfDeadlocks_isTriedAgain(int deadlocks) throws SQLException {
    LiveTable table = open(lateToLookForDeadlocks());
    WriteRequest request = request(table, "p", plan(table));
    try (Live live = new DeadlockingLive()) {
      CompletableFuture<WriteResult> result = apply(table, request);
      for (int i = 0; i < deadlocks; i++) {
        awaitWaiting(1);
        live.run("UPDATE daily_totals SET note = 'x' WHERE user_id = 1");
        live.run("ROLLBACK TO SAVEPOINT holding");
      }
      awaitWaiting(1);
      live.run("ROLLBACK");

      assertThat(result.join().counts().conflicts()).isZero();
      assertThat(totals()).isEqualTo(right());
    }
  }

  @Test
  void apply_thatIsTheVictimOfDeadlocksEachTime_writesNothing() throws SQLException {
    LiveTable table = open(lateToLookForDeadlocks());
    WriteRequest request = request(table, "p", plan(table));
    List<String> before = database.dump("daily_totals");
    try (Live live = new DeadlockingLive()) {
      CompletableFuture<WriteResult> result = apply(table, request);
      for (int i = 0; i < 6; i++) {
        awaitWaiting(1);
        live.run("UPDATE daily_totals SET note = 'x' WHERE user_id = 1");
        live.run("ROLLBACK TO SAVEPOINT holding");
      }

      assertThatThrownBy(() -> rethrow(result))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining(
              "other transactions stood in the way each time (deadlock detected)");
      live.run("ROLLBACK");
    }
    assertThat(database.dump("daily_totals")).isEqualTo(before);
    assertThat(table.history()).isEmpty();
    assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
  }

  // --- clients that are gone, and servers that don't know it

  @Test
  void client_goneInATransaction_holdsItsLocksNotForLong() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable gone = open(statementTimeout(at(proxy), Duration.ofSeconds(1)));
      LiveTable table = open();
      WriteRequest request = request(table, "p", plan(table));
      proxy.haltAt("SET CONSTRAINTS", Moment.REQUEST).abandon();

      assertThatThrownBy(() -> gone.apply(request))
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining("the connection to the database failed");
      assertThat(errataSessionsInTransaction()).as("the server doesn't know").isEqualTo(1);
      assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void client_goneWhileItWaitsForALock_isNoticed() throws SQLException {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port());
        Live live = new Live("SELECT 1 FROM daily_totals WHERE user_id = 5 FOR UPDATE")) {
      LiveTable table = open(at(proxy));
      CompletableFuture<WriteResult> result = apply(table, request(table, "p", plan(table)));
      awaitWaiting(1);
      long start = System.nanoTime();
      proxy.cut();

      assertThatThrownBy(() -> rethrow(result)).isInstanceOf(ErrataException.class);
      awaitWaiting(0);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LOCK_TIMEOUT.dividedBy(2));
      live.run("ROLLBACK");
    }
  }

  @Test
  void commit_thatNeverCameToAServerThatStillWaitsForIt_isSettledAsNotWritten() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      WriteRequest request = request(table, "p", plan(table));
      List<String> before = database.dump("daily_totals");
      proxy.haltAt("COMMIT", Moment.REQUEST).abandon();

      assertThatThrownBy(() -> table.apply(request))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("was rolled back; nothing was written");
      assertThat(errataSessionsInTransaction()).isZero();
      assertThat(database.dump("daily_totals")).isEqualTo(before);
      assertThat(table.apply(request).outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void commit_whoseAnswerNeverComes_isSettledAsWritten() {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(statementTimeout(at(proxy), Duration.ofSeconds(1)));
      WriteRequest request = request(table, "p", plan(table));
      proxy.haltAt("COMMIT", Moment.ANSWER).swallow();

      WriteResult result = table.apply(request);

      assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(result.readback().verified()).isEqualTo(CORRECTIONS);
      assertThat(totals()).isEqualTo(right());
    }
  }

  /** The next apply holds the lock by the time that the first one can ask. */
  @Test
  void commit_whoseAnswerIsLost_isSettledAlsoWhereAnotherApplyHoldsTheLock() throws Exception {
    try (PostgresProxy proxy = PostgresProxy.to(PostgresServer.shared().port());
        PostgresProxy otherProxy = PostgresProxy.to(PostgresServer.shared().port())) {
      LiveTable table = open(at(proxy));
      LiveTable other = open(at(otherProxy));
      List<Correction> plan = plan(table);
      WriteRequest request = request(table, "p", plan);
      WriteRequest second =
          request(
              other, "q", List.of(new Correction.Insert(row(other, 1000, new BigDecimal("1")))));
      Halt answer = proxy.haltAt("COMMIT", Moment.ANSWER);
      CompletableFuture<WriteResult> result = apply(table, request);
      reach(answer);
      Halt commit = otherProxy.haltAt("COMMIT", Moment.REQUEST);
      CompletableFuture<WriteResult> otherResult = apply(other, second);
      reach(commit);
      answer.cut();

      assertThat(result.join().outcome()).isEqualTo(Outcome.APPLIED);
      commit.pass();
      assertThat(otherResult.join().outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  // --- what the tests are made of

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(40);

  /** Transactions of live traffic, which remember what they said last of each row. */
  private final class Traffic implements Callable<Void> {
    private final int number;
    private final int of;
    private final Random random;
    private final CountDownLatch start;
    private final Map<Integer, String> said;

    Traffic(int number, int of, Random random, CountDownLatch start, Map<Integer, String> said) {
      this.number = number;
      this.of = of;
      this.random = random;
      this.start = start;
      this.said = said;
    }

    @Override
    public Void call() throws Exception {
      try (Connection connection = PostgresServer.shared().connect(database.name());
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        start.await();
        for (int i = 0; i < 40; i++) {
          Map<Integer, String> saying = new HashMap<>();
          // Several rows in any order, so that the apply and this wait for each other now and then.
          int rows = 1 + random.nextInt(3);
          try {
            for (int r = 0; r < rows; r++) {
              say(statement, i, saying);
            }
            connection.commit();
            said.putAll(saying);
          } catch (SQLException e) {
            if (!e.getSQLState().startsWith("40")) {
              throw e;
            }
            connection.rollback();
          }
        }
      }
      return null;
    }

    /** No two of these have a row in common. */
    private void say(Statement statement, int i, Map<Integer, String> saying) throws SQLException {
      int key = random.nextInt((ROWS + GHOSTS) / of) * of + number;
      if (random.nextInt(4) == 0) {
        statement.execute("DELETE FROM daily_totals WHERE user_id = " + key);
        saying.put(key, "gone");
        return;
      }
      String total = (1000 + i) + ".25";
      statement.execute(
          "INSERT INTO daily_totals VALUES ("
              + key
              + ", '2024-06-10', "
              + total
              + ", 'live') ON CONFLICT (user_id, day) DO UPDATE SET total = excluded.total, note = 'live'");
      saying.put(key, total);
    }
  }

  /** What a reader sees that asks again and again, one statement each time. */
  private final class CountedReads {
    private final java.util.Set<Map<Integer, String>> seen =
        java.util.concurrent.ConcurrentHashMap.newKeySet();
    private long count;

    void until(AtomicBoolean done) {
      try (Connection connection = PostgresServer.shared().connect(database.name());
          Statement statement = connection.createStatement()) {
        while (!done.get()) {
          Map<Integer, String> state = new TreeMap<>();
          try (ResultSet rows =
              statement.executeQuery("SELECT user_id, total::text FROM daily_totals")) {
            while (rows.next()) {
              state.put(rows.getInt(1), rows.getString(2));
            }
          }
          seen.add(state);
          synchronized (this) {
            count++;
            notifyAll();
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    synchronized void awaitTwoMore() throws InterruptedException {
      long from = count;
      while (count < from + 2) {
        wait();
      }
    }
  }

  /** A transaction of live traffic that stays open. */
  private class Live implements AutoCloseable {
    private final Connection connection;

    Live(String... statements) throws SQLException {
      connection = PostgresServer.shared().connect(database.name());
      run("SET application_name = 'traffic'");
      run("BEGIN");
      for (String statement : statements) {
        run(statement);
      }
    }

    final void run(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** Its own look for deadlocks comes later still, so that the other one is always the victim. */
  private final class DeadlockingLive extends Live {
    DeadlockingLive() throws SQLException {
      super(
          "SET deadlock_timeout = '50s'",
          "SELECT 1 FROM daily_totals WHERE user_id = 3 FOR UPDATE",
          "SAVEPOINT holding");
    }
  }

  private CompletableFuture<WriteResult> apply(LiveTable table, WriteRequest request) {
    return CompletableFuture.supplyAsync(() -> table.apply(request), threads);
  }

  private static void reach(Halt halt) {
    assertThat(halt.await(Duration.ofSeconds(30))).as("the statement was sent").isTrue();
  }

  private static void assertThatNoException(Future<?> future) {
    org.assertj.core.api.Assertions.assertThatNoException().isThrownBy(future::get);
  }

  private static void rethrow(CompletableFuture<?> result) throws Throwable {
    try {
      result.join();
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  /** Waits until as many sessions of the database wait for locks. */
  private void awaitWaiting(int sessions) {
    long end = System.nanoTime() + Duration.ofSeconds(45).toNanos();
    while (count("wait_event_type = 'Lock'") != sessions) {
      assertThat(System.nanoTime()).as(sessions + " sessions wait for locks").isLessThan(end);
    }
  }

  private long errataSessionsInTransaction() {
    return count("application_name = 'errata' AND state = 'idle in transaction'");
  }

  private long count(String condition) {
    return Long.parseLong(
        String.valueOf(
            database
                .query(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                        + condition)
                .get(0)
                .get(0)));
  }

  private LiveTable open() {
    return open(options(database.url(), LOCK_TIMEOUT, Duration.ofSeconds(60)));
  }

  private LiveTable open(LiveTableOptions options) {
    LiveTable table = LiveTables.open(options);
    opened.add(table);
    return table;
  }

  private LiveTableOptions at(PostgresProxy proxy) {
    return options(proxy.url(database.name()), LOCK_TIMEOUT, Duration.ofSeconds(60));
  }

  private LiveTableOptions impatient() {
    return options(database.url(), Duration.ofMillis(200), Duration.ofSeconds(60));
  }

  /** Looks once, so long after it began to wait that the other one waits by then, too. */
  private static LiveTableOptions lateToLookForDeadlocks() {
    return options(
        database.url() + PostgresServer.LATE_LOOK_FOR_DEADLOCKS,
        LOCK_TIMEOUT,
        Duration.ofSeconds(60));
  }

  private static LiveTableOptions statementTimeout(LiveTableOptions o, Duration timeout) {
    return options(o.url(), o.lockTimeout(), timeout);
  }

  private static LiveTableOptions options(String url, Duration lock, Duration statement) {
    return new LiveTableOptions(
        url,
        "postgres",
        null,
        "daily_totals",
        List.of("user_id", "day"),
        List.of("total"),
        null,
        Map.of(),
        lock,
        statement);
  }

  private Map<Integer, String> totals() {
    Map<Integer, String> totals = new TreeMap<>();
    database
        .query("SELECT user_id, total FROM daily_totals")
        .forEach(
            row ->
                totals.put(
                    Integer.valueOf(String.valueOf(row.get(0))), String.valueOf(row.get(1))));
    return totals;
  }

  /** What the table has to be. */
  private static Map<Integer, String> right() {
    Map<Integer, String> right = new TreeMap<>();
    for (int i = 0; i < ROWS; i++) {
      right.put(i, i + ".00");
    }
    return right;
  }

  private static List<Correction> plan(LiveTable table) {
    List<Correction> plan = diff(table, rows(table, i -> (double) i));
    assertThat(plan).hasSize(CORRECTIONS);
    return plan;
  }

  private interface Total {
    double of(int user);
  }

  private static List<Row> rows(LiveTable table, Total total) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(row(table, i, BigDecimal.valueOf(total.of(i))));
    }
    return rows;
  }

  private static Row row(LiveTable table, int user, BigDecimal total) {
    return Row.of(table.describe().values(), user, DAY, total);
  }

  /** What a plan would find, with these recomputed rows and all live ones. */
  private static List<Correction> diff(LiveTable table, List<Row> recomputed) {
    List<String> key = table.describe().key();
    Map<Row, Row> byKey = new HashMap<>();
    recomputed.forEach(row -> byKey.put(row.project(key), table.describe().conform(row)));
    List<Correction> corrections = new ArrayList<>();
    for (LiveRow live : read(table)) {
      Optional<Row> after = Optional.ofNullable(byKey.remove(live.values().project(key)));
      Diff.find(after, Optional.of(live)).ifPresent(corrections::add);
    }
    byKey
        .values()
        .forEach(
            after -> Diff.find(Optional.of(after), Optional.empty()).ifPresent(corrections::add));
    return corrections;
  }

  private static List<LiveRow> read(LiveTable table) {
    List<LiveRow> rows = new ArrayList<>();
    try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 2)) {
      for (SnapshotSplit split : snapshot.splits()) {
        try (RowReader reader = table.read(split)) {
          for (Optional<LiveRow> row = reader.next(); row.isPresent(); row = reader.next()) {
            rows.add(row.get());
          }
        }
      }
    }
    return rows;
  }

  private static WriteRequest request(LiveTable table, String plan, List<Correction> corrections) {
    return request(table, plan, corrections, ConflictPolicy.ABORT);
  }

  private static WriteRequest request(
      LiveTable table, String plan, List<Correction> corrections, ConflictPolicy policy) {
    return new WriteRequest(
        plan,
        "seal of " + plan,
        table.describe().fingerprint(),
        "daily-totals@2",
        Instant.parse("2024-06-10T00:00:00Z"),
        Instant.parse("2024-06-11T00:00:00Z"),
        new ListedCorrections(corrections),
        policy);
  }
}
