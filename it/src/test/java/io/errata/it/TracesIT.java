package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.servers.CollectorServer;
import io.errata.servers.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector hears of real runs, and what a run hears of a collector that isn't there. */
class TracesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 60;
  private static final int LOOK_AGAIN_MILLIS = 50;
  private static final String CALLER_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER_SPAN = "b7ad6b7169203331";
  private static final String LOST = "Spans of this run are lost";

  /** As it is shipped: on the class path of the tests lies one of Flink's that silences all. */
  private static final String LOGGING =
      RepositoryFiles.root().resolve("jobs/src/main/resources/log4j2.properties").toString();

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

  private static CollectorServer start(Path folder) {
    Optional<Path> programs = CollectorServer.programs();
    assumeThat(programs).as("built by servers/build-otel-collector.sh").isPresent();
    return CollectorServer.start(programs.orElseThrow(), folder);
  }

  private String unlimited() throws IOException {
    return events.write(
        events.draft("plans").set("limits.corrections", 1_000).set("limits.deletes", 1_000));
  }

  private static Map<String, String> sentTo(int port) {
    return Map.of(
        "LOG4J_CONFIGURATION_FILE",
        LOGGING,
        "ERRATA_METRICS",
        "off",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + port,
        "OTEL_EXPORTER_OTLP_HEADERS",
        "authorization=Bearer%20s3cr3t",
        "TRACEPARENT",
        "00-" + CALLER_TRACE + "-" + CALLER_SPAN + "-01");
  }

  /** All spans that were received, once a certain number of them is there. */
  private static List<JsonNode> await(CollectorServer collector, int spans) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      List<JsonNode> received = received(collector);
      if (received.size() >= spans) {
        return received;
      }
      assertThat(System.nanoTime()).as(received.toString()).isLessThan(end);
      try {
        // Asks again; there is no event to wait for in another process.
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private static List<JsonNode> received(CollectorServer collector) throws IOException {
    List<JsonNode> spans = new ArrayList<>();
    String text = Files.readString(collector.received());
    // The last line may be half written.
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      for (JsonNode resource : JSON.readTree(line).path("resourceSpans")) {
        assertThat(attribute(resource.path("resource"), "service.name")).isEqualTo("errata");
        for (JsonNode scope : resource.path("scopeSpans")) {
          scope.path("spans").forEach(spans::add);
        }
      }
    }
    return spans;
  }

  private static String attribute(JsonNode of, String key) {
    for (JsonNode attribute : of.path("attributes")) {
      if (attribute.path("key").asText().equals(key)) {
        JsonNode value = attribute.path("value");
        return value.path(value.fieldNames().next()).asText();
      }
    }
    return "";
  }

  private static JsonNode find(List<JsonNode> spans, String name) {
    return spans.stream()
        .filter(span -> span.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name + " in " + spans));
  }

  private static List<String> below(List<JsonNode> spans, JsonNode parent) {
    return spans.stream()
        .filter(span -> span.path("parentSpanId").equals(parent.path("spanId")))
        .sorted((a, b) -> Long.compareUnsigned(started(a), started(b)))
        .map(span -> span.path("name").asText())
        .toList();
  }

  private static long started(JsonNode span) {
    return span.path("startTimeUnixNano").asLong();
  }

  @Test
  void runOfTheLauncher_isATraceBelowItsCallersSpan() throws IOException {
    try (CollectorServer collector = start(folder.resolve("collector"))) {
      ErrataProcess.Ended run =
          ErrataProcess.runLauncher(folder, sentTo(collector.port()), "run", unlimited(), "--json");
      assertThat(run.status()).as(run.err()).isZero();
      JsonNode document = run.document("run");
      String plan = document.at("/plan/plan").asText();

      List<JsonNode> spans = await(collector, 14);
      assertThat(spans)
          .hasSize(14)
          .allSatisfy(span -> assertThat(span.path("traceId").asText()).isEqualTo(CALLER_TRACE));
      JsonNode root = find(spans, "errata run");
      assertThat(root.path("parentSpanId").asText()).isEqualTo(CALLER_SPAN);
      assertThat(attribute(root, "errata.exit_status")).isEqualTo("0");
      assertThat(attribute(root, "errata.plan")).isEqualTo(plan);
      assertThat(below(spans, root)).containsExactly("errata plan", "errata apply");

      JsonNode planned = find(spans, "errata plan");
      assertThat(below(spans, planned))
          .containsExactly(
              "prepare",
              "look at the events",
              "open a snapshot",
              "recompute and compare",
              "check the evidence",
              "seal the plan");
      assertThat(attribute(planned, "errata.plan")).isEqualTo(plan);
      assertThat(attribute(planned, "errata.table")).isEqualTo("totals");
      assertThat(attribute(planned, "errata.window.from")).isEqualTo("2024-06-10T00:00:00Z");
      assertThat(attribute(planned, "errata.window.to")).isEqualTo("2024-06-11T00:00:00Z");
      assertThat(attribute(planned, "errata.events.used"))
          .isEqualTo(document.at("/plan/events/used").asText())
          .isEqualTo("4000");
      assertThat(attribute(planned, "errata.rows.update"))
          .isEqualTo(document.at("/plan/rows/update").asText())
          .isNotEqualTo("0");

      JsonNode applied = find(spans, "errata apply");
      assertThat(below(spans, applied))
          .containsExactly(
              "open the table",
              "check the table",
              "stage the corrections",
              "write the rows",
              "read the rows back");
      assertThat(attribute(applied, "errata.write.outcome")).isEqualTo("applied");
      assertThat(attribute(applied, "errata.write.ledger"))
          .isEqualTo(document.at("/apply/ledger").asText());
      assertThat(run.err()).doesNotContain(LOST, "s3cr3t");
    }
  }

  @Test
  void failure_isToldByItsCodeAndNotByItsMessage() throws IOException {
    try (CollectorServer collector = start(folder.resolve("collector"))) {
      String wrong =
          events.write(events.draft("plans").table("nowhere", List.of("name"), List.of("total")));
      ErrataProcess.Ended plan = ErrataProcess.run(folder, sentTo(collector.port()), "plan", wrong);
      assertThat(plan.status()).as(plan.err()).isEqualTo(2);

      List<JsonNode> spans = await(collector, 2);
      for (String name : List.of("prepare", "errata plan")) {
        JsonNode span = find(spans, name);
        // STATUS_CODE_ERROR.
        assertThat(span.at("/status/code").asInt()).isEqualTo(2);
        assertThat(span.at("/status/message").asText()).isEmpty();
        assertThat(attribute(span, "error.type")).isEqualTo("INVALID_TABLE");
        assertThat(attribute(span, "errata.error.kind")).isEqualTo("user");
      }
      assertThat(attribute(find(spans, "errata plan"), "errata.exit_status")).isEqualTo("2");
      assertThat(Files.readString(collector.received())).doesNotContain("Cannot");
    }
  }

  @Test
  void collectorThatIsNotThere_isOneWarningOfARunThatGoesOn() throws IOException {
    ErrataProcess.Ended run =
        ErrataProcess.run(folder, sentTo(FreePorts.find(1)[0]), "run", unlimited(), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.document("run").at("/apply/outcome").asText()).isEqualTo("applied");
    assertThat(run.err().lines().filter(line -> line.contains(LOST))).hasSize(1);
    assertThat(run.err()).doesNotContain("\tat ", "s3cr3t");
  }

  @Test
  void protocolThatIsNotSpoken_isNamed() throws IOException {
    ErrataProcess.Ended run =
        ErrataProcess.run(
            folder,
            Map.of(
                "LOG4J_CONFIGURATION_FILE",
                LOGGING,
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:4317",
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "grpc"),
            "plan",
            unlimited());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            "No spans: Errata doesn't send them by grpc",
            "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
  }

  @Test
  void runThatNobodyTraces_loadsNoneOfItsClasses() throws IOException {
    assertThat(classesOfOpenTelemetry(Map.of())).isEmpty();
    // As a look at whether they would be found.
    assertThat(classesOfOpenTelemetry(sentTo(FreePorts.find(1)[0]))).isNotEmpty();
  }

  private List<String> classesOfOpenTelemetry(Map<String, String> environment) throws IOException {
    Path loaded = Files.createTempFile(folder, "loaded", ".txt");
    Map<String, String> all = new TreeMap<>(environment);
    all.put("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + loaded);
    ErrataProcess.Ended plan = ErrataProcess.run(folder, all, "plan", unlimited());
    assertThat(plan.status()).as(plan.err()).isZero();
    return Files.readAllLines(loaded).stream()
        .filter(line -> line.contains("io.opentelemetry.") || line.contains("TraceExport"))
        .toList();
  }
}
