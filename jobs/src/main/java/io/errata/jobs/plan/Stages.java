package io.errata.jobs.plan;

import io.errata.jobs.graph.JobCounts;
import io.errata.state.table.Overload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells the progress which stage it is, and keeps how long each took. */
final class Stages {
  private final PlanProgress progress;
  private final Clock clock;
  private final Map<String, Double> seconds = new TreeMap<>();
  private @Nullable String current;
  private @Nullable Instant since;
  private @Nullable KeptProgress kept;
  private Optional<Waiting> waiting = Optional.empty();

  Stages(PlanProgress progress, Clock clock) {
    this.progress = progress;
    this.clock = clock;
  }

  /** Ends the stage that was, and begins another. */
  void begin(String stage) {
    end();
    current = stage;
    since = clock.instant();
    if (kept != null) {
      kept.stage(stage);
    }
    progress.stage(stage);
  }

  /** Writes down from now on how far it has come. */
  void keep(KeptProgress into) {
    kept = into;
    if (current != null) {
      into.stage(current);
    }
  }

  /** A job has been started. */
  void job(String id) {
    if (kept != null) {
      kept.job(id);
    }
  }

  /** As {@link PlanProgress#counted}. */
  void counted(JobCounts counts) {
    progress.counted(counts);
  }

  /**
   * The reading waits for a quieter database, or doesn't.
   *
   * @param overload what it waits for
   */
  void waits(Optional<Overload> overload) {
    waiting =
        overload.map(
            seen -> new Waiting(seen, waiting.map(Waiting::since).orElseGet(clock::instant)));
    if (kept != null) {
      kept.waits(waiting);
    }
    progress.waits(waiting);
  }

  /** As {@link PlanProgress#advance}. */
  void advance(long done, long expected) {
    if (kept != null) {
      kept.advance(done, expected);
    }
    progress.advance(done, expected);
  }

  /** Ends the last stage. */
  void end() {
    if (current != null) {
      seconds.put(current, Duration.between(since, clock.instant()).toMillis() / 1000.0);
      current = null;
    }
  }

  /** Seconds for each stage that has ended. */
  Map<String, Double> seconds() {
    return new TreeMap<>(seconds);
  }
}
