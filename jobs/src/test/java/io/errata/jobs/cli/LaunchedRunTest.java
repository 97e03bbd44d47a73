package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cli.LaunchWatch.Patience;
import io.errata.jobs.kubernetes.DeploymentFile;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.kubernetes.Handover.Line;
import io.errata.jobs.kubernetes.Handover.Outcome;
import io.errata.jobs.kubernetes.Handover.Progress;
import io.errata.jobs.kubernetes.Handover.Stream;
import io.errata.jobs.kubernetes.Launch;
import io.errata.jobs.kubernetes.LaunchedDeployment;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Waiting;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.table.Overload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchedRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMESPACE = "/namespaces/errata/";
  private static final String DEPLOYMENT =
      "/apis/flink.apache.org/v1beta1" + NAMESPACE + "flinkdeployments/errata-plan";
  private static final String PODS =
      "/api/v1" + NAMESPACE + "pods?labelSelector=app%3Derrata-plan%2Ccomponent%3Djobmanager";
  private static final Duration NO_PATIENCE = Duration.ZERO;
  private static final Duration PATIENCE = Duration.ofHours(1);

  private static final Waiting WAIT =
      new Waiting(new Overload("limits.table-load", "3 are active, and 2 allowed"), Instant.EPOCH);

  @TempDir Path folder;

  private final FakeKubernetes kubernetes = new FakeKubernetes();
  private final FakeOperations operations = new FakeOperations();
  private final Cancellation cancellation = new Cancellation();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path file;

  @BeforeEach
  void writeDeployment() throws IOException {
    operations.kubernetes = () -> kubernetes;
    operations.plansSeen = Files.createDirectories(folder.resolve("plans"));
    file =
        Files.writeString(
            folder.resolve("deployment.yaml"),
            """
            apiVersion: flink.apache.org/v1beta1
            kind: FlinkDeployment
            metadata: { name: errata-plan, namespace: errata }
            spec:
              job: { jarURI: local:///errata.jar, args: [plan, spec.yaml], parallelism: 4 }
            """);
  }

  private Session session(Map<String, String> environment) {
    return session(environment, Terminal.NONE);
  }

  private Session session(Map<String, String> environment, Terminal terminal) {
    return new Session(
        operations,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new ErrorStream(err, StandardCharsets.UTF_8),
        terminal,
        cancellation,
        folder,
        environment,
        Telemetry.off());
  }

  private int run(String... args) {
    return new Cli(session(Map.of())).run(args);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Has the program of the deployment be another command line in this process. */
  private void answerWith(String... args) {
    kubernetes.onCreate =
        object -> {
          if (object.path("kind").asText().equals("ConfigMap")) {
            JsonNode variable =
                kubernetes.objects.get(DEPLOYMENT).at("/spec/podTemplate/spec/containers/0/env/0");
            Map<String, String> environment =
                Map.of(variable.path("name").asText(), variable.path("value").asText());
            PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true);
            Session pod =
                new Session(
                    operations,
                    nowhere,
                    new ErrorStream(new ByteArrayOutputStream(), StandardCharsets.UTF_8),
                    Terminal.NONE,
                    new Cancellation(),
                    folder,
                    environment,
                    Telemetry.off());
            new Cli(pod).run(args);
          }
        };
  }

  private String[] plan(String... more) {
    List<String> all = new ArrayList<>(List.of("plan", "spec.yaml", "--on", "kubernetes"));
    all.addAll(List.of("--deployment", file.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void wordsDocumentAndStatus_areThoseOfTheProgram() throws IOException {
    answerWith("check", "spec.yaml");
    assertThat(run(plan("--parallelism", "7"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Ready.");
    assertThat(kubernetes.objects).isEmpty();
    assertThat(operations.plansSeen).isEmptyDirectory();

    operations.spec =
        () -> {
          throw new ErrataException(ErrorCode.INVALID_TABLE, "Cannot use it: no", "Do this.");
        };
    out.reset();
    assertThat(run(plan("--json"))).isEqualTo(2);
    assertThat(JSON.readTree(out.toByteArray()).at("/error/code").asText())
        .isEqualTo("INVALID_TABLE");
    assertThat(err()).contains("errata: Cannot use it: no\n  Do this.\n");
  }

  @Test
  void wrongOptionOfTheFile_isTold() {
    answerWith("plan", "spec.yaml", "--nothing");
    assertThat(run(plan())).isEqualTo(2);
    assertThat(err()).contains("Cannot use option: --nothing");
  }

  @Test
  void plansThatAreAPathOfThePods_areRefused() {
    operations.plansSeen = Path.of("/opt/errata/plans-of-pods");
    assertThat(run(plan())).isEqualTo(2);
    assertThat(err())
        .contains(
            "Cannot see the folder of plans from here: /opt/errata/plans-of-pods is a path of the"
                + " pods");
    assertThat(kubernetes.objects).isEmpty();
  }

  @Test
  void deploymentOfAnother_staysAsItIs() {
    ObjectNode other = JSON.createObjectNode();
    kubernetes.objects.put(DEPLOYMENT, other);
    assertThat(run(plan())).isEqualTo(2);
    assertThat(kubernetes.objects).containsExactly(Map.entry(DEPLOYMENT, other));
  }

  @Test
  void programElsewhere_failsBeforeItDoesAnything() {
    assertThat(
            new Cli(session(Map.of(Handover.VARIABLE, folder.resolve("other").toString())))
                .run("check", "spec.yaml"))
        .isEqualTo(6);
    assertThat(err()).contains("Cannot tell the launcher how it goes: it has made no ");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  /** A launch under way, whose program tells nothing by itself. */
  private Handover begin() {
    Handover handover = Handover.at(folder.resolve("handover").toString());
    handover.open();
    return handover;
  }

  private LaunchedDeployment make(Handover handover) {
    LaunchedDeployment made =
        new LaunchedDeployment(
            kubernetes,
            DeploymentFile.read(file),
            new Launch("id", "plan", List.of(), "", folder.resolve("handover").toString()),
            OptionalInt.empty(),
            line -> session(Map.of()).errors().print().println(line));
    made.make();
    return made;
  }

  private LaunchWatch watch(LaunchedDeployment made, Handover handover, Duration patience) {
    return watch(session(Map.of()), made, handover, patience);
  }

  private static LaunchWatch watch(
      Session session, LaunchedDeployment made, Handover handover, Duration patience) {
    return new LaunchWatch(
        session.console(false, false),
        made,
        handover,
        new Patience(Duration.ofMillis(1), patience, NO_PATIENCE));
  }

  private void status(String json) throws IOException {
    ((ObjectNode) kubernetes.objects.get(DEPLOYMENT)).set("status", JSON.readTree(json));
  }

  @Test
  void programWithoutAWord_isGivenUpWithItsLog() throws IOException {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    status(
        """
        {"jobManagerDeploymentStatus": "ERROR", "error": "{\\"message\\": \\"no such image\\"}"}
        """);
    kubernetes.objects.put(PODS, JSON.readTree("{\"items\": [{\"metadata\": {\"name\": \"p\"}}]}"));
    kubernetes.texts.put(
        "/api/v1" + NAMESPACE + "pods/p/log?container=flink-main-container&tailLines=20",
        "Cannot find the file\n");
    assertThatThrownBy(() -> watch(made, handover, PATIENCE).await())
        .isInstanceOf(ErrataException.class)
        .hasMessage(
            "Cannot finish the plan: the program of FlinkDeployment errata/errata-plan has ended"
                + " without a result (no such image)");
    assertThat(err()).contains("The operator says: no such image\n  Cannot find the file\n");
    made.close();
    assertThat(err()).endsWith("Deleted FlinkDeployment errata/errata-plan.\n");
    assertThat(kubernetes.objects).doesNotContainKey(DEPLOYMENT).hasSize(1);
  }

  @Test
  void deploymentThatNobodySees_isGivenUp() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    assertThatThrownBy(() -> watch(made, handover, NO_PATIENCE).await())
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("the operator makes no job manager of FlinkDeployment")
        .hasMessageContaining("errata/errata-plan (within 0 s)");
  }

  @Test
  void programThatIsHeard_isWaitedFor_thoughTheServerIsSilentAndTheJobHasEnded()
      throws IOException {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    status(
        """
        {"jobManagerDeploymentStatus": "READY", "jobStatus": {"state": "FINISHED"}}
        """);
    kubernetes.unanswered = 1;
    List<Line> lines = List.of(new Line(Stream.ERROR, "first"));
    handover.tell(new Progress(1, "seal the plan", 3, 4, Optional.empty(), lines));
    List<Line> all = List.of(lines.get(0), new Line(Stream.RESULT, "second"));
    AtomicInteger looks = new AtomicInteger();
    kubernetes.onFind =
        () -> {
          if (looks.incrementAndGet() == 3) {
            handover.tell(new Outcome(4, JSON.createObjectNode().put("plan", "x"), all));
          }
        };
    Outcome outcome = watch(made, handover, PATIENCE).await();
    assertThat(outcome.status()).isEqualTo(4);
    assertThat(outcome.document().path("plan").asText()).isEqualTo("x");
    assertThat(err()).containsOnlyOnce("first").contains("seal the plan");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("second\n");
  }

  @Test
  void waitForTheDatabase_isToldByTheProgram_untilTheNextStage() {
    HandedOver program =
        HandedOver.of(Map.of(Handover.VARIABLE, folder.toString()), new Cancellation())
            .orElseThrow();
    PlanProgress progress = program.observe(PlanProgress.NONE);
    progress.stage("recompute and compare");
    Line compare = new Line(Stream.STAGE, "recompute and compare");
    assertThat(program.nextBeat().waiting()).isEmpty();
    progress.waits(Optional.of(WAIT));
    progress.advance(5, 10);
    assertThat(program.nextBeat())
        .isEqualTo(
            new Progress(2, "recompute and compare", 5, 10, Optional.of(WAIT), List.of(compare)));
    progress.stage("seal the plan");
    assertThat(program.nextBeat())
        .isEqualTo(
            new Progress(
                3,
                "seal the plan",
                0,
                0,
                Optional.empty(),
                List.of(compare, new Line(Stream.STAGE, "seal the plan"))));
  }

  @Test
  void stagesBetweenTwoBeats_areTold_inTheirOrderAmongTheLines() {
    HandedOver program =
        HandedOver.of(Map.of(Handover.VARIABLE, folder.toString()), new Cancellation())
            .orElseThrow();
    PlanProgress progress = program.observe(PlanProgress.NONE);
    progress.stage("find the events");
    program.add(Stream.ERROR, "Run 1");
    progress.stage("recompute and compare");
    List<Line> begun =
        List.of(
            new Line(Stream.STAGE, "find the events"),
            new Line(Stream.ERROR, "Run 1"),
            new Line(Stream.STAGE, "recompute and compare"));
    assertThat(program.nextBeat().lines()).isEqualTo(begun);
    progress.stage("seal the plan");
    assertThat(program.outcome(0, JSON.createObjectNode()).lines())
        .startsWith(begun.toArray(Line[]::new))
        .endsWith(new Line(Stream.STAGE, "seal the plan"))
        .hasSize(4);
  }

  @Test
  void stages_areShownOnce_thoseThatNoBeatHadToo_andAgainWhereTheProgramBeginsAgain() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    Line find = new Line(Stream.STAGE, "find the events");
    Line run = new Line(Stream.ERROR, "Run 1");
    Line compare = new Line(Stream.STAGE, "recompute and compare");
    Line seal = new Line(Stream.STAGE, "seal the plan");
    handover.tell(beat(1, "recompute and compare", find, run, compare));
    AtomicInteger looks = new AtomicInteger();
    kubernetes.onFind =
        () -> {
          switch (looks.incrementAndGet()) {
            case 2 -> handover.tell(beat(2, "recompute and compare", find, run, compare));
            case 3 -> handover.tell(beat(1, "find the events", find));
            case 4 -> {
              List<Line> all = List.of(find, run, compare, seal);
              handover.tell(new Outcome(0, JSON.createObjectNode(), all));
            }
            default -> {}
          }
        };
    watch(made, handover, PATIENCE).await();
    assertThat(err().lines())
        .containsExactly(
            "find the events",
            "Run 1",
            "recompute and compare",
            "find the events",
            "seal the plan");
  }

  private static Progress beat(long beat, String stage, Line... lines) {
    return new Progress(beat, stage, 0, 0, Optional.empty(), List.of(lines));
  }

  @Test
  void waitForTheDatabase_isShownByTheLauncher() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    handover.tell(new Progress(1, "recompute and compare", 5, 10, Optional.of(WAIT), List.of()));
    AtomicInteger looks = new AtomicInteger();
    kubernetes.onFind =
        () -> {
          if (err().contains("waits") || looks.incrementAndGet() == 1_000) {
            handover.tell(new Outcome(0, JSON.createObjectNode(), List.of()));
          }
        };
    Session session = session(Map.of(), new Terminal(false, false, true, false, 200));
    watch(session, made, handover, PATIENCE).await();
    assertThat(err())
        .containsPattern(
            "recompute and compare: waits \\d+ s for the database: 3 are active, and 2 allowed"
                + " \\(limits.table-load\\)");
  }

  @Test
  void serverThatStaysSilent_isGivenUp() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    kubernetes.unanswered = 1_000;
    assertThatThrownBy(() -> watch(made, handover, NO_PATIENCE).await())
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("refused");
    made.close();
    assertThat(err())
        .contains("FlinkDeployment errata/errata-plan may still be there: ")
        .contains("kubectl -n errata delete flinkdeployment errata-plan");
  }

  @Test
  void deploymentThatSomebodyDeletes_endsThePlan() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    kubernetes.objects.remove(DEPLOYMENT);
    assertThatThrownBy(() -> watch(made, handover, PATIENCE).await())
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot finish the plan: FlinkDeployment errata/errata-plan was deleted")
        .extracting(e -> ((ErrataException) e).code())
        .isEqualTo(ErrorCode.CANCELLED);
    made.close();
    assertThat(kubernetes.objects).isEmpty();
    assertThat(err()).doesNotContain("Deleted");
  }

  @Test
  void deploymentThatAnotherHasMadeSince_staysAsItIs() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    ObjectNode other = kubernetes.objects.get(DEPLOYMENT).deepCopy();
    other.withObject("/metadata/annotations").put("errata.io/launch", "other");
    kubernetes.objects.put(DEPLOYMENT, other);
    made.close();
    assertThat(kubernetes.objects).containsExactly(Map.entry(DEPLOYMENT, other));
  }

  @Test
  void stopped_deletesTheDeployment_andMakesNoneAfterwards() {
    Handover handover = begin();
    LaunchedDeployment made = make(handover);
    cancellation.onCancel(made::close);
    cancellation.cancel();
    assertThat(kubernetes.objects).isEmpty();
    assertThatThrownBy(() -> watch(made, handover, PATIENCE).await())
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot finish: it was stopped before the end");
    assertThatThrownBy(made::make)
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("it was given up");
    assertThat(kubernetes.objects).isEmpty();
  }
}
