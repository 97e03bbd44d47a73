package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Runs whose spans go to a collector, or to none. */
class TraceExportTest {
  /** Twice what a run may wait, for a busy machine; the exporter alone would wait for 10 s. */
  private static final Duration SHORT = TraceExport.PATIENCE.multipliedBy(2);

  /** Runs one verb to its end. */
  private static Duration run(String endpoint, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("ERRATA_METRICS", "off");
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    Telemetry telemetry = new Telemetry(environment, Clock.systemUTC());
    telemetry.begin("plan");
    telemetry.spec("totals");
    telemetry.stage("prepare");
    long start = System.nanoTime();
    telemetry.end(0);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static String at(int port) {
    return "http://127.0.0.1:" + port;
  }

  /** What a collector was sent: path, kind of content and caller, and the body with its texts. */
  private record Sent(String request, String body) {}

  private static List<Sent> sent(int status, Map<String, String> more) throws IOException {
    List<Sent> sent = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          try (exchange) {
            sent.add(
                new Sent(
                    exchange.getRequestMethod()
                        + " "
                        + exchange.getRequestURI()
                        + " "
                        + exchange.getRequestHeaders().getFirst("Content-Type")
                        + " "
                        + exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(
                        exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1)));
            exchange.sendResponseHeaders(status, -1);
          }
        });
    collector.start();
    try {
      run(at(collector.getAddress().getPort()), more);
    } finally {
      collector.stop(0);
    }
    return sent;
  }

  @Test
  void spans_areSentAsTheVariablesSay() throws IOException {
    List<Sent> sent =
        sent(
            200,
            Map.of(
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20x",
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=testing"));
    assertThat(sent)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.request())
                  .isEqualTo("POST /v1/traces application/x-protobuf Bearer x");
              assertThat(one.body())
                  .contains("errata plan", "prepare", "totals", "service.name", "testing");
            });
  }

  @Test
  void collectorThatIsRestarted_isTriedAgain() throws IOException {
    assertThat(sent(503, Map.of())).hasSizeBetween(2, 3);
  }

  @Test
  void spanThatItsCallerDoesNotKeep_isNotSent() throws IOException {
    String unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    assertThat(sent(200, Map.of("TRACEPARENT", unsampled))).isEmpty();
    assertThat(sent(200, Map.of("TRACEPARENT", unsampled.replaceFirst("00$", "01")))).hasSize(1);
    assertThat(sent(200, Map.of("TRACEPARENT", "no context"))).hasSize(1);
  }

  @Test
  void collectorThatIsNotThere_holdsNothingUp() throws IOException {
    int free;
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = any.getLocalPort();
    }
    assertThat(run(at(free), Map.of())).isLessThan(SHORT);
  }

  @Test
  void collectorThatNeverAnswers_holdsARunUpForItsPatienceAtTheMost() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(run(at(silent.getLocalPort()), Map.of()))
          .isBetween(TraceExport.PATIENCE.dividedBy(2), SHORT);
    }
  }

  @Test
  void variableThatCannotBeUsed_failsNothing() {
    assertThat(run("no address", Map.of())).isLessThan(SHORT);
    assertThat(run(at(1), Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"))).isLessThan(SHORT);
    assertThat(run(at(1), Map.of("OTEL_TRACES_SAMPLER", "dice"))).isLessThan(SHORT);
  }
}
