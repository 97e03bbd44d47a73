package io.errata.jobs.plan;

import io.errata.jobs.graph.JobCounts;
import io.errata.state.plan.PlanManifest;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells another all that it hears. One that does something of its own besides extends it, so that a
 * method that {@link PlanProgress} gains doesn't end in its default there.
 */
public abstract class ForwardedProgress implements PlanProgress {
  private final PlanProgress next;

  /**
   * @param next who hears all of it
   */
  protected ForwardedProgress(PlanProgress next) {
    this.next = next;
  }

  @Override
  public void resumable(String id, String folder) {
    next.resumable(id, folder);
  }

  @Override
  public void begun(String id, String name, Instant windowEnd) {
    next.begun(id, name, windowEnd);
  }

  @Override
  public void counted(JobCounts counts) {
    next.counted(counts);
  }

  @Override
  public void waits(Optional<Waiting> waiting) {
    next.waits(waiting);
  }

  @Override
  public void planned(PlanManifest plan) {
    next.planned(plan);
  }

  @Override
  public void stage(String name) {
    next.stage(name);
  }

  @Override
  public void advance(long done, long expected) {
    next.advance(done, expected);
  }
}
