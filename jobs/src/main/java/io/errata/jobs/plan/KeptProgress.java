package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import java.io.IOException;
import java.io.InputStream;
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

  private final StagingFolder staging;
  private final Clock clock;
  private RunProgress progress;

  /**
   * Begins.
   *
   * @param staging where the run keeps its files; when it is closed, nothing more is written
   */
  KeptProgress(StagingFolder staging, Clock clock, RunProgress progress) {
    this.staging = staging;
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

  void waits(Optional<Waiting> waiting) {
    progress = progress.waits(waiting);
  }

  void advance(long done, long expected) {
    Instant now = clock.instant();
    if (Duration.between(progress.updatedAt(), now).compareTo(AGAIN) >= 0) {
      progress = progress.advanced(done, expected, now);
      write();
    }
  }

  private void write() {
    try {
      staging.note(FILE, progress.toJson());
    } catch (IOException | ErrataException e) {
      LOG.debug("Cannot write how far run {} is", progress.run(), e);
    }
  }

  /** Removes what a run has written down, once it has ended. */
  static void remove(FlinkPlanStorage plans, String folder) {
    plans.delete(folder + "/" + FILE);
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
