package io.errata.jobs.telemetry;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to a collector, by OTLP over HTTP, as OpenTelemetry's variables say. They go in the
 * background; a collector that can't be reached costs a run no more than {@link #PATIENCE}, and one
 * warning.
 */
final class TraceExport {
  /** How long the end of a run waits for its last spans to be delivered. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Within that, a collector that is being restarted is tried again. */
  private static final RetryPolicy RETRIES =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(200))
          .setMaxBackoff(Duration.ofMillis(500))
          .build();

  private static final Logger LOG = LoggerFactory.getLogger(TraceExport.class);

  /** Kept, since the levels and handlers of one that nobody holds are forgotten. */
  private static final java.util.logging.Logger SDK =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private final OpenTelemetrySdk sdk;
  private final Context caller;
  private final AtomicBoolean warned;

  private TraceExport(OpenTelemetrySdk sdk, Context caller, AtomicBoolean warned) {
    this.sdk = sdk;
    this.caller = caller;
    this.warned = warned;
  }

  /**
   * Gets ready to send; nothing is sent yet.
   *
   * @throws RuntimeException where a variable can't be read, such as an endpoint that is no URL
   */
  static TraceExport open(TraceSettings settings) {
    quieten();
    AtomicBoolean warned = new AtomicBoolean();
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .setServiceClassLoader(TraceExport.class.getClassLoader())
            .addPropertiesSupplier(
                () ->
                    Map.of(
                        "otel.service.name",
                        "errata",
                        "otel.exporter.otlp.protocol",
                        TraceSettings.HTTP))
            .addPropertiesSupplier(settings::properties)
            .addPropertiesCustomizer(
                (ConfigProperties configured) ->
                    Map.of(
                        "otel.traces.exporter", "otlp",
                        // What a run counts is told to Prometheus.
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none"))
            .addResourceCustomizer((resource, configured) -> resource.merge(version()))
            .addSpanExporterCustomizer(
                (exporter, configured) -> new Watched(impatient(exporter), warned))
            .build()
            .getOpenTelemetrySdk();
    Context caller =
        W3CTraceContextPropagator.getInstance()
            .extract(Context.root(), settings.context(), new Fields());
    return new TraceExport(sdk, caller, warned);
  }

  private static Resource version() {
    @Nullable String version = TraceExport.class.getPackage().getImplementationVersion();
    return version == null
        ? Resource.empty()
        : Resource.builder().put("service.version", version).build();
  }

  private static SpanExporter impatient(SpanExporter exporter) {
    if (!(exporter instanceof OtlpHttpSpanExporter usual)) {
      return exporter;
    }
    OtlpHttpSpanExporter impatient = usual.toBuilder().setRetryPolicy(RETRIES).build();
    usual.shutdown();
    return impatient;
  }

  /** The SDK tells of each failure with its stack trace, at standard error. */
  private static void quieten() {
    SDK.setUseParentHandlers(false);
    if (SDK.getHandlers().length == 0) {
      SDK.addHandler(new ToDebug());
    }
  }

  /** The spans of a run. */
  RunTrace begin(String verb) {
    return new RunTrace(sdk.getTracer("io.errata"), caller, verb);
  }

  /** Delivers what is left, if that doesn't take long. */
  void close() {
    CompletableResultCode delivered =
        sdk.getSdkTracerProvider().shutdown().join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (!delivered.isDone()) {
      warn(warned, "no answer within " + PATIENCE.toSeconds() + " s");
    }
  }

  private static void warn(AtomicBoolean warned, String why) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn(
          "Spans of this run are lost: the collector can't be reached, or refuses them ({})."
              + " See OTEL_EXPORTER_OTLP_ENDPOINT; the run itself doesn't depend on it.",
          why);
    }
  }

  /** Warns where spans aren't delivered. */
  private record Watched(SpanExporter exporter, AtomicBoolean warned) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      CompletableResultCode result = exporter.export(spans);
      result.whenComplete(
          () -> {
            if (!result.isSuccess()) {
              @Nullable Throwable thrown = result.getFailureThrowable();
              warn(
                  warned,
                  thrown == null ? "no reason is known" : RunTrace.innermost(thrown).toString());
            }
          });
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }

  /** Reads the caller's span. */
  private static final class Fields implements TextMapGetter<Map<String, String>> {
    @Override
    public Iterable<String> keys(Map<String, String> fields) {
      return fields.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> fields, String key) {
      return fields == null ? null : fields.get(key);
    }
  }

  /** Shows what the SDK tells to those who want to see more. */
  private static final class ToDebug extends Handler {
    @Override
    public void publish(LogRecord told) {
      LOG.debug("OpenTelemetry: {}", told.getMessage(), told.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
