package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob;
import io.errata.jobs.plan.RunFolder.Checkpoint;
import io.errata.jobs.spec.Spec.BaseSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.core.execution.JobClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a run in streaming execution and the process that waits for it part before the plan is made,
 * once somebody asks for that: by a pause, or by leaving its job to itself on a cluster.
 *
 * <p>A pause needs a checkpoint. Any that is completed after the wish will do, so that a run is
 * paused at the next regular one where that comes first, or where the one that was asked for can't
 * be made. A job can be left where all live rows lie in a checkpoint: before, it reads from a
 * snapshot that ends with this process. Used by one thread, but for {@link #askToLeave()}.
 */
final class Parting {
  private static final Logger LOG = LoggerFactory.getLogger(Parting.class);

  /** Each look is a request to the file system; what failed is asked for again as soon. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** How long it is tried to leave a job whose rows are still read, before it is paused instead. */
  private static final Duration LEFT_WITHIN = Duration.ofSeconds(15);

  private final RunFolder run;
  private final FlinkRun flink;
  private final List<String> rowReaders;
  private final Clock clock;
  private volatile boolean leaving;
  private Instant lastLook = Instant.EPOCH;
  private Instant askedAt = Instant.EPOCH;
  private boolean asked;
  private Way way = Way.TOGETHER;
  private long before;
  private @Nullable CompletableFuture<?> checkpoint;

  /** What has become of the two. */
  enum Way {
    /** Nobody wants them to part, or they can't yet. */
    TOGETHER,
    /** What the job has to keep lies in a checkpoint: it can be cancelled. */
    PAUSED,
    /** The job can go on without this process. */
    LEFT
  }

  /**
   * Of a run whose record says which rows it reads.
   *
   * @param base what running rows start from
   */
  Parting(RunFolder run, FlinkRun flink, Optional<BaseSpec> base, Clock clock) {
    this.run = run;
    this.flink = flink;
    this.rowReaders = PlanJob.rowReaders(run.record().rows().reading(), base);
    this.clock = clock;
  }

  /** The job is to go on without this process; where it can't, it is paused. From any thread. */
  void askToLeave() {
    leaving = true;
  }

  /** Notes that the job runs, for whoever finds the run without this process. */
  void started(String job) {
    flink
        .cluster()
        .ifPresent(
            cluster ->
                run.save(run.record().onJob(new RunRecord.Job(cluster.address().toString(), job))));
  }

  /** Looks whether they are to part, and if so, sees to it that they can. */
  Way look(JobClient job) {
    Instant now = clock.instant();
    boolean again = Duration.between(lastLook, now).compareTo(LOOK_AGAIN) >= 0;
    try {
      if (!asked && (leaving || again && run.isAskedToPause())) {
        before = last().map(Checkpoint::id).orElse(-1L);
        asked = true;
        askedAt = now;
        LOG.info("Run {} and this process part", run.record().id());
      }
      if (asked) {
        Optional<Checkpoint> last = last();
        if (leaving && last.filter(kept -> kept.hasEnded(rowReaders)).isPresent()) {
          way = Way.LEFT;
        } else if (last.filter(kept -> kept.id() > before).isPresent()) {
          if (leaving && Duration.between(askedAt, now).compareTo(LEFT_WITHIN) < 0) {
            before = last.get().id();
            checkpoint = null;
          } else {
            way = Way.PAUSED;
          }
        }
      }
    } catch (ErrataException e) {
      // Flink removes the checkpoint before the last while this looks for it; and whoever asks can
      // wait longer than a file system fails.
      LOG.debug("Cannot look at the checkpoints of run {}", run.record().id(), e);
    }
    if (asked
        && way == Way.TOGETHER
        && (checkpoint == null || again && checkpoint.isCompletedExceptionally())) {
      checkpoint = flink.checkpoint(job, run.record().checkpoints());
    }
    lastLook = again ? now : lastLook;
    return way;
  }

  private Optional<Checkpoint> last() {
    return run.lastCheckpoint();
  }

  /** Whether the job goes on without this process. */
  boolean isLeft() {
    return way == Way.LEFT;
  }

  /** What ends the plan in this process. */
  ErrataException end() {
    String id = run.record().id();
    if (way == Way.LEFT) {
      RunRecord.Job job = run.record().job().orElseThrow();
      return new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot finish the plan here: run "
              + id
              + " was left, its job goes on at "
              + job.cluster(),
          LeftJob.resume(run)
              + " waits for it and makes the plan; errata cancel "
              + id
              + " --cluster "
              + job.cluster()
              + " ends it. Nothing was written.");
    }
    return new ErrataException(
        ErrorCode.CANCELLED,
        "Cannot finish the plan: run "
            + id
            + " was paused"
            + (leaving ? ", for it was still reading live rows in a snapshot of this process" : ""),
        "errata resume goes on with it.");
  }

  /** Notes how they have parted, or that the job has come to its end. */
  void note() {
    switch (way) {
      case LEFT -> LOG.info("Left job {}", run.record().job().orElseThrow());
      case PAUSED -> run.save(run.record().paused(clock.instant()));
      case TOGETHER -> {
        if (run.record().job().isPresent()) {
          run.save(run.record().onNoJob());
        }
      }
    }
    run.forgetPause();
  }
}
