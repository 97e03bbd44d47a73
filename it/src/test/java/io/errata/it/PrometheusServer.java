package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.servers.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Prometheus, which asks its targets twice in a second. */
final class PrometheusServer implements AutoCloseable {
  /** Set where its absence is a failure and no reason to skip a test. */
  private static final String REQUIRED = "ERRATA_PROMETHEUS_REQUIRED";

  private static final int SECONDS = 120;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final Path log;
  private final int port;

  private PrometheusServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /** Skips the test where Prometheus and promtool aren't installed, unless they have to be. */
  static void assumeInstalled() {
    if (System.getenv(REQUIRED) == null) {
      assumeThat(Stream.of("prometheus", "promtool").allMatch(PrometheusServer::isInstalled))
          .as("prometheus and promtool are installed (Debian's package prometheus)")
          .isTrue();
    }
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * Starts one.
   *
   * @param rules its file of rules
   * @param targets their ports on this machine, by the name of the job
   */
  static PrometheusServer start(Path folder, Path rules, Map<String, Integer> targets) {
    StringBuilder settings =
        new StringBuilder(
            """
            global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
            rule_files: ["%s"]
            scrape_configs:
            """
                .formatted(rules));
    new TreeMap<>(targets)
        .forEach(
            (job, target) ->
                settings
                    .append("  - job_name: ")
                    .append(job)
                    .append("\n    static_configs: [{ targets: [\"127.0.0.1:")
                    .append(target)
                    .append("\"] }]\n"));
    try {
      Path file = Files.writeString(folder.resolve("prometheus.yaml"), settings);
      Path log = folder.resolve("prometheus.log");
      int port = FreePorts.find(1)[0];
      Process process =
          new ProcessBuilder(
                  "prometheus",
                  "--config.file=" + file,
                  "--storage.tsdb.path=" + folder.resolve("tsdb"),
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      PrometheusServer server = new PrometheusServer(process, log, port);
      server.await();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!isReady()) {
      assertThat(process.isAlive() && System.nanoTime() < end)
          .as("Prometheus is up: " + Files.readString(log))
          .isTrue();
      pause();
    }
  }

  private void pause() {
    try {
      // Asks again; there is no event to wait for in another process.
      process.waitFor(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean isReady() {
    try {
      return send("/-/ready").statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private HttpResponse<String> send(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What it answers to a question of its API. */
  JsonNode ask(String path, Map<String, String> parameters) {
    StringBuilder query = new StringBuilder("/api/v1/" + path + "?");
    parameters.forEach(
        (name, value) ->
            query
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .append('&'));
    HttpResponse<String> answer = send(query.toString());
    try {
      JsonNode json = JSON.readTree(answer.body());
      assertThat(json.path("status").asText())
          .as(path + " " + parameters + json)
          .isEqualTo("success");
      return json.path("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The series that a query finds in the last quarter of an hour, each with its values. */
  JsonNode series(String query) {
    double now = System.currentTimeMillis() / 1000.0;
    return ask(
            "query_range",
            Map.of(
                "query",
                query,
                "start",
                Double.toString(now - 900),
                "end",
                Double.toString(now),
                "step",
                "1"))
        .path("result");
  }

  /** Whether a query found something at any moment of the last quarter of an hour. */
  boolean hasFound(String query) {
    return finds("max_over_time((" + query + ")[15m:100ms])");
  }

  /** Whether a query finds something now. */
  boolean finds(String query) {
    return !ask("query", Map.of("query", query)).path("result").isEmpty();
  }

  /** Waits until a query finds something now. */
  void await(String query) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!finds(query)) {
      assertThat(System.nanoTime())
          .as("waiting for " + query + "; " + ask("targets", Map.of()))
          .isLessThan(end);
      pause();
    }
  }

  /** Runs promtool to its end. */
  static String promtool(Path folder, String... args) {
    try {
      Process promtool =
          new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(args)).toList())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(promtool.waitFor()).as(List.of(args) + "\n" + said).isZero();
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
