package io.errata.jobs.graph;

import org.apache.flink.api.common.accumulators.Accumulator;
import org.apache.flink.api.common.accumulators.SimpleAccumulator;

/** Brings {@link Holdings} to whoever waits for the job. Each task adds its own at its end. */
public final class HoldingsAccumulator implements SimpleAccumulator<Holdings> {
  private static final long serialVersionUID = 1;

  /** The accumulator. */
  public static final String NAME = "errata.holdings";

  // Written by the task, and read by the thread that reports.
  private volatile Holdings all = Holdings.NONE;

  @Override
  public void add(Holdings more) {
    all = all.and(more);
  }

  @Override
  public Holdings getLocalValue() {
    return all;
  }

  @Override
  public void resetLocal() {
    all = Holdings.NONE;
  }

  @Override
  public void merge(Accumulator<Holdings, Holdings> other) {
    add(other.getLocalValue());
  }

  @Override
  public HoldingsAccumulator clone() {
    HoldingsAccumulator copy = new HoldingsAccumulator();
    copy.all = all;
    return copy;
  }
}
