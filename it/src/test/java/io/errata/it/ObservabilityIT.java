package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.servers.FreePorts;
import io.errata.state.plan.PlanManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus hears of real runs, and what the dashboard and the alert rules make of it. */
class ObservabilityIT {
  private static final Path DEPLOYED = RepositoryFiles.root().resolve("deploy/observability");
  private static final int EVENTS = 4_000;

  /** How often is looked again for what passes quickly. */
  private static final int MOST = 20;

  @TempDir private Path folder;
  private ClusterCase events;

  @BeforeEach
  void create() throws IOException {
    events = ClusterCase.create(folder);
  }

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void alertRules_areWhatPromtoolExpects() {
    PrometheusServer.assumeInstalled();
    assertThat(PrometheusServer.promtool(DEPLOYED, "check", "config", "prometheus.yaml"))
        .contains("SUCCESS");
    assertThat(PrometheusServer.promtool(DEPLOYED, "test", "rules", "alerts-test.yaml"))
        .contains("SUCCESS");
  }

  @Test
  void everyPanelAndRule_findsWhatRealRunsTell() throws IOException {
    PrometheusServer.assumeInstalled();
    Path left = Files.createDirectories(folder.resolve("left"));
    HttpServer exporter = nodeExporter(left);
    int port = FreePorts.find(1)[0];
    try (PrometheusServer prometheus =
        PrometheusServer.start(
            folder,
            DEPLOYED.resolve("alerts.yaml"),
            Map.of("errata", port, "errata-files", exporter.getAddress().getPort()))) {
      // One event is no JSON: its share is small, and nobody knows whose it is.
      Files.writeString(folder.resolve("archive/part-bad.jsonl"), "{\"id\":\n");
      Map<String, String> watched =
          Map.of("ERRATA_METRICS", Integer.toString(port), "ERRATA_METRICS_DIR", left.toString());
      String slow =
          events.write(
              events.draft("plans").set("limits.rate", "400/s").set("limits.quarantine", 1_000));
      try (ErrataProcess run = ErrataProcess.start(folder, watched, "plan", slow, "--json")) {
        run.await(() -> prometheus.finds("errata_events_read_total > 1000"), "events");
        ErrataProcess.Ended planned = run.await();
        assertThat(planned.status()).as(planned.err()).isEqualTo(4);
      }
      Files.delete(folder.resolve("archive/part-bad.jsonl"));
      String whole =
          events.write(
              events
                  .draft("whole")
                  .set("name", "whole")
                  .set("limits.corrections", 1_000)
                  .set("limits.deletes", 1_000));
      ErrataProcess.Ended applied = ErrataProcess.run(folder, watched, "run", whole, "--json");
      assertThat(applied.status()).as(applied.err()).isZero();
      prometheus.await("errata_run_exit_status{spec=\"whole\"}");

      // A stage of a batch job may begin and end between two looks.
      for (int again = 0;
          again < MOST && !queries().stream().allMatch(prometheus::hasFound);
          again++) {
        assertThat(ErrataProcess.run(folder, watched, "verify", whole, "--json").status()).isZero();
      }
      assertThat(queries()).allSatisfy(query -> assertThat(prometheus.hasFound(query)).isTrue());
      assertThat(greatest(prometheus, "errata_events_read_total{job=\"errata\",spec=\"test\"}"))
          .isBetween(1_000.0, EVENTS + 1.0);
      assertThat(greatest(prometheus, "errata_events_read_total{job=\"errata-files\"}"))
          .isEqualTo(EVENTS + 1.0);
      assertThat(greatest(prometheus, "errata_events_rejected_total{spec=\"test\"}"))
          .isEqualTo(1.0);
      assertThat(greatest(prometheus, "sum(flink_taskmanager_job_task_operator_errata_bytes_read)"))
          .isPositive();

      prometheus.await("ALERTS{alertname=\"ErrataQuarantineNotEmpty\"}");
      assertThat(alerts(prometheus)).contains("ErrataQuarantineNotEmpty test");
      assertThat(alerts(prometheus)).noneMatch(alert -> alert.endsWith(" whole"));
      for (JsonNode group : prometheus.ask("rules", Map.of()).path("groups")) {
        for (JsonNode rule : group.path("rules")) {
          assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok");
        }
      }
    } finally {
      exporter.stop(0);
    }
  }

  private static Set<String> alerts(PrometheusServer prometheus) {
    Set<String> names = new TreeSet<>();
    for (JsonNode alert : prometheus.ask("alerts", Map.of()).path("alerts")) {
      names.add(alert.at("/labels/alertname").asText() + " " + alert.at("/labels/spec").asText());
    }
    return names;
  }

  private static double greatest(PrometheusServer prometheus, String query) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (JsonNode series : prometheus.series(query)) {
      for (JsonNode value : series.path("values")) {
        greatest = Math.max(greatest, Double.parseDouble(value.path(1).asText()));
      }
    }
    return greatest;
  }

  /** The dashboard's, as Grafana would send them. */
  private static List<String> queries() throws IOException {
    List<String> queries = new ArrayList<>();
    JsonNode dashboard = new ObjectMapper().readTree(DEPLOYED.resolve("dashboard.json").toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            target.path("expr").asText().replace("$spec", ".*").replace("$__rate_interval", "30s"));
      }
    }
    assertThat(queries).hasSizeGreaterThan(20).allMatch(query -> !query.contains("$"));
    return queries;
  }

  /** Tells what lies in a folder, as a node exporter's text file collector does. */
  private static HttpServer nodeExporter(Path left) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          ByteArrayOutputStream body = new ByteArrayOutputStream();
          Set<String> said = new TreeSet<>();
          try (Stream<Path> files = Files.list(left)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".prom")).toList()) {
              for (String line : Files.readAllLines(file)) {
                // Each metric is described once.
                if (!line.startsWith("#") || said.add(line)) {
                  body.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
              }
            }
          }
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, body.size() == 0 ? -1 : body.size());
          try (OutputStream out = exchange.getResponseBody()) {
            body.writeTo(out);
          }
        });
    server.start();
    return server;
  }

  /** Two reporters hear of the same tasks at the same time. */
  @Test
  void metricsOfTasks_haveTheNamesAndLabelsThatFlinkGivesThem() throws Exception {
    int[] ports = FreePorts.find(2);
    Configuration configuration = new Configuration();
    configuration.setString(
        "metrics.reporter.prom.factory.class", PrometheusReporterFactory.class.getName());
    configuration.setString("metrics.reporter.prom.port", Integer.toString(ports[0]));
    configuration.setString(
        "metrics.reporter.errata.factory.class", "io.errata.jobs.telemetry.TaskMetrics$Factory");
    // Counts travel with heartbeats.
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
    Telemetry telemetry =
        new Telemetry(Map.of("ERRATA_METRICS", Integer.toString(ports[1])), Clock.systemUTC());
    MiniClusterConfiguration two =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(configuration)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(2)
            .withRandomPorts()
            .build();
    Set<String> ofFlink = new TreeSet<>();
    Set<String> own = new TreeSet<>();
    try (MiniCluster cluster = new MiniCluster(two)) {
      cluster.start();
      TestStreamEnvironment.setAsContext(cluster, 2);
      telemetry.begin("plan");
      PlanManifest plan;
      try (Planner planner =
          new Planner(
              telemetry.observe(
                  new PlanProgress() {
                    @Override
                    public void stage(String name) {}

                    @Override
                    public void advance(long done, long expected) {}

                    @Override
                    public void counted(JobCounts counts) {
                      // Until all tasks are there, one may know more of them than the other.
                      if (own.isEmpty() || !own.equals(ofFlink)) {
                        own.clear();
                        own.addAll(tasks(ports[1]));
                        ofFlink.clear();
                        ofFlink.addAll(tasks(ports[0]));
                      }
                    }
                  }))) {
        plan =
            planner
                .plan(
                    events.draft("plans").streaming().set("limits.rate", "600/s").parse(),
                    new PlannerOptions(2, InputOrder.AS_READ))
                .manifest();
      } finally {
        TestStreamEnvironment.unsetAsContext();
        telemetry.end(0);
      }
      assertThat(plan.events().used()).isEqualTo(EVENTS);
    }
    assertThat(own)
        .anyMatch(line -> line.startsWith("flink_taskmanager_job_task_operator_errata_bytes_read{"))
        .anyMatch(line -> line.contains("errata_events_read{") && line.contains("task_name"))
        .isEqualTo(ofFlink);
  }

  /** Names and labels, without the values. */
  private static Set<String> tasks(int port) {
    try {
      String body =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Set<String> lines = new TreeSet<>();
      for (String line : body.lines().toList()) {
        if (line.startsWith("flink_") && line.contains("_errata_")) {
          String labels = line.substring(line.indexOf('{') + 1, line.lastIndexOf('"') + 1);
          Set<String> sorted = new TreeSet<>(List.of(labels.split(",(?=[a-z_]+=\")")));
          lines.add(line.substring(0, line.indexOf('{') + 1) + String.join(",", sorted));
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
