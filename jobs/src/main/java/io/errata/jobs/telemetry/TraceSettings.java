package io.errata.jobs.telemetry;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What OpenTelemetry's variables of the environment say about traces, read without its classes:
 * most runs need none of them.
 *
 * @param properties OpenTelemetry's variables, by the names that its SDK gives them as properties
 * @param context the caller's span, in the fields of W3C Trace Context
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">the
 *     variables</a>
 */
record TraceSettings(Map<String, String> properties, Map<String, String> context) {
  private static final String EXPORTER = "otel.traces.exporter";
  private static final String OTLP = "otlp";

  /** As the specification of OpenTelemetry has it for the environment of a process. */
  private static final List<String> CONTEXT = List.of("traceparent", "tracestate");

  /** The first that is set counts. */
  private static final List<String> PROTOCOL =
      List.of("otel.exporter.otlp.traces.protocol", "otel.exporter.otlp.protocol");

  private static final List<String> ENDPOINT =
      List.of("otel.exporter.otlp.traces.endpoint", "otel.exporter.otlp.endpoint");

  /** The protocol that is spoken. */
  static final String HTTP = "http/protobuf";

  TraceSettings {
    properties = Map.copyOf(properties);
    context = Map.copyOf(context);
  }

  /** Empty unless the variables ask for traces by OTLP. */
  static Optional<TraceSettings> of(Map<String, String> environment) {
    Map<String, String> properties = new TreeMap<>();
    Map<String, String> context = new TreeMap<>();
    environment.forEach(
        (variable, value) -> {
          String name = variable.toLowerCase(Locale.ROOT);
          if (variable.startsWith("OTEL_") && !value.isBlank()) {
            properties.put(name.replace('_', '.'), value.strip());
          } else if (CONTEXT.contains(name)) {
            context.put(name, value.strip());
          }
        });
    return isWanted(properties)
        ? Optional.of(new TraceSettings(properties, context))
        : Optional.empty();
  }

  private static boolean isWanted(Map<String, String> properties) {
    if (Boolean.parseBoolean(properties.get("otel.sdk.disabled"))) {
      return false;
    }
    String exporters = properties.get(EXPORTER);
    if (exporters == null) {
      return ENDPOINT.stream().anyMatch(properties::containsKey);
    }
    // Others in the list are for other programs of the same environment.
    return Arrays.stream(exporters.split(",")).map(String::strip).anyMatch(OTLP::equals);
  }

  /** A protocol that is asked for and isn't spoken. */
  Optional<String> otherProtocol() {
    return first(PROTOCOL).filter(protocol -> !protocol.equals(HTTP));
  }

  private Optional<String> first(List<String> names) {
    return names.stream().flatMap(name -> Stream.ofNullable(properties.get(name))).findFirst();
  }
}
