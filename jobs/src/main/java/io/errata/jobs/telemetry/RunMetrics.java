package io.errata.jobs.telemetry;

import io.errata.jobs.graph.Count;
import io.errata.jobs.graph.JobCounts;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.WriteResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one run: those numbers that its progress is shown from, and how it ended.
 *
 * <p>Counters never go back: after a restart from a checkpoint the tasks have counted less than
 * before, and a counter that fell and rose again would be added up twice by whoever takes its
 * increase. Thread-safe.
 */
final class RunMetrics {
  private final String verb;
  private final Clock clock;
  private final Instant started;
  private Instant progressed;
  private @Nullable Instant ended;
  private int exitStatus;
  private String spec = "";
  private @Nullable String stage;
  private Instant stageStarted;
  private final Map<String, Duration> stages = new LinkedHashMap<>();
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);
  private long steps;
  private long expected;
  private @Nullable Instant windowEnd;
  private @Nullable Instant newest;
  private long quarantined;
  private final Map<String, WriteResult> writes = new LinkedHashMap<>();

  RunMetrics(String verb, Clock clock) {
    this.verb = verb;
    this.clock = clock;
    this.started = clock.instant();
    this.progressed = started;
    this.stageStarted = started;
  }

  synchronized void spec(String name) {
    spec = name;
  }

  synchronized void begun(String name, Instant end) {
    spec = name;
    windowEnd = end;
  }

  synchronized void stage(String name) {
    endStage();
    stage = name;
    stageStarted = clock.instant();
    progressed = stageStarted;
    stages.putIfAbsent(name, Duration.ZERO);
  }

  private void endStage() {
    if (stage != null) {
      stages.merge(stage, Duration.between(stageStarted, clock.instant()), Duration::plus);
      stage = null;
    }
  }

  synchronized void counted(JobCounts counted) {
    counted.counts().forEach((count, value) -> counts.merge(count, value, Math::max));
    quarantined = Math.max(quarantined, counted.of(Count.ROWS_QUARANTINED));
    counted
        .newest()
        .ifPresent(time -> newest = newest == null || time.isAfter(newest) ? time : newest);
  }

  synchronized void advance(long done, long of) {
    expected = of;
    if (done > steps) {
      steps = done;
      progressed = clock.instant();
    }
  }

  /** What the plan says stands for what was seen of its job now and then. */
  synchronized void planned(PlanManifest plan) {
    PlanManifest.EventCounts events = plan.events();
    // A run that was resumed has not counted what a task had read to its end before.
    counts.merge(Count.EVENTS_READ, events.inWindow() - events.filtered(), Math::max);
    counts.put(Count.EVENTS_REJECTED, events.rejected());
    counts.put(Count.EVENTS_DUPLICATE, events.duplicates());
    counts.put(Count.EVENTS_USED, events.used());
    counts.put(Count.DRIFT_INSERT, plan.corrections().insert());
    counts.put(Count.DRIFT_UPDATE, plan.corrections().update());
    counts.put(Count.DRIFT_DELETE, plan.corrections().delete());
    quarantined = plan.rows().quarantined();
  }

  /**
   * An apply or rollback has ended.
   *
   * @param action which of them
   */
  synchronized void wrote(String action, WriteResult result) {
    writes.put(action, result);
  }

  synchronized void ended(int status) {
    endStage();
    ended = clock.instant();
    exitStatus = status;
  }

  /** The name of the spec, or empty while it isn't known. */
  synchronized String spec() {
    return spec;
  }

  String verb() {
    return verb;
  }

  /** Adds what is known now. */
  synchronized void expose(Exposition out) {
    if (spec.isEmpty()) {
      return;
    }
    Instant now = ended == null ? clock.instant() : ended;
    add(out, RunMetric.ACTIVE, ended == null ? 1 : 0);
    add(out, RunMetric.STARTED, seconds(started));
    add(out, RunMetric.PROGRESSED, seconds(progressed));
    if (ended != null) {
      add(out, RunMetric.DURATION, seconds(Duration.between(started, now)));
      add(out, RunMetric.EXIT_STATUS, exitStatus);
    }
    for (Map.Entry<String, Duration> each : stages.entrySet()) {
      boolean current = each.getKey().equals(stage);
      Duration taken =
          current ? each.getValue().plus(Duration.between(stageStarted, now)) : each.getValue();
      add(out, RunMetric.STAGE, current ? 1 : 0, "stage", each.getKey());
      add(out, RunMetric.STAGE_SECONDS, seconds(taken), "stage", each.getKey());
    }
    if (windowEnd != null) {
      exposePlan(out, windowEnd);
    }
    writes.forEach((action, result) -> expose(out, action, result));
  }

  private void exposePlan(Exposition out, Instant end) {
    add(out, RunMetric.STEPS, steps);
    add(out, RunMetric.STEPS_EXPECTED, expected);
    add(out, RunMetric.READ, count(Count.EVENTS_READ));
    add(out, RunMetric.REJECTED, count(Count.EVENTS_REJECTED));
    add(out, RunMetric.DUPLICATE, count(Count.EVENTS_DUPLICATE));
    add(out, RunMetric.USED, count(Count.EVENTS_USED));
    if (newest != null) {
      Duration lag = Duration.between(newest, end);
      add(out, RunMetric.LAG, lag.isNegative() ? 0 : seconds(lag));
    }
    add(out, RunMetric.COMPARED, count(Count.ROWS_COMPARED));
    add(out, RunMetric.DRIFT, count(Count.DRIFT_INSERT), "kind", "insert");
    add(out, RunMetric.DRIFT, count(Count.DRIFT_UPDATE), "kind", "update");
    add(out, RunMetric.DRIFT, count(Count.DRIFT_DELETE), "kind", "delete");
    add(out, RunMetric.QUARANTINED, quarantined);
    add(out, RunMetric.SPILLED, count(Count.BYTES_SPILLED));
  }

  private void expose(Exposition out, String action, WriteResult result) {
    String outcome = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
    add(out, RunMetric.WRITE_OUTCOME, 1, "action", action, "outcome", outcome);
    add(out, RunMetric.WRITE_CONFLICTS, result.counts().conflicts(), "action", action);
    add(out, RunMetric.WRITE_ROWS, result.counts().inserted(), "action", action, "kind", "insert");
    add(out, RunMetric.WRITE_ROWS, result.counts().updated(), "action", action, "kind", "update");
    add(out, RunMetric.WRITE_ROWS, result.counts().deleted(), "action", action, "kind", "delete");
  }

  private long count(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  private void add(Exposition out, RunMetric metric, double value, String... more) {
    Map<String, String> labels = Exposition.labels("spec", spec, "verb", verb);
    labels.putAll(Exposition.labels(more));
    out.add(metric.metric(), metric.type(), metric.help(), labels, value);
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
