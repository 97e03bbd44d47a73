package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down how far a run has come, beside what it keeps, for whoever asks from another process.
 * Nothing depends on it: what can't be written is left out. Used by one thread.
 */
final class KeptProgress {
  private static final Logger LOG = LoggerFactory.getLogger(KeptProgress.class);
  private static final String FILE = "progress.json";

  /** Object stores let an object be replaced about once in a second. */
  private static final Duration AGAIN = Duration.ofSeconds(2);

  private final FlinkPlanStorage plans;
  private final String path;
  private final Clock clock;
  private RunProgress progress;

  /**
   * Begins.
   *
   * @param folder of the run, below the folder of plans
   */
  KeptProgress(FlinkPlanStorage plans, String folder, Clock clock, RunProgress progress) {
    this.plans = plans;
    this.path = folder + "/" + FILE;
    this.clock = clock;
    this.progress = progress;
  }

  void stage(String stage) {
    progress = progress.inStage(stage, clock.instant());
    write();
  }

  void job(String id) {
    progress = progress.asJob(id);
    write();
  }

  void advance(long done, long expected) {
    Instant now = clock.instant();
    if (Duration.between(progress.updatedAt(), now).compareTo(AGAIN) >= 0) {
      progress = progress.advanced(done, expected, now);
      write();
    }
  }

  private void write() {
    try (OutputStream out = plans.write(path)) {
      out.write(progress.toJson());
    } catch (IOException | ErrataException e) {
      LOG.debug("Cannot write {}/{}", plans.location(), path, e);
    }
  }

  /** What a run has written down last; empty where there is nothing, or it is written just now. */
  static Optional<RunProgress> find(FlinkPlanStorage plans, String folder) {
    String path = folder + "/" + FILE;
    try {
      if (!plans.exists(path)) {
        return Optional.empty();
      }
      try (InputStream in = plans.read(path)) {
        return Optional.of(RunProgress.read(in.readAllBytes()));
      }
    } catch (IOException | ErrataException e) {
      LOG.debug("Cannot read {}/{}", plans.location(), path, e);
      return Optional.empty();
    }
  }
}
