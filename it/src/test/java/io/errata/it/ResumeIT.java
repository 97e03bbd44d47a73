package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.plan.RunProgress;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.RunStatus.State;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A plan in streaming execution that is interrupted anywhere goes on to the plan that it would have
 * made. {@code -Derrata.resume.moments=20} kills the process at so many moments; {@code
 * -Derrata.resume.seed=…} chooses others.
 */
class ResumeIT {
  private static final int MOMENTS = Integer.getInteger("errata.resume.moments", 4);
  private static final long SEED = Long.getLong("errata.resume.seed", 20261121);
  private static final PlannerOptions OPTIONS = new PlannerOptions(2, InputOrder.AS_READ);
  private static final int FILES = 8;
  private static final int EVENTS = 800;
  private static final int USERS = 300;

  @TempDir private Path folder;
  private Path plans;

  @BeforeEach
  void writeEventsAndRows() throws IOException {
    plans = folder.resolve("plans");
    Files.createDirectories(folder.resolve("archive"));
    Random random = new Random(1);
    Instant start = Instant.parse("2024-06-10T00:00:00Z");
    List<String> copies = new ArrayList<>();
    long[] totals = new long[USERS];
    for (int f = 0; f < FILES; f++) {
      List<String> lines = new ArrayList<>(copies);
      copies.clear();
      for (int i = 0; i < EVENTS; i++) {
        int user = random.nextInt(USERS);
        int amount = random.nextInt(1_000);
        totals[user] += amount;
        String line =
            "{\"id\":\"e%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":%d}"
                .formatted(f * EVENTS + i, start.plusSeconds(random.nextInt(86_400)), user, amount);
        lines.add(line);
        if (i % 50 == 0) {
          copies.add(line);
        }
      }
      // Two that can't be read: of one the key is known.
      lines.add(
          "{\"id\":\"bad%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":\"?\"}"
              .formatted(f, start, f));
      Files.writeString(
          folder.resolve("archive/part-" + f + ".jsonl"), String.join("\n", lines) + "\n");
    }
    StringBuilder rows = new StringBuilder("user,total\n");
    for (int user = 0; user < USERS; user++) {
      rows.append("u").append(user).append(',').append(totals[user] + (user % 10 == 0 ? 1 : 0));
      rows.append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows.append("nobody,5\n"));
  }

  private SpecDraft draft() {
    return new SpecDraft()
        .set("name", "totals")
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "long"))
        .aggregate(Map.of("user", "user"), Map.of("total", "sum(amount)"))
        .set("table.csv.path", folder.resolve("rows.csv").toString())
        .set("table.csv.types", Map.of("total", "long"))
        .set("table.key", List.of("user"))
        .set("table.owns", "true")
        .set("limits.corrections", "100%")
        .set("limits.deletes", "100%")
        .set("limits.quarantine", "100%")
        .set("plans", plans.toString());
  }

  private SpecDraft slow() {
    return draft()
        .set("limits.rate", "2000/s")
        .set("execution.mode", "streaming")
        .set("execution.checkpoints.interval", "PT0.2S");
  }

  private Spec slow(int eventsPerSecond) {
    return SpecParser.parseText(
        slow().set("limits.rate", eventsPerSecond + "/s").text(), List.of());
  }

  /** What batch execution finds. */
  private PlanManifest expected() {
    PlanManifest manifest =
        Runs.plan(draft().set("plans", folder.resolve("expected").toString())).manifest();
    assertThat(manifest.rows().update()).isEqualTo(29);
    assertThat(manifest.rows().delete()).isEqualTo(1);
    assertThat(manifest.rows().quarantined()).isEqualTo(8);
    assertThat(manifest.events().duplicates()).isEqualTo((FILES - 1) * EVENTS / 50);
    return manifest;
  }

  private List<RunStatus> runs() {
    return io.errata.jobs.plan.Runs.list(plans.toString());
  }

  private PlanDirectory resume(String id) {
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      return planner.resume(plans.toString(), id, JobPlace.HERE);
    }
  }

  /** Nothing is left of an ended run but a record of which plan it gave. */
  private void assertNothingIsKept() throws IOException {
    try (Stream<Path> all = Files.walk(plans)) {
      assertThat(all.filter(path -> path.toString().contains(".run-")).filter(Files::isRegularFile))
          .allSatisfy(path -> assertThat(path).hasFileName("run.json"));
    }
  }

  @Test
  void killedAtAnyMoment_goesOnToTheSamePlan() throws Exception {
    PlanManifest expected = expected();
    Path spec = Files.writeString(folder.resolve("spec.yaml"), slow().text());
    long begun;
    long kept;
    long done;
    try (ErrataProcess process = ErrataProcess.start(folder, Map.of(), "plan", spec.toString())) {
      process.awaitError("recompute and compare");
      begun = System.nanoTime();
      process.await(() -> Runs.lastCheckpoint(plans) > 0, "the first checkpoint");
      kept = System.nanoTime();
      assertThat(process.await().status()).isZero();
      done = System.nanoTime();
    }
    assertThat(runs())
        .singleElement()
        .satisfies(run -> assertThat(run.state()).isEqualTo(State.ENDED));
    Random random = new Random(SEED);
    int[] ended = new int[3];
    for (int moment = 0; moment < MOMENTS; moment++) {
      removePlans();
      // One in four is before the first checkpoint, or soon behind it.
      boolean early = moment % 4 == 0;
      long wait = (long) (random.nextDouble() * (early ? kept - begun : done - kept));
      try (ErrataProcess process = ErrataProcess.start(folder, Map.of(), "plan", spec.toString())) {
        process.awaitError("recompute and compare");
        if (!early) {
          process.await(() -> Runs.lastCheckpoint(plans) > 0, "the first checkpoint");
        }
        TimeUnit.NANOSECONDS.sleep(wait);
        process.signal("KILL");
        process.await();
      }
      RunStatus run = runs().get(0);
      boolean checkpoint = Runs.lastCheckpoint(Path.of(run.folder())) > 0;
      if (run.state() == State.ENDED) {
        ended[2]++;
        assertThat(run.plan()).contains(expected.plan());
      } else {
        ended[checkpoint ? 0 : 1]++;
        assertThat(run.state()).isEqualTo(State.INTERRUPTED);
        Runs.assertSame(resume(run.id()), expected);
      }
      assertThat(runs())
          .singleElement()
          .satisfies(r -> assertThat(r.plan()).contains(expected.plan()));
      assertNothingIsKept();
    }
    System.out.printf(
        "killed at %d moments (seed %d): %d went on from a checkpoint, %d were before the first, %d had ended%n",
        MOMENTS, SEED, ended[0], ended[1], ended[2]);
    assertThat(ended[0]).isPositive();
  }

  private void removePlans() throws IOException {
    try (Stream<Path> all = Files.walk(plans)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  private RunStatus interrupted(Runnable meanwhile) {
    return interrupted(0, meanwhile);
  }

  /**
   * Plans until so many steps are in a checkpoint, does something then, and stops.
   *
   * @param steps as progress counts them: an event is read, and then deduped
   */
  private RunStatus interrupted(long steps, Runnable meanwhile) {
    return interrupted(steps, meanwhile, planner -> planner.plan(slow(500), OPTIONS));
  }

  private RunStatus interrupted(
      long steps, Runnable meanwhile, Function<Planner, PlanDirectory> planning) {
    AtomicLong wanted = new AtomicLong(Long.MAX_VALUE);
    AtomicReference<Path> run = new AtomicReference<>();
    AtomicReference<Thread> stopping = new AtomicReference<>();
    AtomicReference<Planner> planner = new AtomicReference<>();
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void resumable(String id, String folder) {
            run.set(Path.of(folder));
          }

          @Override
          public void stage(String name) {}

          @Override
          public void advance(long done, long expected) {
            long last = Runs.lastCheckpoint(run.get());
            if (done >= steps && wanted.get() == Long.MAX_VALUE) {
              // The next may have begun already.
              wanted.set(steps == 0 ? 1 : last + 2);
            }
            if (stopping.get() == null && last >= wanted.get()) {
              meanwhile.run();
              stopping.set(new Thread(planner.get()::close));
              stopping.get().start();
            }
          }
        };
    planner.set(new Planner(progress));
    assertThatThrownBy(() -> planning.apply(planner.get()))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
              assertThat(e.next()).startsWith("Go on where it was: errata resume " + run.get());
            });
    return runs().get(0);
  }

  private void assertRefused(String id, ErrorCode code, String... parts) {
    assertThatThrownBy(() -> resume(id))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  private static void change(RunStatus run, String from, String to) throws IOException {
    Path record = Path.of(run.folder(), "run.json");
    String text = Files.readString(record);
    assertThat(text).contains(from);
    Files.writeString(record, text.replace(from, to));
  }

  @Test
  void stopped_goesOnOnlyWithWhatItBeganWith() throws Exception {
    PlanManifest expected = expected();
    RunStatus run =
        interrupted(
            () -> {
              RunStatus alive = runs().get(0);
              assertThat(alive.state()).isEqualTo(State.ALIVE);
              assertRefused(alive.id(), ErrorCode.INVALID_PLAN, "Cannot resume run", "still alive");
              assertThatThrownBy(() -> io.errata.jobs.plan.Runs.drop(plans.toString(), alive.id()))
                  .hasMessageContaining("Cannot drop run")
                  .hasMessageContaining("still alive");
            });
    assertThat(run.state()).isEqualTo(State.INTERRUPTED);

    assertRefused("0123456789abcdef", ErrorCode.INVALID_PLAN, "Cannot find run 0123456789abcdef");

    change(run, "\"worker\" : \"aggregate\"", "\"worker\" : \"totals@1\"");
    assertRefused(run.id(), ErrorCode.INVALID_WORKER, "it began with other code", "totals@1");
    change(run, "\"worker\" : \"totals@1\"", "\"worker\" : \"aggregate\"");

    String record = Files.readString(Path.of(run.folder(), "run.json"));
    String code = record.replaceAll("(?s).*\"code\" : \"([0-9a-f]+)\".*", "$1");
    change(run, code, "0".repeat(64));
    assertRefused(run.id(), ErrorCode.INVALID_WORKER, "whose classes differ");
    change(run, "0".repeat(64), code);

    Path part = folder.resolve("archive/part-3.jsonl");
    byte[] content = Files.readAllBytes(part);
    var modified = Files.getLastModifiedTime(part);
    Files.writeString(part, Files.readString(part) + "\n");
    assertRefused(
        run.id(), ErrorCode.INVALID_SOURCE, "the source changed since it began", "part-3.jsonl");
    Files.write(part, content);
    Files.setLastModifiedTime(part, modified);

    Path rows = folder.resolve("rows.csv");
    String before = Files.readString(rows);
    Files.writeString(rows, before.replaceFirst("user,total", "user,total,more"));
    assertThatThrownBy(() -> resume(run.id())).isInstanceOf(ErrataException.class);
    Files.writeString(rows, before);

    // None of these has cost it anything.
    Runs.assertSame(resume(run.id()), expected);
    assertNothingIsKept();
    assertRefused(run.id(), ErrorCode.INVALID_PLAN, "it has ended, with plan " + expected.plan());
  }

  /**
   * What was read before is not read again: of two files nothing is left but their size and time.
   */
  @Test
  void stopped_readsOnlyWhatWasNotRead() throws Exception {
    PlanManifest expected = expected();
    long ofTwoFiles = 2 * 2 * (EVENTS + EVENTS / 50 + 1);
    RunStatus run = interrupted(ofTwoFiles + ofTwoFiles / 2, () -> {});
    for (int part = 0; part < 2; part++) {
      Path file = folder.resolve("archive/part-" + part + ".jsonl");
      var modified = Files.getLastModifiedTime(file);
      Files.write(file, new byte[(int) Files.size(file)]);
      Files.setLastModifiedTime(file, modified);
    }
    Runs.assertSame(resume(run.id()), expected);
  }

  /** It stays one: with the id, the limits and the evidence of a retry. */
  @Test
  void retryOfEveryKey_goesOnAsThat() throws Exception {
    Path part = folder.resolve("archive/part-0.jsonl");
    String whole = Files.readString(part);
    Files.writeString(part, whole + "no JSON\n");
    PlanDirectory barred = Runs.plan(draft());
    assertThat(barred.manifest().rows().quarantined()).isEqualTo(USERS);
    Files.writeString(part, whole);
    SpecDraft mended = draft().set("limits.missing-coverage", "allow");
    PlanManifest expected;
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      expected =
          planner
              .retry(
                  mended.copy().set("plans", folder.resolve("expected").toString()).parse(),
                  OPTIONS,
                  barred)
              .manifest();
    }
    assertThat(expected.rows().update()).isEqualTo(29);
    assertThat(expected.coverage().gaps())
        .singleElement()
        .satisfies(gap -> assertThat(gap.reason()).contains("it was replaced since"));
    Spec slow =
        SpecParser.parseText(
            slow().set("limits.missing-coverage", "allow").set("limits.rate", "500/s").text(),
            List.of());
    RunStatus run = interrupted(0, () -> {}, planner -> planner.retry(slow, OPTIONS, barred));

    Path retried = Path.of(barred.location());
    Path away = Files.move(retried, folder.resolve("away"));
    assertRefused(
        run.id(),
        ErrorCode.INVALID_PLAN,
        "Cannot resume run " + run.id(),
        "it retries plan " + barred.manifest().plan() + ", which can't be read");
    Files.move(away, retried);
    PlanDirectory plan = resume(run.id());
    Runs.assertSame(plan, expected);
    assertThat(plan.manifest().retry()).isPresent().isEqualTo(expected.retry());
  }

  /**
   * The one regular checkpoint is made at the start, so that it goes on from the one that the pause
   * makes: of two files that were read nothing is left but their size and time.
   */
  @Test
  void paused_goesOnFromThere() throws Exception {
    PlanManifest expected = expected();
    Path spec =
        Files.writeString(
            folder.resolve("spec.yaml"),
            slow()
                .set("limits.rate", "400/s")
                .set("execution.checkpoints.interval", "PT1H")
                .text());
    String id;
    try (ErrataProcess process =
        ErrataProcess.start(folder, Map.of(), "plan", spec.toString(), "--json")) {
      process.await(() -> processed() >= 2 * 3 * EVENTS, "the events of three files");
      id = runs().get(0).id();
      ErrataProcess.Ended pause = errata("pause", id.substring(0, 8), "--json");
      assertThat(pause.status()).as(pause.err()).isZero();
      JsonNode told = pause.document("pause");
      assertThat(told.path("run").asText()).isEqualTo(id);
      assertThat(told.path("resume").asText()).isEqualTo("errata resume plans/.run-" + id);
      ErrataProcess.Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.document("plan").at("/error/message").asText())
          .isEqualTo("Cannot finish the plan: run " + id + " was paused");
      assertThat(ended.document("plan").at("/error/next").asText())
          .startsWith("Go on where it was: errata resume " + plans.resolve(".run-" + id) + ". ");
      assertThat(ended.temporary()).isEmptyDirectory();
    }
    assertThat(PlanDirectory.find(LocalPlanStorage.of(plans))).isEmpty();
    JsonNode run = errata("status", "--json").document("status").at("/runs/0");
    assertThat(run.path("state").asText()).isEqualTo("paused");
    assertThat(run.path("resume").asText()).isEqualTo("errata resume plans/.run-" + id);
    assertThat(errata("pause", id).status()).isZero();

    for (int part = 0; part < 2; part++) {
      Path file = folder.resolve("archive/part-" + part + ".jsonl");
      var modified = Files.getLastModifiedTime(file);
      Files.write(file, new byte[(int) Files.size(file)]);
      Files.setLastModifiedTime(file, modified);
    }
    ErrataProcess.Ended resumed = errata("resume", id, "--json");
    assertThat(resumed.status()).as(resumed.err()).isZero();
    Runs.assertSame(PlanDirectory.open(LocalPlanStorage.of(plans), expected.plan()), expected);
    assertNothingIsKept();
    ErrataProcess.Ended late = errata("pause", id, "--json");
    assertThat(late.status()).as(late.out()).isEqualTo(2);
  }

  /** Between the pause's checkpoint and the first of its own, a run that goes on is killed. */
  @Test
  void pausedTwice_andKilledInBetween_goesOnToTheSamePlan() throws Exception {
    PlanManifest expected = expected();
    Spec slow =
        SpecParser.parseText(
            slow()
                .set("limits.rate", "1000/s")
                .set("execution.checkpoints.interval", "PT1H")
                .text(),
            List.of());
    RunStatus run = paused(planner -> planner.plan(slow, OPTIONS), 2 * EVENTS);
    try (ErrataProcess process = ErrataProcess.start(folder, Map.of(), "resume", run.id())) {
      // What it has processed before the pause is written down as well.
      process.await(() -> !isPaused(run) && processed() > 0, "events that have been read");
      process.signal("KILL");
      process.await();
    }
    assertThat(runs().get(0).state()).isEqualTo(State.INTERRUPTED);
    RunStatus again =
        paused(
            planner -> planner.resume(plans.toString(), run.id(), JobPlace.HERE), 2 * 2 * EVENTS);
    assertThat(again.id()).isEqualTo(run.id());
    Runs.assertSame(resume(run.id()), expected);
    assertNothingIsKept();
  }

  /** Whether nobody has gone on with a run that was paused. */
  private static boolean isPaused(RunStatus run) {
    try {
      return Files.readString(Path.of(run.folder(), "run.json")).contains("\"paused_at\"");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has a run paused once it has done so many steps. */
  private RunStatus paused(Function<Planner, PlanDirectory> planning, long steps)
      throws InterruptedException {
    AtomicReference<String> run = new AtomicReference<>();
    AtomicReference<RunStatus> paused = new AtomicReference<>();
    Thread pausing =
        new Thread(
            () ->
                paused.set(
                    io.errata.jobs.plan.Runs.pause(
                        plans.toString(), run.get(), Duration.ofMinutes(1))));
    AtomicBoolean asked = new AtomicBoolean();
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void resumable(String id, String folder) {
            run.set(id);
          }

          @Override
          public void stage(String name) {}

          @Override
          public void advance(long done, long expected) {
            if (done >= steps && !asked.getAndSet(true)) {
              pausing.start();
            }
          }
        };
    try (Planner planner = new Planner(progress)) {
      assertThatThrownBy(() -> planning.apply(planner))
          .hasMessage("Cannot finish the plan: run " + run.get() + " was paused");
    }
    pausing.join();
    assertThat(paused.get().state()).isEqualTo(State.PAUSED);
    return paused.get();
  }

  /** Steps that the run has written down. */
  private long processed() {
    return io.errata.jobs.plan.Runs.underWay(plans.toString()).stream()
        .flatMap(run -> run.progress().stream())
        .mapToLong(RunProgress::processed)
        .sum();
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }

  @Test
  void dropped_leavesNothing() {
    RunStatus run = interrupted(() -> {});
    io.errata.jobs.plan.Runs.drop(plans.toString(), run.id());
    assertThat(runs()).isEmpty();
    assertThat(plans.toFile().list()).isEmpty();
    assertRefused(run.id(), ErrorCode.INVALID_PLAN, "Cannot find run");
  }

  /** Another plan in the same folder removes what dead plans have left, but no run. */
  @Test
  void interruptedRun_isLeftAloneByOtherPlans() {
    PlanManifest expected = expected();
    RunStatus run = interrupted(() -> {});
    assertThat(Runs.plan(draft()).manifest().plan()).isEqualTo(expected.plan());
    Runs.assertSame(resume(run.id()), expected);
  }
}
