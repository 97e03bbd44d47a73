package io.errata.it;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.it.FaultPoint.Verb;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.table.WriteResult;
import io.errata.testkit.PostgresProcess;
import io.errata.testkit.PostgresProxy;
import io.errata.testkit.PostgresProxy.Halt;
import io.errata.testkit.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Hits a run at a point, and sees what is left and how it goes on. It has a database server of its
 * own, which it stops and starts. All that is chosen comes from the seed.
 */
final class FaultHarness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private static final String DATABASE = "postgres";
  private static final int KILLED = 128 + 9;
  private static final String CHECKPOINTER =
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";

  /** Each plan starts a cluster in this process, with network buffers of its own. */
  private static final Semaphore CLUSTERS = new Semaphore(2);

  /** What is done to a run. */
  enum Fault {
    KILL,
    TERM,
    INT,
    /** The server is stopped at once, and started again. */
    SERVER,
    /** The session's process of the server is killed, upon which the server restarts itself. */
    BACKEND,
    CUT,
    /** The client learns that its connection is gone, the server doesn't. */
    ABANDON,
    DELAY;

    boolean needsAProcess() {
      return this == KILL || this == TERM || this == INT;
    }
  }

  /** What comes after it. */
  enum Next {
    RETRY,
    RETRY_BY_PROCESS,
    LIVE_WRITE,
    SECOND_FAULT
  }

  /** What a run was found to be. */
  record Outcome(Fault fault, Next next, boolean written, String said, String then) {}

  private final Path folder;
  private final PostgresProcess server;
  private final PostgresProxy proxy;
  private final Map<Long, FaultCase> cases = new HashMap<>();
  private final Map<Long, PlanDirectory> plans = new HashMap<>();
  private Optional<Halt> armed = Optional.empty();

  FaultHarness(Path folder) {
    this.folder = folder;
    this.server =
        PostgresProcess.start(
            PostgresServer.shared().programs(),
            "fsync=off",
            "deadlock_timeout=100ms",
            "autovacuum_naptime=1s",
            "max_connections=50");
    this.proxy = PostgresProxy.to(server.port());
    execute(
        "CREATE TABLE public.live (user_id text PRIMARY KEY, total bigint, events bigint, note text)");
  }

  /** One run; fails with what is wrong. */
  Outcome run(FaultPoint point, long seed) {
    Random random = new Random((seed * 1_000_003 + point.ordinal()) * 0x9E3779B97F4A7C15L);
    FaultCase data = cases.computeIfAbsent(seed, s -> FaultCase.of(s, folder));
    Fault fault = fault(point, seed, random);
    release();
    restore(data);
    return point.verb() == Verb.PLAN
        ? planning(() -> plan(point, data, fault, random))
        : write(point, data, fault, random);
  }

  private static <T> T planning(Supplier<T> task) {
    CLUSTERS.acquireUninterruptibly();
    try {
      return task.get();
    } finally {
      CLUSTERS.release();
    }
  }

  /** Whatever a run before left halted, also where it was wrong. */
  private void release() {
    armed.ifPresent(Halt::cut);
    armed = Optional.empty();
    proxy.cut();
  }

  private Halt arm(FaultPoint point) {
    Halt halt = proxy.haltAt(point.statement(), point.moment());
    armed = Optional.of(halt);
    return halt;
  }

  /** Whether runs with a seed are processes of their own: these take seconds to start. */
  static boolean startsProcesses(long seed) {
    return seed % 10 == 1;
  }

  private static Fault fault(FaultPoint point, long seed, Random random) {
    if (startsProcesses(seed)) {
      return List.of(Fault.KILL, Fault.KILL, Fault.TERM, Fault.INT).get(random.nextInt(4));
    }
    if (point.statement().isEmpty()) {
      return List.of(Fault.SERVER, Fault.CUT).get(random.nextInt(2));
    }
    return List.of(
            Fault.CUT,
            Fault.CUT,
            Fault.CUT,
            Fault.ABANDON,
            Fault.DELAY,
            Fault.SERVER,
            Fault.BACKEND)
        .get(random.nextInt(7));
  }

  // --- apply and rollback

  private Outcome write(FaultPoint point, FaultCase data, Fault fault, Random random) {
    PlanDirectory plan =
        plans.computeIfAbsent(data.seed(), s -> planOf(data, server.url(DATABASE)));
    check(
        plan.manifest().corrections().total() == data.corrections(),
        "the plan has as many corrections as damage was done");
    boolean back = point.verb() == Verb.ROLLBACK;
    if (back) {
      Runs.apply(draft(data, server.url(DATABASE)), plan);
    }
    List<String> from = back ? data.planned() : data.before();
    List<String> to = back ? data.before() : data.planned();
    check(dump().equals(from), "the table is as it has to be before the fault");

    String said = hit(point, data, plan, fault, random, true);
    awaitNoSession();
    List<String> now = dump();
    boolean written = now.equals(to);
    check(written || now.equals(from), "the table is as before or as planned; it said: " + said);
    checkLedger(plan, point.verb(), written, back);
    checkHonest(said, written);

    Next next = next(seedOf(data), random);
    String then = goOn(next, point, data, plan, written, random);
    checkNothingIsHeld();
    return new Outcome(fault, next, written, said, then);
  }

  private static long seedOf(FaultCase data) {
    return data.seed();
  }

  private static Next next(long seed, Random random) {
    if (seed % 25 == 3) {
      return Next.RETRY_BY_PROCESS;
    }
    return List.of(Next.RETRY, Next.RETRY, Next.LIVE_WRITE, Next.SECOND_FAULT)
        .get(random.nextInt(4));
  }

  private String goOn(
      Next next,
      FaultPoint point,
      FaultCase data,
      PlanDirectory plan,
      boolean written,
      Random random) {
    boolean back = point.verb() == Verb.ROLLBACK;
    List<String> to = back ? data.before() : data.planned();
    boolean done = written;
    if (next == Next.LIVE_WRITE) {
      return meetLiveWrite(point, data, plan, written, random);
    }
    if (next == Next.SECOND_FAULT) {
      List<FaultPoint> others =
          Stream.of(FaultPoint.values()).filter(p -> p.verb() == point.verb()).toList();
      String said =
          hit(
              others.get(random.nextInt(others.size())),
              data,
              plan,
              random.nextBoolean() ? Fault.CUT : Fault.BACKEND,
              random,
              false);
      awaitNoSession();
      List<String> now = dump();
      check(now.equals(to) || !written, "what was written stays; it said: " + said);
      check(
          now.equals(to) || now.equals(back ? data.planned() : data.before()),
          "the table is as before or as planned after a second fault");
      done = now.equals(to);
    }
    String outcome;
    if (next == Next.RETRY_BY_PROCESS) {
      ErrataProcess.Ended ended =
          ErrataProcess.run(
              folder,
              Map.of(),
              back ? "rollback" : "apply",
              plan.location().replaceFirst("^file:", ""),
              "--json");
      check(ended.status() == 0, "the next " + point.verb() + " ends with 0: " + ended.err());
      outcome = ended.document(back ? "rollback" : "apply").get("outcome").asText();
    } else {
      outcome =
          word(
              (back
                      ? Runs.rollback(draft(data, server.url(DATABASE)), plan)
                      : Runs.apply(draft(data, server.url(DATABASE)), plan))
                  .outcome());
    }
    check(
        outcome.equals(done ? "already-applied" : "applied"),
        "the next one " + (done ? "says that it was done" : "does it") + ", not: " + outcome);
    check(dump().equals(to), "the table is as planned after the next one");
    checkLedger(plan, point.verb(), true, back);
    return outcome;
  }

  /** Somebody writes a row that is, or was, to be corrected: that is never overwritten. */
  private String meetLiveWrite(
      FaultPoint point, FaultCase data, PlanDirectory plan, boolean written, Random random) {
    boolean back = point.verb() == Verb.ROLLBACK;
    String key = data.corrected().get(random.nextInt(data.corrected().size()));
    execute("UPDATE public.live SET total = 424242, note = 'live' WHERE user_id = '" + key + "'");
    List<String> live = dump();
    boolean skip = random.nextBoolean() && data.corrections() > 1;
    SpecDraft draft = draft(data, server.url(DATABASE)).set("conflicts", skip ? "skip" : "abort");
    WriteResult result = back ? Runs.rollback(draft, plan) : Runs.apply(draft, plan);
    List<String> expected;
    WriteResult.Outcome outcome;
    if (written) {
      outcome = WriteResult.Outcome.ALREADY_APPLIED;
      expected = live;
    } else if (skip) {
      outcome = WriteResult.Outcome.APPLIED;
      List<String> to = new ArrayList<>(back ? data.before() : data.planned());
      to.removeIf(row -> row.startsWith(key + "\t"));
      live.stream().filter(row -> row.startsWith(key + "\t")).forEach(to::add);
      expected = to.stream().sorted().toList();
    } else {
      outcome = WriteResult.Outcome.CONFLICT;
      expected = live;
    }
    check(
        result.outcome() == outcome, "a live write makes it " + outcome + ": " + result.outcome());
    check(dump().equals(expected), "a live write stays, and nothing else is touched");
    return word(result.outcome());
  }

  private static String word(WriteResult.Outcome outcome) {
    return outcome.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /**
   * Runs it against the proxy, hits it, and tells what it said at its end.
   *
   * @param surely whether the point has to be reached: after a first fault it may all have been
   *     done
   */
  private String hit(
      FaultPoint point,
      FaultCase data,
      PlanDirectory plan,
      Fault fault,
      Random random,
      boolean surely) {
    Halt halt = arm(point);
    boolean back = point.verb() == Verb.ROLLBACK;
    if (fault.needsAProcess()) {
      try (ErrataProcess process =
          ErrataProcess.start(
              folder,
              Map.of(),
              back ? "rollback" : "apply",
              plan.location().replaceFirst("^file:", ""),
              "--set",
              "table.jdbc.url=" + proxy.url(DATABASE),
              "--set",
              "table.statement-timeout=PT30S",
              "--json")) {
        watch(() -> halt.await(Duration.ZERO) || !process.isAlive(), point + " is reached");
        checkReached(halt, point, process);
        send(process, fault);
        if (fault == Fault.KILL) {
          // What it had sent may still come through.
          decide(halt, random.nextInt(3));
        } else {
          pause(random.nextInt(200));
          halt.pass();
        }
        int status = process.await().status();
        check(fault != Fault.KILL || status == KILLED, "it was killed, not: " + status);
        return "status " + status;
      }
    }
    // After which the server ends what a client left that it isn't told to be gone.
    SpecDraft draft = draft(data, proxy.url(DATABASE)).set("table.statement-timeout", "PT8S");
    CompletableFuture<String> ending =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                WriteResult result = back ? Runs.rollback(draft, plan) : Runs.apply(draft, plan);
                return word(result.outcome());
              } catch (ErrataException e) {
                return e.code() + ": " + e.getMessage();
              }
            });
    try {
      CompletableFuture<?> reached = CompletableFuture.runAsync(() -> halt.await(PATIENCE));
      CompletableFuture.anyOf(reached, ending).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (halt.await(Duration.ZERO)) {
        act(fault, halt, random);
      } else {
        halt.pass();
        check(!surely, point + " is reached; it said: " + ending.join());
      }
      return ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(point + " did not end after " + fault, e);
    }
  }

  private static void checkReached(Halt halt, FaultPoint point, ErrataProcess process) {
    if (!halt.await(Duration.ZERO)) {
      check(false, point + " is reached: " + process.await().err());
    }
  }

  /** Sends a signal to a process that may be about to end by itself. */
  private static void send(ErrataProcess process, Fault fault) {
    try {
      check(
          fault != Fault.INT || process.hearsInterrupt(),
          "Ctrl-C reaches it; start the tests in the foreground");
      process.signal(fault.name());
    } catch (AssertionError | RuntimeException e) {
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  private static void decide(Halt halt, int choice) {
    switch (choice) {
      case 0 -> halt.pass();
      case 1 -> halt.cut();
      default -> halt.abandon();
    }
  }

  private void act(Fault fault, Halt halt, Random random) {
    switch (fault) {
      case SERVER -> {
        server.stopAtOnce();
        halt.cut();
        pause(random.nextInt(300));
        server.start();
      }
      case BACKEND -> {
        List<String> before = query(CHECKPOINTER);
        boolean killed = killBackend();
        halt.cut();
        if (killed) {
          // It takes the server a moment to notice; then it ends all sessions.
          await(() -> !query(CHECKPOINTER).equals(before), "the server has restarted itself");
        }
      }
      case CUT -> halt.cut();
      case ABANDON -> halt.abandon();
      case DELAY -> {
        pause(random.nextInt(400));
        halt.pass();
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }

  private boolean killBackend() {
    List<String> pids =
        query(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'errata' ORDER BY xact_start NULLS LAST LIMIT 1");
    for (String pid : pids) {
      if (ProcessHandle.of(Long.parseLong(pid))
          .filter(ProcessHandle::destroyForcibly)
          .isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** What it said has to be so. */
  private static void checkHonest(String said, boolean written) {
    if (said.equals("applied") || said.equals("already-applied") || said.equals("status 0")) {
      check(written, "it said " + said + ", so it is written");
    }
    if (said.startsWith(ErrorCode.UNAVAILABLE.name()) && !said.contains("which was written")) {
      check(!written, "it said that nothing is written: " + said);
    }
  }

  private void checkLedger(PlanDirectory plan, Verb verb, boolean written, boolean back) {
    boolean there = query("SELECT to_regclass('public.errata_ledger')::text").get(0) != null;
    List<String> entries =
        there
            ? query(
                "SELECT action || ' ' || inserted + updated + deleted || ' ' ||"
                    + " (SELECT count(*) FROM public.errata_ledger_row r WHERE r.ledger = l.id)"
                    + " FROM public.errata_ledger l WHERE plan = '"
                    + plan.manifest().plan()
                    + "' ORDER BY id")
            : List.of();
    String rows = " " + plan.manifest().corrections().total();
    List<String> expected = new ArrayList<>();
    if (back || written) {
      expected.add("APPLY" + rows + rows);
    }
    if (back && written) {
      expected.add("ROLLBACK" + rows + rows);
    }
    check(entries.equals(expected), "the ledger has " + expected + " for " + verb + ": " + entries);
  }

  // --- plan

  private Outcome plan(FaultPoint point, FaultCase data, Fault fault, Random random) {
    Path root = folder.resolve("plans-" + point + "-" + data.seed());
    deleteTree(root);
    SpecDraft draft = draft(data, proxy.url(DATABASE)).set("plans", root.toString());
    Halt halt = point.statement().isEmpty() ? null : arm(point);
    String said;
    if (fault.needsAProcess()) {
      Path spec = folder.resolve("spec-" + data.seed() + ".yaml");
      write(spec, draft.text());
      try (ErrataProcess process =
          ErrataProcess.start(folder, Map.of(), "plan", spec.toString(), "--json")) {
        if (halt == null) {
          watch(() -> seen(point, root) || !process.isAlive(), point + " is reached");
        } else {
          watch(() -> halt.await(Duration.ZERO) || !process.isAlive(), point + " is reached");
          checkReached(halt, point, process);
        }
        send(process, fault);
        if (halt != null) {
          halt.pass();
        }
        said = "status " + process.await().status();
      }
    } else {
      CompletableFuture<String> ending =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return Runs.plan(draft).manifest().plan();
                } catch (ErrataException e) {
                  return e.code() + ": " + e.getMessage();
                }
              });
      if (halt == null) {
        watch(() -> seen(point, root) || ending.isDone(), point + " is reached");
        if (fault == Fault.SERVER) {
          server.stopAtOnce();
          server.start();
        } else {
          proxy.cut();
        }
      } else {
        watch(() -> halt.await(Duration.ZERO) || ending.isDone(), point + " is reached");
        check(halt.await(Duration.ZERO), point + " is reached; it said: " + ending.getNow(""));
        act(fault, halt, random);
      }
      try {
        said = ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException | TimeoutException e) {
        throw new AssertionError(point + " did not end after " + fault, e);
      }
    }
    check(dump().equals(data.before()), "planning writes nothing into the table");
    List<String> found = PlanDirectory.find(FlinkPlanStorage.at(root.toString()));
    for (String id : found) {
      PlanDirectory.open(FlinkPlanStorage.at(root.toString()), id).verifySeal();
    }
    boolean there = !found.isEmpty();
    PlanDirectory next =
        Runs.plan(
            draft(data, server.url(DATABASE)).set("plans", root.toString()).parse(),
            new PlannerOptions(2, InputOrder.AS_READ));
    next.verifySeal();
    check(
        next.manifest().corrections().total() == data.corrections(),
        "the next plan has all corrections");
    check(
        !there || found.equals(List.of(next.manifest().plan())),
        "the next plan has the same id: " + found);
    check(
        names(root).equals(List.of(next.manifest().plan())),
        "nothing else is left in the folder of plans: " + names(root));
    checkNothingIsHeld();
    deleteTree(root);
    return new Outcome(fault, Next.RETRY, there, said, "planned");
  }

  private static boolean seen(FaultPoint point, Path root) {
    return switch (point) {
      case PLAN_SEALING -> names(root).stream().anyMatch(name -> name.matches("[0-9a-f]{32}"));
      default ->
          names(root).stream()
              .filter(name -> name.startsWith(".staging-"))
              .anyMatch(name -> !names(root.resolve(name).resolve("files/corrections")).isEmpty());
    };
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  // --- the database

  private SpecDraft draft(FaultCase data, String url) {
    return new SpecDraft()
        .set("name", "faults")
        .set("table.jdbc.url", url)
        .set("table.jdbc.user", "postgres")
        .set("table.lock-timeout", "PT20S")
        .set("table.statement-timeout", "PT60S")
        .set("limits.corrections", "100%")
        .set("limits.deletes", "100%")
        .set("plans", folder.resolve("plans-" + data.seed()).toString())
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(data.events(), "", "csv")
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .table("public.live", List.of("user_id"), List.of("total", "events"))
        .set("table.owns", "true")
        .aggregate(
            Map.of("user_id", "user_id"), Map.of("total", "sum(value)", "events", "count()"));
  }

  private PlanDirectory planOf(FaultCase data, String url) {
    return planning(() -> Runs.plan(draft(data, url)));
  }

  private void restore(FaultCase data) {
    awaitNoSession();
    execute(
        "DROP TABLE IF EXISTS public.errata_ledger_row, public.errata_ledger; TRUNCATE public.live");
    try (Connection connection = connect()) {
      CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
      copy.copyIn(
          "COPY public.live FROM STDIN",
          new ByteArrayInputStream(
              (String.join("\n", data.before()) + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (SQLException | IOException e) {
      throw new IllegalStateException("Cannot fill the table", e);
    }
  }

  /** Every byte of the table. */
  private List<String> dump() {
    try (Connection connection = connect()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY public.live TO STDOUT", out);
      return out.toString(StandardCharsets.UTF_8).lines().sorted().toList();
    } catch (SQLException | IOException e) {
      throw new IllegalStateException("Cannot read the table", e);
    }
  }

  /**
   * Nobody's client is there any more; the server has to notice that by itself. Left out is a
   * session that waits for the rest of a COPY into its own staging table, outside a transaction: it
   * holds nothing that anybody else needs, and a server learns only from the network that nothing
   * more will come. The proxy, which is there still, doesn't tell it.
   */
  private void awaitNoSession() {
    await(
        () ->
            query(
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'errata'"
                        + " AND state <> 'idle' AND query NOT LIKE 'COPY pg_temp.errata_stage%'")
                .isEmpty(),
        "the server has ended what was under way");
  }

  private void checkNothingIsHeld() {
    check(query("SELECT gid FROM pg_prepared_xacts").isEmpty(), "no prepared transaction is left");
    // Sessions that a half-open connection keeps hold nothing; their staging tables go with them.
    proxy.cut();
    await(
        () ->
            query(
                    "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.pid <> pg_backend_pid()"
                        + " AND (l.relation = 'public.live'::regclass OR l.locktype = 'advisory')"
                        + " AND a.backend_type = 'client backend'")
                .isEmpty(),
        "no lock is left");
  }

  /**
   * After a crash of the server it is the server that removes temporary tables, as soon as it
   * cleans up (autovacuum).
   */
  void checkNoStagingIsLeft() {
    await(
        () -> query("SELECT 1 FROM pg_class WHERE relname = 'errata_stage'").isEmpty(),
        "no staging table is left");
  }

  private void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Asks until the server answers: it may be about to restart. */
  private List<String> query(String sql) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Connection connection = server.connect(DATABASE);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        List<String> found = new ArrayList<>();
        while (rows.next()) {
          found.add(rows.getString(1));
        }
        return found;
      } catch (SQLException e) {
        if (!isRestart(e) || System.nanoTime() > end) {
          throw new IllegalStateException(sql, e);
        }
        pause(20);
      }
    }
  }

  /** A connection to a server that may be restarting. */
  private Connection connect() throws SQLException {
    query("SELECT 1");
    return server.connect(DATABASE);
  }

  private static boolean isRestart(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && (state.startsWith("08") || state.startsWith("57P"));
  }

  private static void check(boolean so, String what) {
    if (!so) {
      throw new AssertionError("It is not so that " + what);
    }
  }

  /** Waits for something that costs a question to the server to see. */
  private static void await(BooleanSupplier condition, String what) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      long waited = System.nanoTime() - start;
      check(waited < PATIENCE.toNanos(), what);
      pause(Math.min(250, 10 + TimeUnit.NANOSECONDS.toMillis(waited) / 4));
    }
  }

  /** Waits for something that is over soon. */
  private static void watch(BooleanSupplier condition, String what) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      check(System.nanoTime() - start < PATIENCE.toNanos(), what);
      pause(2);
    }
  }

  /** A delay is a fault, or the distance of two looks at something that tells nobody. */
  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : new TreeSet<>(files.toList()).descendingSet()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
