package io.errata.jobs.plan;

/** A job that may go on without the process that waits for it. Thread-safe. */
public interface Leavable {
  /** Whether it may. */
  Leaving leaving();

  /**
   * Leaves it to itself as soon as it can go on so; where it can't, the run is paused. The plan
   * ends with an error that says which.
   */
  void leave();

  /** Whether a job may go on without the process that waits for it. */
  enum Leaving {
    /** No job runs on a cluster that others keep. */
    NO_JOB,
    /** It runs in batch execution: what it reads, and all it has made, ends with this process. */
    BOUND,
    /** It runs in streaming execution. */
    POSSIBLE
  }
}
