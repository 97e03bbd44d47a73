package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.errata.servers.FreePorts;
import io.errata.servers.KubernetesServer;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher's {@code --on kubernetes} against a real API server, with the rights of {@code
 * errata-launch} and no others. The operator's part is played; the clusters that it makes are real
 * ones, of processes. Skipped as {@link KubernetesIT} is.
 */
class KubernetesLaunchIT {
  private static final String NAMESPACE = "errata-dev";
  private static final String DEPLOYMENTS =
      "/apis/flink.apache.org/v1beta1/namespaces/" + NAMESPACE + "/flinkdeployments";
  private static final String MAPS = "/api/v1/namespaces/" + NAMESPACE + "/configmaps";

  /** What the pods know, and the launcher doesn't. */
  private static final Map<String, String> SECRETS = Map.of("ERRATA_DATABASE_USER", "postgres");

  /** Where the launcher finds its {@code kubectl}. */
  private static String path;

  private static KubernetesServer server;
  private static KubernetesApi api;
  private static KubernetesOverlay overlay;
  @TempDir private static Path shared;

  @TempDir private Path folder;
  private ClusterCase events;
  private Path deployment;
  private Path access;

  @BeforeAll
  static void start() throws IOException {
    // One that was built long ago may lack it.
    Optional<Path> programs =
        KubernetesServer.programs().filter(built -> Files.isExecutable(built.resolve("kubectl")));
    assumeThat(programs)
        .as("a Kubernetes API server and kubectl, which servers/build-kube-apiserver.sh builds")
        .isPresent();
    path = programs.get() + File.pathSeparator + System.getenv("PATH");
    server = KubernetesServer.start(programs.get(), shared);
    api = KubernetesApi.of(server);
    api.install("flinkdeployments");
    overlay = KubernetesOverlay.render(programs.get(), "dev");
    apply(overlay.all("Namespace").get(0));
    apply(overlay.one("Role", "errata-launch"));
    for (String account : List.of("launcher", "stranger")) {
      apply(object("v1", "ServiceAccount", account));
    }
    ObjectNode binding = object("rbac.authorization.k8s.io/v1", "RoleBinding", "launcher");
    binding
        .putObject("roleRef")
        .put("apiGroup", "rbac.authorization.k8s.io")
        .put("kind", "Role")
        .put("name", "errata-launch");
    binding.putArray("subjects").addObject().put("kind", "ServiceAccount").put("name", "launcher");
    apply(binding);
    KubernetesApi launcher = api.with(api.token(NAMESPACE, "launcher"));
    KubernetesApi.await(
        () -> launcher.send("GET", DEPLOYMENTS + "/none", "", "").status() == 404,
        "the launcher's rights");
  }

  private static ObjectNode object(String version, String kind, String name) {
    ObjectNode object = new YAMLMapper().createObjectNode();
    object.put("apiVersion", version).put("kind", kind);
    object.putObject("metadata").put("name", name).put("namespace", NAMESPACE);
    return object;
  }

  private static void apply(JsonNode object) {
    KubernetesApi.Answer answer = api.apply(object);
    assertThat(answer.status()).as(answer.message()).isEqualTo(201);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void writeFiles() throws IOException {
    events = ClusterCase.create(folder);
    Files.createDirectories(folder.resolve("plans"));
    access = folder.resolve("access.json");
    KubernetesApi.writeAccess(server, api.token(NAMESPACE, "launcher"), access);
    // All that kustomize renders, as a person would hand it over, with the spec mounted where this
    // machine can have it.
    deployment = folder.resolve("errata.yaml");
    StringBuilder all = new StringBuilder();
    for (JsonNode object : overlay.objects()) {
      JsonNode written = object.deepCopy();
      for (JsonNode mount : written.at("/spec/podTemplate/spec/containers/0/volumeMounts")) {
        if (mount.path("name").asText().equals("spec")) {
          ((ObjectNode) mount).put("mountPath", folder.resolve("mounted").toString());
        }
      }
      all.append(new YAMLMapper().writeValueAsString(written));
    }
    Files.writeString(deployment, all);
  }

  @AfterEach
  void closeAndFindNothingLeft() throws IOException {
    events.close();
    assertThat(api.read(DEPLOYMENTS).path("items")).isEmpty();
    assertThat(api.read(MAPS).path("items")).isEmpty();
    try (Stream<Path> left = Files.list(folder.resolve("plans"))) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("."))).isEmpty();
    }
  }

  /** A spec with a reference that only the pods can resolve. */
  private SpecDraft draft(String plans) {
    return events.draft(plans).set("table.jdbc.user", "${env:ERRATA_DATABASE_USER}");
  }

  private ErrataProcess launch(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--on", "kubernetes", "--deployment", deployment.toString()));
    return ErrataProcess.startJar(
        folder, Map.of("KUBECONFIG", access.toString(), "PATH", path), all.toArray(String[]::new));
  }

  private PlayedOperator operator() throws IOException {
    return PlayedOperator.start(
        api, NAMESPACE, Files.createDirectories(folder.resolve("nodes")), SECRETS);
  }

  private static List<String> arguments(JsonNode deployment) {
    return StreamSupport.stream(deployment.at("/spec/job/args").spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  @Test
  void plan_isThatOfOneProcess_andNothingIsLeft() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    assertThat(expected.corrections().total()).isPositive();
    try (PlayedOperator operator = operator();
        ErrataProcess launched = launch("plan", events.write(draft("plans")), "--json")) {
      ErrataProcess.Ended ended = launched.await();
      assertThat(ended.status()).as(ended.err() + operator.logs()).isZero();
      assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
      assertThat(ended.err())
          .contains("make FlinkDeployment errata-dev/errata-plan")
          .contains("recompute and compare")
          .contains("Next: errata show " + folder.resolve("plans").resolve(expected.plan()));
      assertThat(ended.temporary()).isEmptyDirectory();
      assertThat(operator.seen()).hasSize(1);
      JsonNode seen = operator.seen().get(0);
      assertThat(arguments(seen))
          .containsExactly(
              "plan", folder.resolve("mounted/spec.yaml").toString(), "--parallelism", "2");
      assertThat(seen.at("/spec/job/parallelism").asInt()).isEqualTo(2);
      assertThat(seen.toString()).doesNotContain("postgres\"");
    }
    LocalPlanStorage storage = LocalPlanStorage.of(folder.resolve("plans"));
    assertThat(PlanDirectory.find(storage)).containsExactly(expected.plan());
    Runs.assertSame(PlanDirectory.open(storage, expected.plan()), expected);
  }

  @Test
  void run_appliesInThePods_andVerifyThenFindsNothing() throws IOException {
    PlanManifest expected = Runs.plan(events.draft("expected")).manifest();
    String spec = events.write(draft("plans"));
    try (PlayedOperator operator = operator()) {
      try (ErrataProcess launched = launch("run", spec)) {
        ErrataProcess.Ended ended = launched.await();
        assertThat(ended.status()).as(ended.err() + operator.logs()).isZero();
        assertThat(ended.out())
            .contains(expected.plan())
            .contains("Applied: " + expected.corrections().total() + " rows");
      }
      try (ErrataProcess launched =
          launch("verify", spec, "--determinism", "--parallelism", "1", "--json")) {
        ErrataProcess.Ended ended = launched.await();
        assertThat(ended.status()).as(ended.err() + operator.logs()).isZero();
        JsonNode document = ended.document("verify");
        assertThat(document.path("verified").asBoolean()).isTrue();
        assertThat(document.at("/determinism/same").asBoolean()).isTrue();
        assertThat(document.at("/determinism/runs/0/parallelism").asInt()).isEqualTo(1);
        assertThat(operator.seen().get(1).at("/spec/job/parallelism").asInt()).isEqualTo(1);
      }
    }
  }

  @Test
  void failure_isThatOfOneProcess() throws IOException {
    String spec = events.write(events.draft("plans"));
    ErrataProcess.Ended here =
        ErrataProcess.runJar(folder, Map.of(), "plan", spec, "--set", "table.name=nothing");
    assertThat(here.status()).isEqualTo(2);
    try (PlayedOperator operator = operator();
        ErrataProcess launched = launch("plan", spec, "--set", "table.name=nothing")) {
      ErrataProcess.Ended there = launched.await();
      assertThat(there.status()).as(there.err() + operator.logs()).isEqualTo(2);
      String said = here.err().substring(here.err().indexOf("errata: "));
      assertThat(there.err()).endsWith(said).doesNotContain("Deleted");
    }
  }

  @Test
  void interrupt_deletesTheDeployment() throws IOException {
    String spec = events.write(draft("plans").set("limits.rate", "20/s"));
    try (PlayedOperator operator = operator();
        ErrataProcess launched = launch("plan", spec)) {
      assumeThat(launched.hearsInterrupt()).isTrue();
      launched.awaitError("recompute and compare");
      launched.signal("INT");
      ErrataProcess.Ended ended = launched.await();
      assertThat(ended.status()).as(ended.err() + operator.logs()).isEqualTo(130);
      assertThat(ended.err())
          .contains("Deleted FlinkDeployment errata-dev/errata-plan.")
          .contains("Cannot finish: it was stopped before the end");
    }
  }

  @Test
  void operatorThatMakesNoJobManager_isQuoted() throws IOException {
    try (PlayedOperator operator =
            PlayedOperator.failing(api, NAMESPACE, folder, "Back-off pulling image errata:9");
        ErrataProcess launched = launch("plan", events.write(draft("plans")), "--json")) {
      ErrataProcess.Ended ended = launched.await();
      assertThat(ended.status()).as(ended.err() + operator.logs()).isEqualTo(6);
      assertThat(ended.document("plan").at("/error/message").asText())
          .isEqualTo(
              "Cannot finish the plan: the program of FlinkDeployment errata-dev/errata-plan has"
                  + " ended without a result (Back-off pulling image errata:9)");
      assertThat(ended.err())
          .contains("The operator says: Back-off pulling image errata:9")
          .contains("Deleted FlinkDeployment errata-dev/errata-plan.");
    }
  }

  @Test
  void deploymentOfAnother_isRefusedAndLeft() throws IOException {
    ObjectNode other = overlay.one("FlinkDeployment", "errata-plan").deepCopy();
    apply(other);
    try {
      ErrataProcess.Ended ended = refused();
      assertThat(ended.status()).as(ended.err()).isEqualTo(2);
      assertThat(ended.err())
          .contains("Cannot make FlinkDeployment errata-dev/errata-plan")
          .contains("already exists");
      assertThat(api.isFound(DEPLOYMENTS + "/errata-plan")).isTrue();
    } finally {
      api.send("DELETE", DEPLOYMENTS + "/errata-plan", "application/json", "");
    }
  }

  private ErrataProcess.Ended refused() throws IOException {
    try (ErrataProcess launched = launch("plan", events.write(draft("plans")))) {
      return launched.await();
    }
  }

  @Test
  void misspeltField_isRefused() throws IOException {
    Files.writeString(
        deployment, Files.readString(deployment).replace("upgradeMode:", "upgradeMood:"));
    ErrataProcess.Ended ended = refused();
    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err()).contains("unknown field \"spec.job.upgradeMood\"");
  }

  @Test
  void serverThatIsNotThere_isUnavailable() throws IOException {
    URI nowhere = URI.create("https://127.0.0.1:" + FreePorts.find(1)[0]);
    KubernetesApi.writeAccess(nowhere, server.certificate(), "none", access);
    ErrataProcess.Ended ended = refused();
    assertThat(ended.status()).as(ended.err()).isEqualTo(6);
    assertThat(ended.err())
        .contains("Cannot make FlinkDeployment errata-dev/errata-plan: ")
        .contains("refused")
        .contains("FlinkDeployment errata-dev/errata-plan may still be there");
  }

  @Test
  void callerWithoutRights_isForbidden() throws IOException {
    KubernetesApi.writeAccess(server, api.token(NAMESPACE, "stranger"), access);
    ErrataProcess.Ended ended = refused();
    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err())
        .contains("cannot create resource \"flinkdeployments\"")
        .contains("errata-launch");

    KubernetesApi.writeAccess(server, "wrong", access);
    ErrataProcess.Ended unknown = refused();
    assertThat(unknown.status()).as(unknown.err()).isEqualTo(2);
    assertThat(unknown.err()).contains("Cannot make FlinkDeployment");
  }

  @Test
  void serverWithoutTheOperatorsKinds_isUnavailable() throws IOException {
    String definition =
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/flinkdeployments.flink.apache.org";
    api.send("DELETE", definition, "application/json", "");
    KubernetesApi.await(
        () -> !api.isFound(definition) && !api.isFound(DEPLOYMENTS), "the CRD's end");
    try {
      ErrataProcess.Ended ended = refused();
      assertThat(ended.status()).as(ended.err()).isEqualTo(6);
      assertThat(ended.err()).contains("Install the Flink Kubernetes operator and its CRDs");
    } finally {
      api.install("flinkdeployments");
      KubernetesApi.await(() -> api.isFound(DEPLOYMENTS), "the CRD");
    }
  }
}
