package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.errata.api.Worker;
import io.errata.servers.FreePorts;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher's command lines with a session cluster of real processes behind them. */
class SessionClusterIT {
  @TempDir private static Path home;
  private static FlinkCluster cluster;

  @TempDir private Path folder;
  private ClusterCase events;
  private Set<String> earlier;

  @BeforeAll
  static void startCluster() {
    cluster = FlinkCluster.start(home);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws IOException {
    events = ClusterCase.create(folder);
    cluster.mend();
    earlier = cluster.jobs().keySet();
  }

  @AfterEach
  void close() {
    events.close();
  }

  /** Batch, which takes minutes to read. */
  private SpecDraft slow(String plans) {
    return events.draft(plans).set("execution.mode", "batch").set("limits.rate", "20/s");
  }

  /** Waits until this test's one job is cancelled; the client doesn't wait for that for ever. */
  private void awaitCancelled() {
    cluster.await(
        () -> !jobs().contains("RUNNING") && !jobs().contains("CANCELLING"), "the job's end");
    assertThat(jobs()).containsExactly("CANCELED");
  }

  /** The states of this test's jobs. */
  private List<String> jobs() {
    Map<String, String> jobs = cluster.jobs();
    jobs.keySet().removeAll(earlier);
    return List.copyOf(jobs.values());
  }

  private ErrataProcess submit(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--parallelism", "2"));
    return onSession(all);
  }

  private ErrataProcess onSession(List<String> args) {
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("--on", "session", "--cluster", cluster.address()));
    return ErrataProcess.startJar(folder, Map.of(), all.toArray(String[]::new));
  }

  private PlanManifest plan(String plans, String id) {
    LocalPlanStorage storage = LocalPlanStorage.of(folder.resolve(plans));
    assertThat(PlanDirectory.find(storage)).containsExactly(id);
    PlanDirectory plan = PlanDirectory.open(storage, id);
    plan.verifySeal();
    return plan.manifest();
  }

  @Test
  void plansAndVerifications_areThoseOfOneProcess_severalAtOnce() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    assertThat(expected.corrections().total()).isPositive();
    String one = events.write(events.draft("one"));
    String other = events.write(events.draft("other"));
    try (ErrataProcess first = submit("plan", one, "--json");
        ErrataProcess second = submit("verify", other, "--json")) {
      ErrataProcess.Ended planned = first.await();
      assertThat(planned.status()).as(planned.err() + cluster.logs()).isZero();
      assertThat(planned.document("plan").path("plan").asText()).isEqualTo(expected.plan());
      assertThat(planned.err()).contains("recompute and compare").contains("seal the plan");
      assertThat(planned.temporary()).isEmptyDirectory();
      ErrataProcess.Ended verified = second.await();
      assertThat(verified.status()).as(verified.err() + cluster.logs()).isEqualTo(3);
      assertThat(verified.document("verify").at("/rows/update").asLong())
          .isEqualTo(expected.rows().update());
    }
    PlanManifest planned = plan("one", expected.plan());
    assertThat(planned.events()).isEqualTo(expected.events());
    assertThat(planned.coverage()).isEqualTo(expected.coverage());
    assertThat(folder.resolve("other")).isEmptyDirectory();
    assertThat(jobs()).containsExactly("FINISHED", "FINISHED");
  }

  @Test
  void planOfASessionJob_isMadeInTheJobManagerAndIsTheSame() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    String id = "00000000000000000000000000000e44";
    String jar = cluster.upload();

    HttpResponse<String> answer =
        cluster.run(jar, id, "plan", events.write(events.draft("plans")), "--parallelism", "2");

    assertThat(answer.statusCode()).as(answer.body() + cluster.logs()).isEqualTo(200);
    assertThat(answer.body()).contains("\"jobid\":\"" + id + "\"");
    PlanManifest planned = plan("plans", expected.plan());
    assertThat(planned.events()).isEqualTo(expected.events());
    assertThat(cluster.jobs()).containsEntry(id, "FINISHED");

    HttpResponse<String> failed =
        cluster.run(jar, id, "plan", folder.resolve("missing.yaml").toString());

    assertThat(failed.statusCode()).isEqualTo(400);
    assertThat(failed.body()).contains("Errata ended with exit status 2");
    // Neither end has ended the job manager.
    cluster.await();
  }

  @Test
  void killedTaskManager_inBatch_isAClearEnd_andTheNextPlanIsRight() throws IOException {
    String expected = Runs.plan(events.draft("expected")).manifest().plan();
    try (ErrataProcess client = submit("plan", events.write(slow("plans")), "--json")) {
      awaitReading(client, "plans");
      cluster.killTaskManager();
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
      assertThat(ended.document("plan").at("/error/message").asText())
          .contains("the cluster at " + cluster.address())
          .contains("lost a task manager");
      assertThat(folder.resolve("plans")).isEmptyDirectory();
    }
    try (ErrataProcess client = submit("plan", events.write(events.draft("plans")), "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected);
    }
  }

  /** Behind the reading, which the test before is about. */
  @ParameterizedTest
  @ValueSource(strings = {GatedWorker.AT_KEYS, GatedWorker.AT_REPLAY})
  void killedTaskManager_inALaterStage_isAClearEnd_andTheNextPlanIsRight(String stage)
      throws IOException {
    Path gate = folder.resolve(stage);
    events.addUser(gate.toString());
    String jar = jarOf(GatedWorker.class).toString();
    ErrataProcess.Ended local =
        errata("plan", events.write(gated("expected")), "--worker-jar", jar, "--json");
    assertThat(local.status()).as(local.err()).isZero();
    String expected = local.document("plan").path("plan").asText();

    Files.createFile(gate);
    try (ErrataProcess client =
        submit("plan", events.write(gated("plans")), "--worker-jar", jar, "--json")) {
      client.await(() -> GatedWorker.waitingAt(gate).isPresent(), "a worker at the gate");
      cluster.killTaskManager(GatedWorker.waitingAt(gate).getAsLong());
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
      assertThat(ended.document("plan").at("/error/message").asText())
          .contains("the cluster at " + cluster.address())
          .contains("lost a task manager");
      assertThat(folder.resolve("plans")).isEmptyDirectory();
    } finally {
      Files.delete(gate);
    }
    try (ErrataProcess client =
        submit("plan", events.write(gated("plans")), "--worker-jar", jar, "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected);
    }
    assertThat(plan("plans", expected).corrections().total()).isPositive();
  }

  private SpecDraft gated(String plans) {
    return events
        .draft(plans)
        .set("execution.mode", "batch")
        .set("worker", Map.of("name", "gated", "version", 1))
        .set("limits.corrections", 1_000);
  }

  @Test
  void killedJobManager_inBatch_isAClearEnd_andTheNextPlanIsRight() throws IOException {
    String expected = Runs.plan(events.draft("expected")).manifest().plan();
    try (ErrataProcess client = submit("plan", events.write(slow("plans")), "--json")) {
      awaitReading(client, "plans");
      cluster.killJobManager();
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
      assertThat(ended.document("plan").at("/error/message").asText())
          .contains("the cluster at " + cluster.address());
      assertThat(PlanDirectory.find(LocalPlanStorage.of(folder.resolve("plans")))).isEmpty();
    }
    cluster.mend();
    try (ErrataProcess client = submit("plan", events.write(events.draft("plans")), "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected);
    }
    plan("plans", expected);
  }

  @Test
  void killedJobManager_inStreaming_leavesARunThatGoesOnFromItsCheckpoint() throws IOException {
    PlanManifest expected =
        Runs.plan(events.draft("expected").set("execution.mode", "batch")).manifest();
    SpecDraft streaming =
        events
            .draft("plans")
            .streaming()
            .set("execution.checkpoints.interval", "PT0.5S")
            .set("limits.rate", "500/s");
    Path plans = folder.resolve("plans");
    String run;
    try (ErrataProcess client = submit("plan", events.write(streaming), "--json")) {
      client.await(() -> Runs.lastCheckpoint(plans) >= 2, "the second checkpoint");
      cluster.killJobManager();
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
      JsonNode told = ended.document("plan");
      run = told.path("run").asText();
      assertThat(told.at("/error/message").asText())
          .contains("the cluster at " + cluster.address() + " doesn't answer");
      assertThat(told.at("/error/next").asText())
          .startsWith("Go on where it was: errata resume " + plans.resolve(".run-" + run) + ". ");
      assertThat(PlanDirectory.find(LocalPlanStorage.of(plans))).isEmpty();
    }
    long last = Runs.lastCheckpoint(plans);
    cluster.mend();
    try (ErrataProcess client =
        onSession(List.of("resume", run, "--plans", plans.toString(), "--json"))) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("resume").path("plan").asText()).isEqualTo(expected.plan());
    }
    // The new job manager knows no other job.
    JsonNode checkpoints = cluster.checkpoints();
    assertThat(checkpoints.at("/counts/restored").asInt()).isEqualTo(1);
    assertThat(checkpoints.at("/latest/restored/id").asLong()).isEqualTo(last);
    Runs.assertSame(PlanDirectory.open(LocalPlanStorage.of(plans), expected.plan()), expected);
  }

  @Test
  void pause_freesTheSlots_andTheRunGoesOnWhereverItIsResumed() throws IOException {
    PlanManifest expected =
        Runs.plan(events.draft("expected").set("execution.mode", "batch")).manifest();
    SpecDraft streaming =
        events
            .draft("plans")
            .streaming()
            .set("execution.checkpoints.interval", "PT1H")
            .set("limits.rate", "150/s");
    Path plans = folder.resolve("plans");
    String run;
    try (ErrataProcess client = submit("plan", events.write(streaming), "--json")) {
      awaitReading(client, "plans");
      String job =
          only(errata("status", "--cluster", cluster.address(), "--json")).path("job").asText();
      ErrataProcess.Ended pause =
          errata("pause", job.substring(0, 8), "--cluster", cluster.address(), "--json");
      assertThat(pause.status()).as(pause.err() + cluster.logs()).isZero();
      run = pause.document("pause").path("run").asText();
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.document("plan").at("/error/message").asText())
          .isEqualTo("Cannot finish the plan: run " + run + " was paused");
    }
    awaitCancelled();
    // A task manager gives them back on its own, after the job's end.
    cluster.await(() -> cluster.freeSlots() == 4, "four slots without a job");
    assertThat(only(errata("status", "--cluster", cluster.address(), "--json")).path("state"))
        .hasToString("\"paused\"");
    try (ErrataProcess client = onSession(List.of("resume", run, "--json"))) {
      client.await(() -> !jobs().equals(List.of("CANCELED")), "the job that goes on");
      ErrataProcess.Ended again = errata("pause", run, "--json");
      assertThat(again.status()).as(again.err() + cluster.logs()).isZero();
      assertThat(client.await().status()).isEqualTo(1);
    }
    ErrataProcess.Ended here = errata("resume", run, "--json");
    assertThat(here.status()).as(here.err()).isZero();
    Runs.assertSame(PlanDirectory.open(LocalPlanStorage.of(plans), expected.plan()), expected);
  }

  @Test
  void haltedTaskManager_thatGoesOnInTime_costsNothingButTime() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    String spec = events.write(slow("plans").set("limits.rate", "400/s"));
    try (ErrataProcess client = submit("plan", spec, "--json")) {
      awaitReading(client, "plans");
      String halted = cluster.haltTaskManager();
      try {
        cluster.await(() -> cluster.silence(halted) >= 3_000, "three seconds without a heartbeat");
      } finally {
        cluster.wakeTaskManager(halted);
      }
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    }
    assertThat(plan("plans", expected.plan()).events()).isEqualTo(expected.events());
    assertThat(jobs()).containsExactly("FINISHED");
  }

  /** It takes itself for well when it goes on, and is taken back. */
  @Test
  void haltedTaskManager_pastTheTimeOut_isALostOne_andDoesNoHarmLater() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    try (ErrataProcess client = submit("plan", events.write(slow("plans")), "--json")) {
      awaitReading(client, "plans");
      String halted = cluster.haltTaskManager();
      try {
        ErrataProcess.Ended ended = client.await();
        assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
        assertThat(ended.document("plan").at("/error/message").asText())
            .contains("the cluster at " + cluster.address())
            .contains("lost a task manager");
        assertThat(folder.resolve("plans")).isEmptyDirectory();
      } finally {
        cluster.wakeTaskManager(halted);
      }
    }
    // The same process, under the name that it had.
    cluster.await();
    try (ErrataProcess client = submit("plan", events.write(events.draft("plans")), "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    }
    assertThat(plan("plans", expected.plan()).events()).isEqualTo(expected.events());
  }

  @Test
  void fullDisk_whereStagesSpill_isAClearEnd_andTheNextPlanIsRight() throws IOException {
    assumeThat(FlinkCluster.hasSmallDisks()).as("a disk of its own can be mounted").isTrue();
    events.addLargeEvents();
    SpecDraft draft =
        events.draft("plans").set("execution.mode", "batch").set("limits.corrections", 1_000);
    PlanManifest expected =
        Runs.plan(draft.copy().set("plans", folder.resolve("expected").toString())).manifest();
    String spec = events.write(draft);
    List<String> cramped = cluster.crampTaskManagers();
    try (ErrataProcess client = submit("plan", spec, "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isEqualTo(6);
      assertThat(ended.document("plan").at("/error/message").asText())
          .contains("disk", "No space left on device")
          .containsPattern(" of task manager (" + String.join("|", cramped) + ") \\(");
      assertThat(ended.document("plan").at("/error/next").asText()).contains("io.tmp.dirs");
      assertThat(folder.resolve("plans")).isEmptyDirectory();
    } finally {
      cluster.killTaskManagers();
    }
    cluster.mend();
    try (ErrataProcess client = submit("plan", spec, "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    }
    assertThat(plan("plans", expected.plan()).events()).isEqualTo(expected.events());
  }

  @Test
  void interrupt_cancelsTheJob() throws IOException {
    try (ErrataProcess client = submit("plan", events.write(slow("plans")), "--json")) {
      assumeThat(client.hearsInterrupt()).isTrue();
      awaitReading(client, "plans");
      client.signal("INT");
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(130);
      assertThat(ended.document("plan").at("/error/code").asText()).isEqualTo("CANCELLED");
    }
    awaitCancelled();
    assertThat(folder.resolve("plans")).isEmptyDirectory();
  }

  private static final String CTRL_C = "\u0003";

  private ErrataProcess onTerminal(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--parallelism", "2", "--on", "session", "--cluster", cluster.address()));
    return ErrataProcess.startOnTerminal(folder, all.toArray(String[]::new));
  }

  @Test
  void interruptAtATerminal_inBatch_asksWhetherToCancelOrGoOn() throws IOException {
    try (ErrataProcess client = onTerminal("plan", events.write(slow("plans")))) {
      awaitReading(client, "plans");
      client.type(CTRL_C);
      client.awaitOutput("The job can't be left running: in batch execution");
      client.type("g\n");
      client.awaitOutput("Going on.");
      assertThat(jobs()).containsExactly("RUNNING");
      client.type(CTRL_C);
      client.await(
          () -> client.output().lastIndexOf("[c/g] ") > client.output().indexOf("Going on."),
          "the question again");
      client.type("c\n");
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.out()).isEqualTo(130);
    }
    awaitCancelled();
    assertThat(folder.resolve("plans")).isEmptyDirectory();
  }

  @Test
  void interruptAtATerminal_twice_cancelsTheJob() throws IOException {
    String spec = events.write(events.draft("plans").streaming().set("limits.rate", "100/s"));
    try (ErrataProcess client = onTerminal("plan", spec)) {
      awaitReading(client, "plans");
      client.type(CTRL_C);
      client.awaitOutput("Cancel the job, leave it running, or go on? [c/l/g] ");
      client.type(CTRL_C);
      assertThat(client.await().status()).isEqualTo(130);
    }
    awaitCancelled();
  }

  @Test
  void jobThatIsLeft_goesOn_andIsWaitedForAgain_insteadOfASecondOne() throws IOException {
    PlanManifest expected =
        Runs.plan(events.draft("expected").set("execution.mode", "batch")).manifest();
    Path plans = folder.resolve("plans");
    String run = leave("150/s");
    assertThat(jobs()).containsExactly("RUNNING");
    JsonNode left = only(errata("status", "--json"));
    assertThat(left.path("state").asText()).isEqualTo("left");
    assertThat(left.path("resume").asText())
        .isEqualTo(
            "errata resume plans/.run-" + run + " --on session --cluster " + cluster.address());
    ErrataProcess.Ended here = errata("resume", run, "--json");
    assertThat(here.status()).as(here.out()).isEqualTo(2);
    assertThat(here.document("resume").at("/error/message").asText())
        .isEqualTo(
            "Cannot resume run "
                + run
                + " in this process: its job still runs at "
                + cluster.address());
    ErrataProcess.Ended drop = errata("resume", run, "--drop", "--json");
    assertThat(drop.status()).as(drop.out()).isEqualTo(2);
    assertThat(drop.err()).contains("Cannot drop run " + run + ": its job still runs at");
    ErrataProcess.Ended pause = errata("pause", run);
    assertThat(pause.status()).as(pause.out()).isEqualTo(2);
    Path record = plans.resolve(".run-" + run).resolve("run.json");
    String known = Files.readString(record);
    Files.writeString(
        record, known.replace(cluster.address(), "http://127.0.0.1:" + FreePorts.find(1)[0]));
    ErrataProcess.Ended unsure = errata("resume", run);
    assertThat(unsure.status()).as(unsure.err()).isEqualTo(6);
    assertThat(unsure.err())
        .contains("Cannot resume run " + run + ": its job may still run at http://127.0.0.1:")
        .contains("--drop, and plan again");
    Files.writeString(record, known);

    try (ErrataProcess client = onSession(List.of("resume", run, "--json"))) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("resume").path("plan").asText()).isEqualTo(expected.plan());
    }
    assertThat(jobs()).hasSize(1);
    Runs.assertSame(PlanDirectory.open(LocalPlanStorage.of(plans), expected.plan()), expected);
  }

  @Test
  void jobThatIsLeft_comesToItsEnd_andThePlanIsMadeWithoutACluster() throws IOException {
    PlanManifest expected =
        Runs.plan(events.draft("expected").set("execution.mode", "batch")).manifest();
    Path plans = folder.resolve("plans");
    String run = leave("400/s");
    cluster.await(() -> !jobs().contains("RUNNING"), "the end of the job");
    assertThat(jobs()).containsExactly("FINISHED");
    ErrataProcess.Ended here = errata("resume", run, "--json");
    assertThat(here.status()).as(here.err()).isZero();
    assertThat(jobs()).hasSize(1);
    Runs.assertSame(PlanDirectory.open(LocalPlanStorage.of(plans), expected.plan()), expected);
  }

  /** The run whose job was left as it reads. */
  private String leave(String rate) throws IOException {
    SpecDraft streaming =
        events
            .draft("plans")
            .streaming()
            .set("execution.checkpoints.interval", "PT5S")
            .set("limits.rate", rate);
    try (ErrataProcess client = onTerminal("plan", events.write(streaming))) {
      awaitReading(client, "plans");
      client.type(CTRL_C);
      client.awaitOutput("Cancel the job, leave it running, or go on? [c/l/g] ");
      client.type("l\n");
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.out()).isEqualTo(1);
      assertThat(ended.out())
          .contains(" was left, its job goes on at " + cluster.address())
          .contains(" --on session --cluster " + cluster.address() + " waits for it");
      Path folderOfRun;
      try (Stream<Path> runs = Files.list(folder.resolve("plans"))) {
        folderOfRun = runs.findFirst().orElseThrow();
      }
      return folderOfRun.getFileName().toString().substring(".run-".length());
    }
  }

  @Test
  void status_tellsHowFarRunsAre_andCancelEndsThem() throws IOException {
    try (ErrataProcess client = submit("plan", events.write(slow("plans")), "--json");
        ErrataProcess local =
            ErrataProcess.startJar(
                folder, Map.of(), "plan", events.write(slow("here")), "--json")) {
      awaitReading(client, "plans");
      JsonNode run =
          only(errata("status", "--cluster", cluster.address(), "--plans", "plans", "--json"));
      assertThat(run.path("cluster").asText()).isEqualTo(cluster.address());
      assertThat(run.path("name").asText()).isEqualTo("test");
      assertThat(run.path("state").asText()).isEqualTo("running");
      assertThat(run.path("stage").asText()).contains("events");
      assertThat(run.path("total").asLong()).isPositive();
      assertThat(run.path("processed").asLong()).isBetween(1L, run.path("total").asLong());
      assertThat(run.path("percent").asLong()).isBetween(0L, 99L);
      assertThat(run.path("rate").asDouble()).isPositive();
      assertThat(run.path("seconds_left").asLong()).isPositive();
      assertThat(run.path("folder").asText()).contains("plans/.staging-");
      assertThat(errata("status", "--cluster", cluster.address()).out())
          .contains(run.path("run").asText(), cluster.address(), "running", " %");

      awaitReading(local, "here");
      JsonNode here = only(errata("status", "--plans", "here", "--json"));
      assertThat(here.path("state").asText()).isEqualTo("alive");
      assertThat(here.path("stage").asText()).isEqualTo("recompute and compare");
      assertThat(here.has("cluster")).isFalse();
      ErrataProcess.Ended stopped =
          errata("cancel", here.path("run").asText(), "--plans", "here", "--json");
      assertThat(stopped.status()).as(stopped.err()).isZero();
      assertThat(local.await().status()).isEqualTo(143);
      assertThat(folder.resolve("here")).isEmptyDirectory();

      ErrataProcess.Ended cancelled =
          errata(
              "cancel",
              run.path("job").asText().substring(0, 8),
              "--cluster",
              cluster.address(),
              "--json");
      assertThat(cancelled.status()).as(cancelled.err()).isZero();
      assertThat(cancelled.document("cancel").path("run").asText())
          .isEqualTo(run.path("run").asText());
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.document("plan").at("/error/message").asText())
          .isEqualTo("Cannot finish the job: it was cancelled on the cluster");
      assertThat(folder.resolve("plans")).isEmptyDirectory();
    }
    awaitCancelled();
    ErrataProcess.Ended all = errata("status", "--cluster", cluster.address(), "--all", "--json");
    assertThat(all.document("status").path("runs"))
        .filteredOn(run -> !earlier.contains(run.path("job").asText()))
        .singleElement()
        .satisfies(run -> assertThat(run.path("state").asText()).isEqualTo("canceled"));
  }

  @Test
  void workerOfAJar_isTheSameHereAndThere() throws IOException {
    Path jar = jarOf(DoubledWorker.class);
    String here = events.write(doubled("here"));
    String there = events.write(doubled("there"));
    ErrataProcess.Ended without = errata("plan", here, "--json");
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.document("plan").at("/error/message").asText())
        .startsWith("Cannot find worker doubled");
    ErrataProcess.Ended checked = errata("check", here, "--worker-jar", jar.toString(), "--json");
    assertThat(checked.status()).as(checked.out()).isZero();
    ErrataProcess.Ended local = errata("plan", here, "--worker-jar", jar.toString(), "--json");
    assertThat(local.status()).as(local.err()).isZero();
    String expected = local.document("plan").path("plan").asText();
    try (ErrataProcess client = submit("plan", there, "--worker-jar", jar.toString(), "--json")) {
      ErrataProcess.Ended ended = client.await();
      assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected);
    }
    PlanManifest planned = plan("there", expected);
    assertThat(planned.corrections().total()).isPositive();
    assertThat(planned.worker()).isEqualTo(plan("here", expected).worker());
  }

  private SpecDraft doubled(String plans) {
    return events
        .draft(plans)
        .set("worker", Map.of("name", "doubled", "version", 1))
        .set("limits.corrections", 1_000);
  }

  @Test
  void wrongAddress_isTold() throws IOException {
    String spec = events.write(events.draft("plans"));
    String nobody = "http://127.0.0.1:" + FreePorts.find(1)[0];
    ErrataProcess.Ended ended =
        errata("plan", spec, "--on", "session", "--cluster", nobody, "--json");
    assertThat(ended.status()).as(ended.err()).isEqualTo(6);
    assertThat(ended.document("plan").at("/error/message").asText())
        .startsWith("Cannot reach the Flink cluster at " + nobody);
    assertThat(errata("status", "--cluster", nobody).status()).isEqualTo(6);

    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(page);
          }
        });
    other.start();
    try {
      String page = "http://127.0.0.1:" + other.getAddress().getPort();
      ErrataProcess.Ended wrong =
          ErrataProcess.runJar(
              folder, Map.of("ERRATA_CLUSTER", page), "plan", spec, "--on", "session", "--json");
      assertThat(wrong.status()).as(wrong.err()).isEqualTo(6);
      assertThat(wrong.document("plan").at("/error/message").asText())
          .isEqualTo(
              "Cannot use " + page + ": what answers there is no Flink cluster's REST interface");
    } finally {
      other.stop(0);
    }
    assertThat(folder.resolve("plans")).doesNotExist();
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.runJar(folder, Map.of(), args);
  }

  private static JsonNode only(ErrataProcess.Ended ended) {
    assertThat(ended.status()).as(ended.err()).isZero();
    JsonNode runs = ended.document("status").path("runs");
    assertThat(runs).as(ended.out()).hasSize(1);
    return runs.get(0);
  }

  /** Waits until the run has written down that events have been read. */
  private void awaitReading(ErrataProcess process, String plans) {
    process.await(() -> hasRead(folder.resolve(plans)), "events that have been read");
  }

  private static boolean hasRead(Path plans) {
    if (!Files.exists(plans)) {
      return false;
    }
    try (Stream<Path> runs = Files.list(plans)) {
      for (Path run : runs.toList()) {
        Path file = run.resolve("progress.json");
        if (Files.exists(file) && Files.readString(file).matches("(?s).*\"processed\":[1-9].*")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      // Written just now.
      return false;
    }
  }

  /** A jar with a worker, what it extends, their nested classes and the entry that names it. */
  private Path jarOf(Class<? extends TotalsWorker> worker) throws IOException {
    Path jar = folder.resolve("worker.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      List<Class<?>> types = new ArrayList<>(List.of(worker.getNestMembers()));
      types.addAll(List.of(TotalsWorker.class.getNestMembers()));
      for (Class<?> type : types) {
        String path = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(path));
        out.write(worker.getClassLoader().getResourceAsStream(path).readAllBytes());
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + Worker.class.getName()));
      out.write(worker.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }
}
