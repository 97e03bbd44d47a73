package io.errata.jobs.telemetry;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.plan.ForwardedProgress;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.WriteResult;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how the run of one command goes: metrics at a port and in a file, spans to a collector.
 * Nothing that a run does depends on it, and no failure of it is one of the run. Its calls come
 * from one thread; metrics are asked for by others.
 */
public final class Telemetry {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final Map<String, String> environment;
  private final Clock clock;
  private @Nullable MetricsPlace place;
  private @Nullable RunMetrics metrics;
  private @Nullable CompletableFuture<@Nullable MetricsEndpoint> endpoint;
  private @Nullable TraceExport export;
  private @Nullable RunTrace trace;
  private int depth;

  /**
   * @param environment variables that say what is wanted, and where
   */
  public Telemetry(Map<String, String> environment, Clock clock) {
    this.environment = Map.copyOf(environment);
    this.clock = clock;
  }

  /** One that tells nothing. */
  public static Telemetry off() {
    return new Telemetry(Map.of(MetricsPlace.PORT, "off"), Clock.systemUTC());
  }

  /**
   * A verb that makes a run has begun; one within another is a part of its run.
   *
   * @throws ErrataException USAGE where a variable can't be read
   */
  public void begin(String verb) {
    if (depth == 0) {
      MetricsPlace wanted = MetricsPlace.of(environment);
      place = wanted;
      RunMetrics begun = new RunMetrics(verb, clock);
      metrics = begun;
      wanted
          .port()
          .ifPresent(
              // Beside the run, which shouldn't wait for it.
              port ->
                  endpoint = CompletableFuture.supplyAsync(() -> open(wanted.host(), port, begun)));
      TraceSettings.of(environment).ifPresent(settings -> trace(settings, verb));
    }
    depth++;
  }

  private void trace(TraceSettings settings, String verb) {
    Optional<String> protocol = settings.otherProtocol();
    if (protocol.isPresent()) {
      LOG.warn(
          "No spans: Errata doesn't send them by {}. Set OTEL_EXPORTER_OTLP_PROTOCOL={} and the"
              + " endpoint to the collector's port for it, usually 4318.",
          protocol.get(),
          TraceSettings.HTTP);
      return;
    }
    try {
      TraceExport opened = TraceExport.open(settings);
      export = opened;
      trace = opened.begin(verb);
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("No spans: OpenTelemetry's variables can't be used: {}", e.toString());
    }
  }

  private static @Nullable MetricsEndpoint open(String host, int port, RunMetrics run) {
    try {
      MetricsEndpoint opened = MetricsEndpoint.open(host, port, () -> text(run, true));
      LOG.info("Metrics: http://{}:{}/metrics", host, opened.port());
      return opened;
    } catch (IOException | RuntimeException e) {
      LOG.info("No metrics: cannot listen at {} from port {} on: {}", host, port, e.toString());
      return null;
    }
  }

  private static String text(RunMetrics run, boolean tasks) {
    Exposition out = new Exposition();
    run.expose(out);
    if (tasks) {
      TaskMetrics.expose(out);
    }
    return out.text();
  }

  /** Hears how a plan goes, and tells another. */
  public PlanProgress observe(PlanProgress next) {
    return depth == 0 ? next : new Observed(next);
  }

  /** The spec of the run is known. */
  public void spec(String name) {
    if (metrics != null) {
      metrics.spec(name);
    }
    if (trace != null) {
      trace.spec(name);
    }
  }

  /**
   * A plan begins, of a spec or of what a run has kept.
   *
   * @param spec where it is known
   */
  public void planning(Optional<Spec> spec) {
    if (trace != null) {
      trace.action("plan", spec);
    }
  }

  /**
   * An apply or rollback begins.
   *
   * @param action which of them
   * @param spec of the plan
   */
  public void writing(String action, Spec spec, PlanManifest plan) {
    spec(spec.name());
    if (trace != null) {
      trace.action(action, Optional.of(spec));
      trace.about(plan);
    }
  }

  /** A stage has begun; the one before has ended. */
  public void stage(String name) {
    if (metrics != null) {
      metrics.stage(name);
    }
    if (trace != null) {
      trace.stage(name);
    }
  }

  /**
   * An apply or rollback has ended.
   *
   * @param action which of them
   */
  public void wrote(String action, WriteResult result) {
    if (metrics != null) {
      metrics.wrote(action, result);
    }
    if (trace != null) {
      trace.wrote(result);
    }
  }

  /** What is under way has failed. */
  public void failed(ErrorCode code, Throwable thrown) {
    if (trace != null) {
      trace.failed(code, thrown);
    }
  }

  /** The verb that began last has ended. */
  public void end(int status) {
    if (depth == 0) {
      return;
    }
    depth--;
    if (depth > 0) {
      return;
    }
    RunMetrics run = metrics;
    MetricsPlace at = place;
    if (run != null && at != null) {
      run.ended(status);
      if (at.folder().isPresent() && !run.spec().isEmpty()) {
        try {
          MetricsFile.write(at.folder().get(), run.spec(), run.verb(), text(run, false));
        } catch (IOException e) {
          LOG.warn("Cannot leave metrics in {}: {}", at.folder().get(), e.toString());
        }
      }
    }
    endTrace(status);
    close();
  }

  private void endTrace(int status) {
    RunTrace ending = trace;
    TraceExport sending = export;
    trace = null;
    export = null;
    if (ending != null && sending != null) {
      ending.ended(status);
      sending.close();
    }
  }

  private void close() {
    CompletableFuture<@Nullable MetricsEndpoint> opening = endpoint;
    endpoint = null;
    if (opening == null) {
      return;
    }
    try {
      MetricsEndpoint opened = opening.join();
      if (opened != null) {
        opened.close();
      }
    } catch (CompletionException e) {
      LOG.debug("No metrics", e);
    }
  }

  /** Tells metrics and spans of what it hears. */
  private final class Observed extends ForwardedProgress {
    private Observed(PlanProgress next) {
      super(next);
    }

    @Override
    public void begun(String id, String name, Instant windowEnd) {
      if (metrics != null) {
        metrics.begun(name, windowEnd);
      }
      if (trace != null) {
        trace.begun(id, name);
      }
      super.begun(id, name, windowEnd);
    }

    @Override
    public void stage(String name) {
      Telemetry.this.stage(name);
      super.stage(name);
    }

    @Override
    public void counted(JobCounts counts) {
      if (metrics != null) {
        metrics.counted(counts);
      }
      super.counted(counts);
    }

    @Override
    public void advance(long done, long expected) {
      if (metrics != null) {
        metrics.advance(done, expected);
      }
      super.advance(done, expected);
    }

    @Override
    public void planned(PlanManifest plan) {
      if (metrics != null) {
        metrics.planned(plan);
      }
      if (trace != null) {
        trace.planned(plan);
      }
      super.planned(plan);
    }
  }
}
