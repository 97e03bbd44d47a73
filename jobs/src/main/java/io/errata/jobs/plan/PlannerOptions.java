package io.errata.jobs.plan;

import io.errata.jobs.graph.PlanJob.InputOrder;

/**
 * How a plan is made; the plan doesn't depend on it.
 *
 * @param parallelism tasks of each stage, from 1
 * @param order how events are spread over the tasks
 * @param place where the job runs
 */
public record PlannerOptions(int parallelism, InputOrder order, JobPlace place) {
  public PlannerOptions {
    if (parallelism < 1) {
      throw new IllegalArgumentException("Cannot plan with parallelism " + parallelism);
    }
  }

  /** In this process. */
  public PlannerOptions(int parallelism, InputOrder order) {
    this(parallelism, order, JobPlace.HERE);
  }

  /** In this process, with as many tasks as there are processors. */
  public static PlannerOptions ofProcessors() {
    return new PlannerOptions(Runtime.getRuntime().availableProcessors(), InputOrder.AS_READ);
  }
}
