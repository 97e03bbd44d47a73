package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.jobs.plan.PlanProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryTest {
  private static final String HOST = MetricsPlace.LOOPBACK;

  @TempDir private Path folder;

  private static HttpResponse<String> ask(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** A free port, of which the next ones are likely to be free. */
  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Math.min(any.getLocalPort(), 65_535 - MetricsEndpoint.PORTS);
    }
  }

  @Test
  void endpoint_answersMetricsAlone() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.open(HOST, freePort(), () -> "a 1\n")) {
      HttpResponse<String> found = ask(endpoint.port(), "/metrics");
      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(found.body()).isEqualTo("a 1\n");
      assertThat(found.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(ask(endpoint.port(), "/metrics/x").statusCode()).isEqualTo(404);
      assertThat(ask(endpoint.port(), "/").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void secondRun_takesTheNextPort() throws Exception {
    try (MetricsEndpoint one = MetricsEndpoint.open(HOST, freePort(), () -> "run 1\n");
        MetricsEndpoint two = MetricsEndpoint.open(HOST, one.port(), () -> "run 2\n")) {
      assertThat(two.port())
          .isGreaterThan(one.port())
          .isLessThan(one.port() + MetricsEndpoint.PORTS);
      assertThat(ask(one.port(), "/metrics").body()).isEqualTo("run 1\n");
      assertThat(ask(two.port(), "/metrics").body()).isEqualTo("run 2\n");
    }
  }

  @Test
  void runThatCannotListen_goesOnWithoutMetrics() throws Exception {
    // No address of this machine.
    Telemetry telemetry =
        new Telemetry(
            Map.of("ERRATA_METRICS", "192.0.2.1:9091", "ERRATA_METRICS_DIR", folder.toString()),
            Clock.systemUTC());
    telemetry.begin("plan");
    telemetry
        .observe(PlanProgress.NONE)
        .begun("0123456789abcdef", "totals", Instant.parse("2024-06-10T12:00:00Z"));
    telemetry.end(0);
    assertThat(Files.readString(folder.resolve("errata-totals-plan.prom")))
        .contains("errata_run_exit_status{spec=\"totals\",verb=\"plan\"} 0\n");
  }

  @Test
  void verbWithinAnother_isOneRunWithIt_andTheFileIsReplacedByTheNextRun() throws Exception {
    Telemetry telemetry =
        new Telemetry(
            Map.of("ERRATA_METRICS", "off", "ERRATA_METRICS_DIR", folder.toString()),
            Clock.systemUTC());
    for (int status : new int[] {0, 5}) {
      telemetry.begin("run");
      telemetry.begin("plan");
      telemetry.spec("a/b c");
      telemetry.end(0);
      assertThat(telemetry.observe(PlanProgress.NONE)).isNotSameAs(PlanProgress.NONE);
      telemetry.begin("apply");
      telemetry.stage("write the rows");
      telemetry.end(status);
      telemetry.end(status);
      assertThat(telemetry.observe(PlanProgress.NONE)).isSameAs(PlanProgress.NONE);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).containsExactly(folder.resolve("errata-a_b_c-run.prom"));
      }
      assertThat(Files.readString(folder.resolve("errata-a_b_c-run.prom")))
          .contains("errata_run_exit_status{spec=\"a/b c\",verb=\"run\"} " + status + "\n");
    }
  }

  @Test
  void usualPlace_isThisMachineAlone() {
    for (String asked : List.of("", "9091", "127.0.0.1:9091")) {
      assertThat(MetricsPlace.of(Map.of("ERRATA_METRICS", asked)))
          .isEqualTo(new MetricsPlace("127.0.0.1", Optional.of(9091), Optional.empty()));
    }
  }

  @Test
  void place_isThatOfTheVariable() {
    assertThat(MetricsPlace.of(Map.of("ERRATA_METRICS", "off")).port()).isEmpty();
    assertThat(MetricsPlace.of(Map.of("ERRATA_METRICS", "0.0.0.0:80")))
        .isEqualTo(new MetricsPlace("0.0.0.0", Optional.of(80), Optional.empty()));
    assertThat(MetricsPlace.of(Map.of("ERRATA_METRICS", "[::1]:80")).host()).isEqualTo("::1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "0", "65536", "host", "host:", ":80"})
  void wrongPlace_isRefused(String asked) {
    assertThatThrownBy(() -> MetricsPlace.of(Map.of("ERRATA_METRICS", asked)))
        .isInstanceOf(ErrataException.class)
        .hasMessage(
            "Cannot serve metrics at " + asked + " (ERRATA_METRICS: a port, host:port, or off)");
  }
}
