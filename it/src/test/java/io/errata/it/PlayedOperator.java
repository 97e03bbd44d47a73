package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.it.KubernetesApi.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Plays the Flink Kubernetes operator, and a node with it: it sees each {@code FlinkDeployment} of
 * a namespace, has a real application cluster of processes run its job with its arguments, its
 * variables and its spec, writes its status, and lets it go only once the processes have ended.
 */
final class PlayedOperator implements AutoCloseable {
  private static final String FINALIZER = "flinkdeployments.flink.apache.org/finalizer";
  private static final String MERGE = "application/merge-patch+json";
  private static final int LOOK_AGAIN_MILLIS = 100;
  private static final int END_SECONDS = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesApi api;
  private final String collection;
  private final String specs;
  private final Path folder;
  private final Map<String, String> environment;
  private final Optional<String> error;
  private final Map<String, FlinkCluster> clusters = new TreeMap<>();
  private final List<JsonNode> seen = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private volatile Throwable failure;

  private PlayedOperator(
      KubernetesApi api,
      String namespace,
      Path folder,
      Map<String, String> environment,
      Optional<String> error) {
    this.api = api;
    this.collection =
        "/apis/flink.apache.org/v1beta1/namespaces/" + namespace + "/flinkdeployments";
    this.specs = "/api/v1/namespaces/" + namespace + "/configmaps/";
    this.folder = folder;
    this.environment = environment;
    this.error = error;
    loop.scheduleWithFixedDelay(this::reconcile, 0, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Starts to work.
   *
   * @param folder for the clusters' files
   * @param environment what secrets and ConfigMaps give to pods
   */
  static PlayedOperator start(
      KubernetesApi api, String namespace, Path folder, Map<String, String> environment) {
    return new PlayedOperator(api, namespace, folder, environment, Optional.empty());
  }

  /** One whose job managers never start, as with an image that isn't there. */
  static PlayedOperator failing(KubernetesApi api, String namespace, Path folder, String error) {
    return new PlayedOperator(api, namespace, folder, Map.of(), Optional.of(error));
  }

  /** The deployments that it has seen, as they were then. */
  List<JsonNode> seen() {
    return seen;
  }

  private synchronized void reconcile() {
    if (failure != null) {
      return;
    }
    try {
      for (JsonNode deployment : api.read(collection).path("items")) {
        reconcile(deployment);
      }
    } catch (Throwable e) {
      // The scheduler would keep it to itself.
      failure = e;
    }
  }

  private void reconcile(JsonNode deployment) throws IOException {
    String name = deployment.at("/metadata/name").asText();
    FlinkCluster cluster = clusters.get(name);
    if (deployment.at("/metadata").has("deletionTimestamp")) {
      if (cluster != null) {
        cluster.stop();
        clusters.remove(name);
      }
      finalizers(name, "[]");
    } else if (deployment.at("/metadata/finalizers").isEmpty()) {
      seen.add(deployment);
      finalizers(name, "[\"" + FINALIZER + "\"]");
      status(name, error.isPresent() ? "ERROR" : "DEPLOYING", "CREATED");
    } else if (error.isEmpty() && cluster == null) {
      start(name, deployment);
    } else if (cluster != null) {
      OptionalInt status = cluster.status();
      if (status.isPresent()) {
        status(name, "READY", status.getAsInt() == 0 ? "FINISHED" : "FAILED");
      } else if (!cluster.taskManagers().isEmpty()) {
        status(name, "READY", "RUNNING");
      }
    }
  }

  /** The pods wait until their ConfigMap is there, as those of a node do. */
  private void start(String name, JsonNode deployment) throws IOException {
    JsonNode pod = deployment.at("/spec/podTemplate/spec");
    String map = named(pod.path("volumes"), "spec").at("/configMap/name").asText();
    if (!api.isFound(specs + map)) {
      return;
    }
    JsonNode container = named(pod.path("containers"), "flink-main-container");
    Path mounted =
        Files.createDirectories(
            Path.of(named(container.path("volumeMounts"), "spec").path("mountPath").asText()));
    JsonNode files = api.read(specs + map).path("data");
    for (String file : (Iterable<String>) files::fieldNames) {
      Files.writeString(mounted.resolve(file), files.path(file).asText());
    }
    Map<String, String> variables = new TreeMap<>(environment);
    for (JsonNode variable : container.path("env")) {
      if (variable.has("value")) {
        variables.put(variable.path("name").asText(), variable.path("value").asText());
      }
    }
    List<String> arguments = new ArrayList<>();
    deployment.at("/spec/job/args").forEach(argument -> arguments.add(argument.asText()));
    clusters.put(
        name,
        FlinkCluster.startApplication(
            Files.createTempDirectory(folder, "cluster"), arguments, variables));
  }

  private static JsonNode named(JsonNode list, String name) {
    for (JsonNode each : list) {
      if (each.path("name").asText().equals(name)) {
        return each;
      }
    }
    throw new AssertionError("no " + name + " in " + list);
  }

  private void finalizers(String name, String list) {
    Answer answer =
        api.send(
            "PATCH",
            collection + "/" + name,
            MERGE,
            "{\"metadata\":{\"finalizers\":" + list + "}}");
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }

  private void status(String name, String jobManager, String job) {
    ObjectNode status = JSON.createObjectNode();
    status.put("jobManagerDeploymentStatus", jobManager);
    status.putObject("jobStatus").put("state", job);
    error.ifPresent(
        text ->
            status.put(
                "error",
                JSON.createObjectNode().put("type", "x.Y").put("message", text).toString()));
    ObjectNode object = JSON.createObjectNode();
    object.set("status", status);
    Answer answer =
        api.send("PATCH", collection + "/" + name + "/status", MERGE, object.toString());
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }

  /** What the clusters have logged, and what went wrong here, for a test that failed. */
  synchronized String logs() {
    StringBuilder all = new StringBuilder().append(failure).append('\n');
    clusters.values().forEach(cluster -> all.append(cluster.logs()));
    return all.toString();
  }

  /** What it does just now it does to the end: an interrupt would be a failure of its own. */
  private void awaitLastLook() {
    loop.shutdown();
    try {
      assertThat(loop.awaitTermination(END_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    awaitLastLook();
    synchronized (this) {
      clusters.values().forEach(FlinkCluster::close);
    }
    if (failure instanceof IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(failure).isNull();
  }
}
