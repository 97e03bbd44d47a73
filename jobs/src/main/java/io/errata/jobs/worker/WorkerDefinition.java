package io.errata.jobs.worker;

import java.io.Serializable;

/** Names the worker of a job so that each task can make its own. */
public interface WorkerDefinition extends Serializable {
  /**
   * Makes the worker.
   *
   * @param loader where the user's classes are
   * @throws io.errata.api.ErrataException INVALID_WORKER where it isn't there or can't be used
   */
  ReplayWorker open(ClassLoader loader);
}
