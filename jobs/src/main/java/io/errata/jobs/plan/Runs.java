package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.jobs.plan.RunStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs that a folder of plans knows. */
public final class Runs {
  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

  private static final long LOOK_AGAIN_MILLIS = 200;

  private Runs() {}

  /**
   * Those that somebody works on or that can be resumed, the newest first.
   *
   * @param plans a path or URI; the folder need not exist
   */
  public static List<RunStatus> underWay(String plans) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    List<RunStatus> all = new ArrayList<>();
    for (RunStatus run : list(plans)) {
      if (run.state() != State.ENDED) {
        all.add(working(storage, RunFolder.PREFIX + run.id(), run));
      }
    }
    for (String folder : StagingFolder.find(storage)) {
      try {
        if (StagingFolder.holder(storage, folder).isPresent()) {
          KeptProgress.find(storage, folder)
              .map(
                  progress ->
                      new RunStatus(
                          progress.run(),
                          progress.name(),
                          storage.below(folder),
                          State.ALIVE,
                          progress.startedAt(),
                          Optional.empty()))
              .map(run -> working(storage, folder, run))
              .ifPresent(all::add);
        }
      } catch (ErrataException e) {
        // It has just ended.
        LOG.debug("Cannot look at {}/{}", storage.location(), folder, e);
      }
    }
    all.sort(Comparator.comparing(RunStatus::startedAt).reversed());
    return all;
  }

  private static RunStatus working(FlinkPlanStorage plans, String folder, RunStatus run) {
    if (run.state() != State.ALIVE) {
      return run;
    }
    return new RunStatus(
        run.id(),
        run.name(),
        run.folder(),
        run.state(),
        run.startedAt(),
        run.plan(),
        KeptProgress.find(plans, folder),
        run.cluster(),
        StagingFolder.process(plans, folder));
  }

  /**
   * Those in streaming execution below a folder of plans, the newest first.
   *
   * @param plans a path or URI; the folder need not exist
   */
  public static List<RunStatus> list(String plans) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    List<RunStatus> all = new ArrayList<>();
    for (String id : RunFolder.find(storage)) {
      try {
        all.add(status(storage, RunFolder.open(storage, id)));
      } catch (ErrataException e) {
        // Removed meanwhile, or of another release.
        LOG.warn("{}", e.getMessage());
      }
    }
    all.sort(Comparator.comparing(RunStatus::startedAt).reversed());
    return all;
  }

  private static RunStatus status(FlinkPlanStorage plans, RunFolder run) {
    RunRecord record = run.record();
    State state;
    if (record.plan().isPresent()) {
      state = State.ENDED;
    } else if (run.holder().isPresent()) {
      state = State.ALIVE;
    } else if (record.job().isPresent()) {
      state = State.LEFT;
    } else {
      state = record.pausedAt().isPresent() ? State.PAUSED : State.INTERRUPTED;
    }
    return new RunStatus(
        record.id(),
        record.name(),
        plans.below(run.name()),
        state,
        record.startedAt(),
        record.plan(),
        Optional.empty(),
        state == State.LEFT ? record.job().map(RunRecord.Job::cluster) : Optional.empty(),
        OptionalLong.empty());
  }

  /**
   * Asks the process that works on a run to pause it, wherever that process is, and waits until it
   * has.
   *
   * @param plans the folder of plans that it is below
   * @param most how long to wait
   * @return how the run stands then; where it is alive still, the process knows of the wish, and
   *     will pause it as soon as a checkpoint can be made
   * @throws ErrataException INVALID_PLAN where there is no such run
   */
  public static RunStatus pause(String plans, String id, Duration most) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    RunStatus status = status(storage, RunFolder.open(storage, id));
    if (status.state() != State.ALIVE) {
      return status;
    }
    RunFolder asked = RunFolder.open(storage, id);
    asked.askToPause();
    long looks = most.toMillis() / LOOK_AGAIN_MILLIS;
    try {
      for (long look = 0; look < looks && status.state() == State.ALIVE; look++) {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        status = status(storage, RunFolder.open(storage, id));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (status.state() != State.ALIVE || !RunFolder.find(storage).contains(id)) {
        // Whoever ended otherwise has not seen it.
        asked.forgetPause();
      }
    }
    return status;
  }

  /**
   * Removes a run with all that it keeps, but for the plan that it may have ended with.
   *
   * @param plans the folder of plans that it is below
   * @throws ErrataException INVALID_PLAN where there is no such run, or a process works on it, or
   *     its job still runs
   */
  public static void drop(String plans, String id) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    RunFolder run = RunFolder.open(storage, id);
    if (run.record().plan().isEmpty()) {
      Resumption.refuseAlive(run, "drop");
      LeftJob.refuseDrop(run);
    }
    run.drop();
  }
}
