package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.it.KubernetesApi.Answer;
import io.errata.it.NetworkRules.Peer;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import io.errata.servers.KubernetesServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.configuration.KubernetesLeaderElectionConfiguration;
import org.apache.flink.kubernetes.kubeclient.FlinkKubeClient;
import org.apache.flink.kubernetes.kubeclient.resources.KubernetesConfigMap;
import org.apache.flink.kubernetes.kubeclient.resources.KubernetesLeaderElector;
import org.apache.flink.kubernetes.kubeclient.resources.KubernetesPod;
import org.apache.flink.kubernetes.kubeclient.resources.KubernetesWatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code deploy/k8s} against a real API server with the operator's CRDs, and with Flink's own
 * client of it. Skipped where {@code servers/build-kube-apiserver.sh} has not been run, unless
 * {@code ERRATA_KUBERNETES} is {@code required}.
 */
class KubernetesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> CLUSTERS = List.of("errata-plan", "errata-session");
  private static final int SECONDS = 60;

  private static final Map<String, KubernetesOverlay> OVERLAYS = new LinkedHashMap<>();

  /** What the server has said to each object, by the overlay and the object's kind and name. */
  private static final Map<String, Answer> ANSWERS = new TreeMap<>();

  /** The clusters whose deployments have been made. */
  private static final Set<String> DEPLOYED = new TreeSet<>();

  private static KubernetesServer server;
  private static KubernetesApi api;
  @TempDir private static Path shared;
  @TempDir private Path folder;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> programs = KubernetesServer.programs();
    assumeThat(programs)
        .as("a Kubernetes API server, which servers/build-kube-apiserver.sh builds")
        .isPresent();
    server = KubernetesServer.start(programs.get(), shared);
    api = KubernetesApi.of(server);
    api.install("flinkdeployments");
    api.install("flinksessionjobs");
    for (String name : KubernetesOverlay.NAMES) {
      KubernetesOverlay overlay = KubernetesOverlay.render(programs.get(), name);
      OVERLAYS.put(name, overlay);
      overlay.objects().forEach(object -> ANSWERS.put(key(overlay, object), api.apply(object)));
    }
    // The server hears of new rights in the order in which they were made, but a little later.
    KubernetesApi last = api.with(api.token("errata", "errata-session-task"));
    KubernetesApi.await(
        () -> last.isFound("/api/v1/namespaces/errata/configmaps"), "the accounts' rights");
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    OVERLAYS.clear();
    ANSWERS.clear();
    DEPLOYED.clear();
  }

  private static String key(KubernetesOverlay overlay, JsonNode object) {
    return overlay.name()
        + " "
        + object.path("kind").asText()
        + " "
        + object.at("/metadata/name").asText();
  }

  static List<KubernetesOverlay> overlays() {
    return List.copyOf(OVERLAYS.values());
  }

  /** Each overlay with each of its clusters. */
  static Stream<Object[]> clusters() {
    return OVERLAYS.values().stream()
        .flatMap(overlay -> CLUSTERS.stream().map(each -> new Object[] {overlay, each}));
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void overlay_isAcceptedAndKeptAsItIs(KubernetesOverlay overlay) {
    assertThat(overlay.objects()).hasSizeGreaterThan(15);
    for (JsonNode object : overlay.objects()) {
      Answer answer = ANSWERS.get(key(overlay, object));
      assertThat(answer.status()).as(key(overlay, object) + answer.message()).isEqualTo(201);
      assertThat(lost(object, api.read(object), "")).as(key(overlay, object)).isEmpty();
    }
  }

  /** The paths of what was sent and isn't there. */
  private static List<String> lost(JsonNode sent, JsonNode kept, String path) {
    List<String> lost = new ArrayList<>();
    if (sent.isObject()) {
      sent.fields()
          .forEachRemaining(
              each ->
                  lost.addAll(
                      lost(each.getValue(), kept.path(each.getKey()), path + "/" + each.getKey())));
    } else if (sent.isArray() && kept.size() == sent.size()) {
      for (int i = 0; i < sent.size(); i++) {
        lost.addAll(lost(sent.get(i), kept.path(i), path + "/" + i));
      }
    } else if (!sent.equals(kept)) {
      lost.add(path + ": " + sent + " is " + kept);
    }
    return lost;
  }

  @Test
  void misspeltOrUnknown_isRefused() {
    refused("FlinkDeployment", ".spec.job.jarUri: field not declared", "/spec/job", "jarUri", "x");
    refused(
        "FlinkDeployment",
        ".spec.podTemplate.spec.containers[0].volumeMounts[0].readonly: field not declared",
        "/spec/podTemplate/spec/containers/0/volumeMounts/0",
        "readonly",
        "x");
    refused(
        "FlinkDeployment",
        "spec.flinkVersion: Unsupported value: \"v2_30\"",
        "/spec",
        "flinkVersion",
        "v2_30");
    refused(
        "FlinkSessionJob",
        "spec.job.upgradeMode: Unsupported value: \"never\"",
        "/spec/job",
        "upgradeMode",
        "never");
    refused("FlinkSessionJob", ".spec.deployment: field not declared", "/spec", "deployment", "x");
    refused("NetworkPolicy", ".spec.podselector: field not declared", "/spec", "podselector", "x");
    refused(
        "PodDisruptionBudget",
        ".spec.minAvailabel: field not declared",
        "/spec",
        "minAvailabel",
        "1");
    refused("Role", ".rules[0].verb: field not declared", "/rules/0", "verb", "x");
    refused("Namespace", ".metadata.lables: field not declared", "/metadata", "lables", "x");

    ObjectNode unknown = changed("FlinkDeployment", "", "kind", "FlinkDeploymnet");
    assertThatThrownBy(() -> api.apply(unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no kind FlinkDeploymnet in /apis/flink.apache.org/v1beta1");
  }

  private static void refused(String kind, String says, String path, String field, String value) {
    Answer answer = api.apply(changed(kind, path, field, value));
    assertThat(answer.status()).as(kind + " " + field).isGreaterThanOrEqualTo(400);
    assertThat(answer.message()).contains(says);
  }

  private static ObjectNode changed(String kind, String path, String field, String value) {
    ObjectNode object = OVERLAYS.get("production").all(kind).get(0).deepCopy();
    ((ObjectNode) object.at(path)).put(field, value);
    return object;
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void references_leadToWhatIsThere(KubernetesOverlay overlay) throws IOException {
    Set<String> secrets = new TreeSet<>();
    Set<String> missing = new TreeSet<>();
    for (JsonNode deployment : overlay.all("FlinkDeployment")) {
      refer(overlay, "ServiceAccount", deployment.at("/spec/serviceAccount"), missing);
      refer(
          overlay,
          "ServiceAccount",
          deployment.at("/spec/flinkConfiguration").path("kubernetes.taskmanager.service-account"),
          missing);
      JsonNode pod = deployment.at("/spec/podTemplate/spec");
      pod.findValues("configMap")
          .forEach(each -> refer(overlay, "ConfigMap", each.path("name"), missing));
      pod.findValues("configMapRef")
          .forEach(each -> refer(overlay, "ConfigMap", each.path("name"), missing));
      pod.findValues("claimName")
          .forEach(each -> refer(overlay, "PersistentVolumeClaim", each, missing));
      pod.findValues("secretKeyRef").forEach(each -> secrets.add(each.path("name").asText()));
    }
    for (JsonNode job : overlay.all("FlinkSessionJob")) {
      refer(overlay, "FlinkDeployment", job.at("/spec/deploymentName"), missing);
    }
    for (JsonNode binding : overlay.all("RoleBinding")) {
      refer(overlay, "Role", binding.at("/roleRef/name"), missing);
      refer(overlay, "ServiceAccount", binding.at("/subjects/0/name"), missing);
    }
    // The archive is there already.
    missing.remove("PersistentVolumeClaim errata-events");
    assertThat(missing).isEmpty();

    assertThat(overlay.all("Secret")).isEmpty();
    String readme = Files.readString(RepositoryFiles.root().resolve("deploy/k8s/README.md"));
    assertThat(secrets)
        .isNotEmpty()
        .allSatisfy(name -> assertThat(readme).contains("create secret generic " + name));
  }

  private static void refer(
      KubernetesOverlay overlay, String kind, JsonNode name, Set<String> missing) {
    if (overlay.all(kind).stream().noneMatch(each -> each.at("/metadata/name").equals(name))) {
      missing.add(kind + " " + name.asText());
    }
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void spec_isOneWithTheReferencesOfThePod(KubernetesOverlay overlay) {
    String text = overlay.one("ConfigMap", "errata-spec").at("/data/spec.yaml").asText();
    JsonNode settings = overlay.one("ConfigMap", "errata-database").path("data");
    for (JsonNode job :
        List.of(
            overlay.one("FlinkDeployment", "errata-plan").at("/spec/job"),
            overlay.one("FlinkSessionJob", "errata-session-plan").at("/spec/job"))) {
      List<String> arguments =
          StreamSupport.stream(job.path("args").spliterator(), false)
              .map(JsonNode::asText)
              .toList();
      assertThat(arguments)
          .startsWith("plan", "/opt/errata/spec/spec.yaml", "--parallelism")
          .element(3)
          .isEqualTo(job.path("parallelism").asText());
      List<String> overrides = new ArrayList<>();
      for (int i = 4; i < arguments.size(); i += 2) {
        assertThat(arguments.get(i)).isEqualTo("--set");
        overrides.add(arguments.get(i + 1));
      }

      Spec spec =
          SpecParser.parseText(
              text,
              Optional.empty(),
              overrides,
              name ->
                  name.equals("PGPASSWORD")
                      ? Optional.of("secret")
                      : Optional.ofNullable(settings.get(name)).map(JsonNode::asText));

      assertThat(spec.plans())
          .isEqualTo(overlay.name().equals("dev") ? "/opt/errata/plans" : "s3://errata/plans");
    }
  }

  @ParameterizedTest
  @MethodSource("clusters")
  void jobManager_mayDoWhatFlinkAsksFor(KubernetesOverlay overlay, String cluster)
      throws Exception {
    KubernetesFlink flink = deploy(overlay, cluster);
    String account = overlay.one("FlinkDeployment", cluster).at("/spec/serviceAccount").asText();
    CompletableFuture<String> seen = new CompletableFuture<>();
    try (FlinkKubeClient client = flink.client(server, api.token(overlay.namespace(), account))) {
      KubernetesWatch watch =
          client
              .watchPodsAndDoCallback(flink.taskManagers(), onAdded(seen))
              .get(SECONDS, TimeUnit.SECONDS);
      KubernetesPod pod = flink.taskManager(client);

      client.createTaskManagerPod(pod).get(SECONDS, TimeUnit.SECONDS);

      assertThat(seen.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(pod.getName());
      assertThat(client.getPodsWithLabels(flink.taskManagers()))
          .extracting(KubernetesPod::getName)
          .containsExactly(pod.getName());
      String path = "/api/v1/namespaces/%s/pods/%s".formatted(overlay.namespace(), pod.getName());
      assertTaskManager(api.read(path), overlay, flink);
      assertJobManager(overlay, cluster);
      client.stopPod(pod.getName()).get(SECONDS, TimeUnit.SECONDS);
      KubernetesApi.await(() -> !api.isFound(path), "the end of the pod");
      watch.close();
      assertThatThrownBy(() -> client.stopAndCleanupCluster(cluster))
          .as("it may not delete its deployment, or another's")
          .hasMessageContaining("cannot delete resource \"deployments\"");
    }
  }

  private KubernetesFlink flink(KubernetesOverlay overlay, String cluster) throws IOException {
    return KubernetesFlink.of(
        overlay.one("FlinkDeployment", cluster),
        Files.createDirectories(folder.resolve(overlay.name() + "-" + cluster)));
  }

  /** The same, with the deployment of its job manager, as the operator makes it, on the server. */
  private KubernetesFlink deploy(KubernetesOverlay overlay, String cluster) throws Exception {
    KubernetesFlink flink = flink(overlay, cluster);
    if (DEPLOYED.add(overlay.name() + " " + cluster)) {
      flink.deploy(server);
    }
    return flink;
  }

  private static FlinkKubeClient.WatchCallbackHandler<KubernetesPod> onAdded(
      CompletableFuture<String> seen) {
    return new FlinkKubeClient.WatchCallbackHandler<>() {
      @Override
      public void onAdded(List<KubernetesPod> pods) {
        pods.forEach(pod -> seen.complete(pod.getName()));
      }

      @Override
      public void onModified(List<KubernetesPod> pods) {
        // Nothing else happens to a pod that no node takes.
      }

      @Override
      public void onDeleted(List<KubernetesPod> pods) {
        // The test has done that itself.
      }

      @Override
      public void onError(List<KubernetesPod> pods) {
        seen.completeExceptionally(new IllegalStateException("error of " + pods));
      }

      @Override
      public void handleError(Throwable throwable) {
        seen.completeExceptionally(throwable);
      }
    };
  }

  /** The pod of a task manager, as the server keeps it. */
  private static void assertTaskManager(
      JsonNode pod, KubernetesOverlay overlay, KubernetesFlink flink) {
    assertThat(pod.at("/spec/serviceAccountName").asText())
        .isEqualTo(flink.isHighlyAvailable() ? "errata-session-task" : "errata-task");
    // The server mounts the account's token into the pods of who may use it.
    assertThat(pod.at("/spec/volumes").findValues("serviceAccountToken"))
        .hasSize(flink.isHighlyAvailable() ? 1 : 0);
    assertThat(pod.at("/metadata/ownerReferences/0/name").asText()).isEqualTo(flink.name());
    assertThat(labels(pod))
        .containsAllEntriesOf(flinkPod(overlay.namespace(), flink.name(), "taskmanager").labels());
    assertContained(pod, overlay);
    assertThat(pod.at("/metadata/annotations").path("prometheus.io/port").asText())
        .isEqualTo("9091");
  }

  private static Map<String, String> labels(JsonNode pod) {
    Map<String, String> labels = new TreeMap<>();
    pod.at("/metadata/labels")
        .fields()
        .forEachRemaining(each -> labels.put(each.getKey(), each.getValue().asText()));
    return labels;
  }

  private void assertJobManager(KubernetesOverlay overlay, String cluster) {
    JsonNode deployment =
        api.read(
            "/apis/apps/v1/namespaces/%s/deployments/%s".formatted(overlay.namespace(), cluster));
    assertThat(deployment.at("/spec/replicas").asInt())
        .isEqualTo(overlay.name().equals("production") && cluster.equals("errata-session") ? 2 : 1);
    Answer pod = api.tryToCreate(pod(deployment, overlay));
    assertThat(pod.status()).as(pod.message()).isEqualTo(201);
    assertThat(labels(pod.body()))
        .containsAllEntriesOf(flinkPod(overlay.namespace(), cluster, "jobmanager").labels());
    assertContained(pod.body(), overlay);
    assertThat(pod.body().at("/metadata/annotations").path("prometheus.io/port").asText())
        .isEqualTo("9101");
    assertThat(environment(pod.body())).containsEntry("ERRATA_METRICS", "0.0.0.0:9101");
  }

  private static ObjectNode pod(JsonNode deployment, KubernetesOverlay overlay) {
    ObjectNode pod = deployment.at("/spec/template").deepCopy();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    pod.withObject("/metadata").put("name", "job-manager").put("namespace", overlay.namespace());
    return pod;
  }

  /** Its limits, and that it can write to its volumes alone. */
  private static void assertContained(JsonNode pod, KubernetesOverlay overlay) {
    assertThat(pod.at("/spec/containers")).hasSize(1);
    JsonNode container = pod.at("/spec/containers/0");
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    Map<String, Boolean> writable = new TreeMap<>();
    container
        .path("volumeMounts")
        .forEach(
            mount ->
                writable.put(
                    mount.path("mountPath").asText(), !mount.path("readOnly").asBoolean()));
    assertThat(writable)
        .containsEntry("/tmp", true)
        .containsEntry("/opt/flink/log", true)
        .containsEntry("/opt/errata/spec", false);
    if (overlay.name().equals("dev")) {
      assertThat(writable)
          .containsEntry("/opt/errata/plans", true)
          .containsEntry("/opt/errata/events", false);
    }
    JsonNode resources = container.path("resources");
    for (String resource : List.of("cpu", "memory", "ephemeral-storage")) {
      assertThat(resources.at("/limits").path(resource).asText())
          .as(resource)
          .isNotEmpty()
          .isEqualTo(resources.at("/requests").path(resource).asText());
    }
    for (JsonNode volume : pod.at("/spec/volumes")) {
      // Flink's own is for jars that the job manager fetches; here the jar is in the image.
      if (volume.has("emptyDir") && !volume.path("name").asText().equals("user-artifacts-volume")) {
        assertThat(volume.at("/emptyDir/sizeLimit").asText()).as("" + volume).isNotEmpty();
      }
    }
    assertThat(pod.at("/metadata/annotations").path("prometheus.io/scrape").asText())
        .isEqualTo("true");
  }

  private static Map<String, String> environment(JsonNode pod) {
    Map<String, String> environment = new TreeMap<>();
    pod.at("/spec/containers/0/env")
        .forEach(each -> environment.put(each.path("name").asText(), each.path("value").asText()));
    return environment;
  }

  @Test
  void leaderOfASession_mayDoWhatHighAvailabilityAsksFor() throws Exception {
    KubernetesOverlay overlay = OVERLAYS.get("production");
    KubernetesFlink flink = flink(overlay, "errata-session");
    assertThat(flink.isHighlyAvailable()).isTrue();
    CompletableFuture<Boolean> leads = new CompletableFuture<>();
    String map = "errata-session-cluster-config-map";
    try (FlinkKubeClient leader =
            flink.client(server, api.token(overlay.namespace(), "errata-session"));
        FlinkKubeClient task =
            flink.client(server, api.token(overlay.namespace(), "errata-session-task"))) {
      KubernetesLeaderElector elector =
          leader.createLeaderElector(
              new KubernetesLeaderElectionConfiguration(map, "me", election()),
              new KubernetesLeaderElector.LeaderCallbackHandler() {
                @Override
                public void isLeader() {
                  leads.complete(true);
                }

                @Override
                public void notLeader() {
                  // At the end.
                }
              });
      elector.run();
      assertThat(leads.get(SECONDS, TimeUnit.SECONDS)).isTrue();

      assertThat(
              leader
                  .checkAndUpdateConfigMap(
                      map,
                      found -> {
                        found.getData().put("leader", "here");
                        return Optional.of(found);
                      })
                  .get(SECONDS, TimeUnit.SECONDS))
          .isTrue();
      assertThat(task.getConfigMap(map).orElseThrow().getData()).containsEntry("leader", "here");
      watch(task, map).get(SECONDS, TimeUnit.SECONDS);
      assertThatThrownBy(() -> task.deleteConfigMap(map).get(SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("cannot delete resource \"configmaps\"");
      elector.stop();
      leader.deleteConfigMap(map).get(SECONDS, TimeUnit.SECONDS);
      assertThat(leader.getConfigMap(map)).isEmpty();
    }
  }

  private static Configuration election() {
    Configuration settings = new Configuration();
    settings.set(KubernetesConfigOptions.CLUSTER_ID, "errata-session");
    return settings;
  }

  private static CompletableFuture<Void> watch(FlinkKubeClient client, String map) {
    CompletableFuture<Void> seen = new CompletableFuture<>();
    client
        .createConfigMapSharedWatcher(map)
        .watch(
            map,
            new FlinkKubeClient.WatchCallbackHandler<KubernetesConfigMap>() {
              @Override
              public void onAdded(List<KubernetesConfigMap> maps) {
                seen.complete(null);
              }

              @Override
              public void onModified(List<KubernetesConfigMap> maps) {
                seen.complete(null);
              }

              @Override
              public void onDeleted(List<KubernetesConfigMap> maps) {
                // At the end.
              }

              @Override
              public void onError(List<KubernetesConfigMap> maps) {
                seen.completeExceptionally(new IllegalStateException("error of " + maps));
              }

              @Override
              public void handleError(Throwable throwable) {
                seen.completeExceptionally(throwable);
              }
            },
            Runnable::run);
    return seen;
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void accounts_haveTheseRightsAndNoOthers(KubernetesOverlay overlay) {
    Map<String, Set<String>> expected = new TreeMap<>();
    expected.put("errata-job", ofJobManager("errata-plan"));
    expected.put("errata-session", ofJobManager("errata-session"));
    expected.put("errata-task", Set.of());
    if (overlay.name().equals("production")) {
      expected.get("errata-session").add("create,get,list,watch,update,patch,delete configmaps");
      expected.put("errata-session-task", Set.of("get,list,watch configmaps"));
    }
    Map<String, Set<String>> rights = new TreeMap<>();
    for (JsonNode account : overlay.all("ServiceAccount")) {
      String name = account.at("/metadata/name").asText();
      rights.put(name, rights(overlay.namespace(), name));
    }
    assertThat(rights).isEqualTo(expected);
    for (KubernetesOverlay other : overlays()) {
      if (other != overlay) {
        assertThat(
                api.with(api.token(overlay.namespace(), "errata-job"))
                    .isFound("/api/v1/namespaces/" + other.namespace() + "/pods"))
            .isFalse();
      }
    }
  }

  private static Set<String> ofJobManager(String deployment) {
    return new TreeSet<>(
        Set.of(
            "create,delete,list,watch pods",
            "get deployments " + deployment,
            "update deployments/finalizers " + deployment));
  }

  /** What the server says that an account may do in its namespace, beyond asking who it is. */
  private static Set<String> rights(String namespace, String account) {
    Answer answer =
        api.with(api.token(namespace, account))
            .send(
                "POST",
                "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                "application/json",
                "{\"spec\":{\"namespace\":\"" + namespace + "\"}}");
    assertThat(answer.status()).as(answer.message()).isEqualTo(201);
    Set<String> rights = new TreeSet<>();
    for (JsonNode rule : answer.body().at("/status/resourceRules")) {
      String what =
          text(rule.path("verbs"))
              + " "
              + text(rule.path("resources"))
              + (rule.has("resourceNames") ? " " + text(rule.path("resourceNames")) : "");
      if (!what.startsWith("create selfsubject")) {
        rights.add(what);
      }
    }
    return rights;
  }

  private static String text(JsonNode list) {
    return String.join(
        ",", StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList());
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void accounts_areRefusedWhatIsNotTheirs(KubernetesOverlay overlay) {
    String core = "/api/v1/namespaces/" + overlay.namespace();
    String apps = "/apis/apps/v1/namespaces/" + overlay.namespace();
    String flink = "/apis/flink.apache.org/v1beta1/namespaces/" + overlay.namespace();
    for (JsonNode account : overlay.all("ServiceAccount")) {
      String name = account.at("/metadata/name").asText();
      KubernetesApi own = api.with(api.token(overlay.namespace(), name));
      for (String[] call :
          new String[][] {
            {"GET", core + "/secrets"},
            {"GET", core + "/secrets/errata-database"},
            {"POST", core + "/secrets"},
            {"DELETE", apps + "/deployments/errata-plan"},
            {"DELETE", apps + "/deployments/errata-session"},
            {"GET", apps + "/deployments/operator"},
            {"POST", apps + "/deployments"},
            {"POST", core + "/pods/errata-plan/exec"},
            {"POST", core + "/serviceaccounts/errata-job/token"},
            {"DELETE", flink + "/flinkdeployments/errata-plan"},
            {
              "POST",
              "/apis/rbac.authorization.k8s.io/v1/namespaces/"
                  + overlay.namespace()
                  + "/rolebindings"
            },
            {"GET", "/api/v1/nodes"},
            {"GET", "/api/v1/pods"},
          }) {
        Answer answer = own.send(call[0], call[1], "application/json", "{}");
        assertThat(answer.status()).as(name + " " + String.join(" ", call)).isEqualTo(403);
      }
    }
  }

  @Test
  void podsThatAreNotRestricted_areRefused() throws Exception {
    KubernetesOverlay overlay = OVERLAYS.get("production");
    deploy(overlay, "errata-plan");
    JsonNode deployment = api.read("/apis/apps/v1/namespaces/errata/deployments/errata-plan");
    String context = "/spec/securityContext";
    String container = "/spec/containers/0/securityContext";

    assertThat(api.tryToCreate(pod(deployment, overlay)).status()).isEqualTo(201);
    notRestricted(deployment, "runAsNonRoot", pod -> remove(pod, context, "runAsNonRoot"));
    notRestricted(
        deployment, "runAsUser=0", pod -> ((ObjectNode) pod.at(context)).put("runAsUser", 0));
    notRestricted(deployment, "seccompProfile", pod -> remove(pod, context, "seccompProfile"));
    notRestricted(deployment, "capabilities", pod -> remove(pod, container, "capabilities"));
    notRestricted(
        deployment,
        "allowPrivilegeEscalation",
        pod -> remove(pod, container, "allowPrivilegeEscalation"));
    notRestricted(
        deployment,
        "restricted volume types",
        pod ->
            ((ObjectNode) pod.at("/spec/volumes/0"))
                .removeAll()
                .put("name", "tmp")
                .putObject("hostPath")
                .put("path", "/"));
  }

  private static void remove(ObjectNode pod, String path, String field) {
    assertThat(((ObjectNode) pod.at(path)).remove(field)).as(field).isNotNull();
  }

  private static void notRestricted(JsonNode deployment, String says, Consumer<ObjectNode> change) {
    ObjectNode pod = pod(deployment, OVERLAYS.get("production"));
    change.accept(pod);
    Answer answer = api.tryToCreate(pod);
    assertThat(answer.status()).as(says).isEqualTo(403);
    assertThat(answer.message()).contains("violates PodSecurity \"restricted:", says);
  }

  @Test
  void disruptionBudgets_coverAllPodsOfAPlan() {
    KubernetesOverlay overlay = OVERLAYS.get("production");
    Map<String, Integer> kept = new TreeMap<>();
    for (JsonNode budget : overlay.all("PodDisruptionBudget")) {
      for (String cluster : CLUSTERS) {
        for (String component : List.of("jobmanager", "taskmanager")) {
          if (NetworkRules.selects(
              budget.at("/spec/selector"),
              flinkPod(overlay.namespace(), cluster, component).labels())) {
            kept.put(cluster + " " + component, budget.at("/spec/minAvailable").intValue());
          }
        }
      }
    }
    JsonNode plan = overlay.one("FlinkDeployment", "errata-plan").path("spec");
    JsonNode session = overlay.one("FlinkDeployment", "errata-session").path("spec");
    int slots = setting(plan, "taskmanager.numberOfTaskSlots");
    assertThat(kept)
        .isEqualTo(
            Map.of(
                "errata-plan jobmanager",
                1,
                "errata-plan taskmanager",
                plan.at("/job/parallelism").intValue() / slots,
                "errata-session jobmanager",
                session.at("/jobManager/replicas").intValue() - 1,
                "errata-session taskmanager",
                setting(session, "slotmanager.number-of-slots.max") / slots));
  }

  private static int setting(JsonNode spec, String key) {
    return Integer.parseInt(spec.path("flinkConfiguration").path(key).asText());
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void networkPolicies_allowWhatIsNeededAndNoMore(KubernetesOverlay overlay) {
    String own = overlay.namespace();
    NetworkRules rules = new NetworkRules(overlay.all("NetworkPolicy"), own);
    boolean strict = overlay.name().equals("production");
    Peer operator =
        Peer.pod("flink", Map.of("app.kubernetes.io/name", "flink-kubernetes-operator"));
    Peer prometheus = Peer.pod("monitoring", Map.of("app.kubernetes.io/name", "prometheus"));
    Peer dns = Peer.pod("kube-system", Map.of("k8s-app", "kube-dns"));
    Peer stranger = Peer.pod("shop", Map.of("app.kubernetes.io/name", "errata"));
    Peer neighbour = Peer.pod(own, Map.of("app", "shell"));
    Peer apiServer = Peer.address("192.0.2.1");
    Peer database = Peer.address("192.0.2.10");
    Peer anybody = Peer.address("198.51.100.7");
    for (String cluster : CLUSTERS) {
      Peer job = flinkPod(own, cluster, "jobmanager");
      Peer task = flinkPod(own, cluster, "taskmanager");
      Map<String, Boolean> tried = new LinkedHashMap<>();
      // Within a cluster.
      for (int port : new int[] {6123, 6124}) {
        tried.put("task to job " + port, rules.allows(task, job, port, "TCP"));
      }
      for (int port : new int[] {6122, 6126}) {
        tried.put("job to task " + port, rules.allows(job, task, port, "TCP"));
      }
      tried.put("task to task", rules.allows(task, task, 6121, "TCP"));
      tried.put("job to job", rules.allows(job, job, 6123, "TCP"));
      // From and to others.
      tried.put("operator", rules.allows(operator, job, 8081, "TCP"));
      tried.put("prometheus", rules.allows(prometheus, job, 9091, "TCP"));
      tried.put("prometheus, run", rules.allows(prometheus, job, 9101, "TCP"));
      tried.put("prometheus, task", rules.allows(prometheus, task, 9091, "TCP"));
      tried.put("dns", rules.allows(task, dns, 53, "UDP"));
      tried.put("dns, tcp", rules.allows(job, dns, 53, "TCP"));
      tried.put("API server", rules.allows(job, apiServer, 6443, "TCP"));
      tried.put("database", rules.allows(task, database, 5432, "TCP"));
      tried.put("database, job", rules.allows(job, database, 5432, "TCP"));
      tried.put(
          "Kafka", rules.allows(task, Peer.address("192.0.2.33"), strict ? 9093 : 9092, "TCP"));
      tried.put("registry", rules.allows(job, Peer.address("192.0.2.48"), 443, "TCP"));
      tried.put("object store", rules.allows(task, Peer.address("192.0.2.70"), 443, "TCP"));
      assertThat(tried).as(cluster).doesNotContainValue(false);

      Map<String, Boolean> refused = new LinkedHashMap<>();
      refused.put("REST for a neighbour", rules.allows(neighbour, job, 8081, "TCP"));
      refused.put("REST for strangers", rules.allows(stranger, job, 8081, "TCP"));
      refused.put("REST for a task", rules.allows(task, job, 8081, "TCP"));
      refused.put("RPC for strangers", rules.allows(stranger, job, 6123, "TCP"));
      refused.put("data for the job", rules.allows(job, task, 6121, "TCP"));
      refused.put("REST for prometheus", rules.allows(prometheus, job, 8081, "TCP"));
      refused.put("metrics for strangers", rules.allows(stranger, task, 9091, "TCP"));
      refused.put("operator to task", rules.allows(operator, task, 6122, "TCP"));
      refused.put("database, another port", rules.allows(task, database, 22, "TCP"));
      refused.put("a neighbour out", rules.allows(neighbour, anybody, 443, "TCP"));
      refused.put("strangers' pods", rules.allows(task, stranger, 8080, "TCP"));
      refused.put("mail", rules.allows(job, anybody, 25, "TCP"));
      refused.put(
          "task to API server",
          !isHighlyAvailable(overlay, cluster) && rules.allows(task, apiServer, 6443, "TCP"));
      refused.put("anybody by https", strict && rules.allows(task, anybody, 443, "TCP"));
      refused.put("any database", strict && rules.allows(job, anybody, 5432, "TCP"));
      assertThat(refused).as(cluster).doesNotContainValue(true);
    }
  }

  private boolean isHighlyAvailable(KubernetesOverlay overlay, String cluster) {
    try {
      return flink(overlay, cluster).isHighlyAvailable();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With the labels that Flink gives, and that of the pod template. */
  private static Peer flinkPod(String namespace, String cluster, String component) {
    return Peer.pod(
        namespace,
        Map.of(
            "app",
            cluster,
            "type",
            "flink-native-kubernetes",
            "component",
            component,
            "app.kubernetes.io/name",
            "errata"));
  }
}
