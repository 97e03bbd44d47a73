package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceSettingsTest {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
  private static final String COLLECTOR = "http://collector:4318";

  @Test
  void spans_areWantedWhereAVariableAsksForThem() {
    assertThat(TraceSettings.of(Map.of())).isEmpty();
    assertThat(TraceSettings.of(Map.of("OTEL_SERVICE_NAME", "x"))).isEmpty();
    assertThat(TraceSettings.of(Map.of(ENDPOINT, " "))).isEmpty();
    assertThat(TraceSettings.of(Map.of(ENDPOINT, COLLECTOR))).isPresent();
    assertThat(TraceSettings.of(Map.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", COLLECTOR)))
        .isPresent();
    assertThat(TraceSettings.of(Map.of("OTEL_TRACES_EXPORTER", "otlp"))).isPresent();
    assertThat(TraceSettings.of(Map.of("OTEL_TRACES_EXPORTER", "console, otlp"))).isPresent();
  }

  @Test
  void spans_areNotWantedWhereAVariableSaysSo() {
    for (String exporter : new String[] {"none", "console", "zipkin"}) {
      assertThat(TraceSettings.of(Map.of(ENDPOINT, COLLECTOR, "OTEL_TRACES_EXPORTER", exporter)))
          .isEmpty();
    }
    assertThat(TraceSettings.of(Map.of(ENDPOINT, COLLECTOR, "OTEL_SDK_DISABLED", "true")))
        .isEmpty();
  }

  @Test
  void settings_areThoseOfOpenTelemetry_andTheCallersSpan() {
    String caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    TraceSettings settings =
        TraceSettings.of(
                Map.of(
                    ENDPOINT,
                    COLLECTOR,
                    "TRACEPARENT",
                    caller,
                    "TRACESTATE",
                    "a=b",
                    "PATH",
                    "/bin"))
            .orElseThrow();
    assertThat(settings.properties()).isEqualTo(Map.of("otel.exporter.otlp.endpoint", COLLECTOR));
    assertThat(settings.context()).isEqualTo(Map.of("traceparent", caller, "tracestate", "a=b"));
  }

  @Test
  void protocolThatIsNotSpoken_isFound() {
    Map<String, String> grpc = Map.of(ENDPOINT, COLLECTOR, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    assertThat(TraceSettings.of(grpc).orElseThrow().otherProtocol()).contains("grpc");
    Map<String, String> traces =
        Map.of(
            ENDPOINT,
            COLLECTOR,
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "grpc",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "http/protobuf");
    assertThat(TraceSettings.of(traces).orElseThrow().otherProtocol()).isEmpty();
    assertThat(TraceSettings.of(Map.of(ENDPOINT, COLLECTOR)).orElseThrow().otherProtocol())
        .isEmpty();
  }
}
