package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.cluster.SessionCluster;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job of a run that goes on at a cluster although no process waits for it. */
final class LeftJob {
  private static final Logger LOG = LoggerFactory.getLogger(LeftJob.class);

  private LeftJob() {}

  /**
   * The job of a run, where it still runs. It must not be started a second time then.
   *
   * @param place where the run is to go on
   * @return empty where there is none, or it has ended
   * @throws ErrataException USAGE where it runs and the run is to go on in this process,
   *     UNAVAILABLE where its cluster doesn't say
   */
  static Optional<ClusterJob> find(RunFolder run, JobPlace place) {
    if (run.record().job().isEmpty()) {
      return Optional.empty();
    }
    RunRecord.Job job = run.record().job().get();
    Optional<ClusterJob> found;
    try {
      found = underWay(job);
    } catch (ErrataException e) {
      if (run.hasSummary()) {
        LOG.warn("{}; the job has done its work", e.getMessage());
        return Optional.empty();
      }
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot resume run "
              + run.record().id()
              + ": its job may still run at "
              + job.cluster()
              + ", which doesn't answer",
          "Try again when it does. Where that cluster is gone for good, drop the run with errata resume "
              + run.record().id()
              + " --drop, and plan again.",
          e);
    }
    if (found.isPresent() && place.cluster().isEmpty()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot resume run "
              + run.record().id()
              + " in this process: its job still runs at "
              + job.cluster(),
          resume(run) + " waits for it; " + cancel(run, job));
    }
    return found;
  }

  /**
   * Sees that a run can be removed.
   *
   * @throws ErrataException INVALID_PLAN where its job still runs
   */
  static void refuseDrop(RunFolder run) {
    if (run.record().job().isEmpty()) {
      return;
    }
    RunRecord.Job job = run.record().job().get();
    boolean runs;
    try {
      runs = underWay(job).isPresent();
    } catch (ErrataException e) {
      LOG.warn("{}; a job that still runs there fails", e.getMessage());
      return;
    }
    if (runs) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot drop run " + run.record().id() + ": its job still runs at " + job.cluster(),
          cancel(run, job));
    }
  }

  /** The job, where its cluster says that it hasn't ended. */
  private static Optional<ClusterJob> underWay(RunRecord.Job job) {
    return SessionCluster.at(ClusterAddress.parse(job.cluster()))
        .find(job.id())
        .filter(known -> !known.hasEnded());
  }

  private static String cancel(RunFolder run, RunRecord.Job job) {
    return "errata cancel " + run.record().id() + " --cluster " + job.cluster() + " ends it first.";
  }

  /** The command that goes on with a run that was left. */
  static String resume(RunFolder run) {
    return "errata resume "
        + run.location()
        + " --on session --cluster "
        + run.record().job().orElseThrow().cluster();
  }
}
