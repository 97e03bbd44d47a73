package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.RunFolder.Checkpoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a run to a pause, once somebody asks for one: has a checkpoint made, and says when there
 * is one. Any that is completed after the wish will do, so that a run is paused at the next regular
 * one where that comes first, or where the one that was asked for can't be made. Used by one
 * thread.
 */
final class Pausing {
  private static final Logger LOG = LoggerFactory.getLogger(Pausing.class);

  /** Each look is a request to the file system; one that failed is made again as soon. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  private final RunFolder run;
  private final Clock clock;
  private Instant lastLook = Instant.EPOCH;
  private boolean asked;
  private boolean reached;
  private long before;
  private @Nullable CompletableFuture<String> savepoint;

  Pausing(RunFolder run, Clock clock) {
    this.run = run;
    this.clock = clock;
  }

  /**
   * Looks whether a pause is asked for, and if it is, sees to it that a checkpoint is made.
   *
   * @return whether the job can be given up: what it has to keep lies in a checkpoint
   */
  boolean isReached(JobClient job) {
    Instant now = clock.instant();
    boolean again = Duration.between(lastLook, now).compareTo(LOOK_AGAIN) >= 0;
    try {
      if (again && !asked && run.isAskedToPause()) {
        before = last();
        asked = true;
        LOG.info("Pausing run {}", run.record().id());
      }
      reached = asked && last() > before;
    } catch (ErrataException e) {
      // Flink removes the checkpoint before the last while this looks for it; and whoever asks can
      // wait longer than a file system fails.
      LOG.debug("Cannot look at the checkpoints of run {}", run.record().id(), e);
    }
    if (asked && !reached && (savepoint == null || again && savepoint.isCompletedExceptionally())) {
      savepoint = savepoint(job);
    }
    lastLook = again ? now : lastLook;
    return reached;
  }

  private long last() {
    return run.lastCheckpoint().map(Checkpoint::id).orElse(-1L);
  }

  private CompletableFuture<String> savepoint(JobClient job) {
    return job.triggerSavepoint(
            run.record().checkpoints() + "/" + job.getJobID().toHexString(),
            SavepointFormatType.NATIVE)
        .whenComplete(
            (path, e) -> {
              if (e != null) {
                // Such as while tasks are being started. A regular one may come before the next try
                // does.
                LOG.debug("No savepoint of job {}", job.getJobID(), e);
              }
            });
  }

  /** Whether the run has come to its pause. */
  boolean isReached() {
    return reached;
  }

  /** What ends the plan then. */
  ErrataException end() {
    return new ErrataException(
        ErrorCode.CANCELLED,
        "Cannot finish the plan: run " + run.record().id() + " was paused",
        "errata resume goes on with it.");
  }
}
