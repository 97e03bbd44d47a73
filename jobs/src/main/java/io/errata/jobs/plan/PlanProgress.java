package io.errata.jobs.plan;

import io.errata.jobs.graph.JobCounts;
import io.errata.state.plan.PlanManifest;
import java.time.Instant;
import java.util.Optional;

/** Hears how far a plan has come. Called by one thread. */
public interface PlanProgress {
  /** Hears nothing. */
  PlanProgress NONE =
      new PlanProgress() {
        @Override
        public void stage(String name) {}

        @Override
        public void advance(long done, long expected) {}
      };

  /**
   * The run can be resumed from now on, should the process end before the plan is made.
   *
   * @param id of the run
   * @param folder what it keeps, a path or URI
   */
  default void resumable(String id, String folder) {}

  /**
   * A run has begun.
   *
   * @param id of the run
   * @param name of the spec
   * @param windowEnd the end of the window, exclusive
   */
  default void begun(String id, String name, Instant windowEnd) {}

  /** What the tasks of the job have counted so far; less than before where one was restarted. */
  default void counted(JobCounts counts) {}

  /** What the reading waits for, or nothing; heard again and again, before {@link #advance}. */
  default void waits(Optional<Waiting> waiting) {}

  /** The plan is made. */
  default void planned(PlanManifest plan) {}

  /** A stage has begun; the one before has ended. */
  void stage(String name);

  /**
   * How far the stage has come.
   *
   * @param done rows and events so far
   * @param expected about how many there will be, or 0 where that isn't known
   */
  void advance(long done, long expected);
}
