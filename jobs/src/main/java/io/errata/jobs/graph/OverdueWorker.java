package io.errata.jobs.graph;

import org.apache.flink.api.common.accumulators.Accumulator;
import org.apache.flink.api.common.accumulators.SimpleAccumulator;

/**
 * Tells whoever waits for the job of a call of the worker that takes too long: as an accumulator,
 * because these travel while the task itself is stuck in the call.
 */
public final class OverdueWorker implements SimpleAccumulator<String> {
  private static final long serialVersionUID = 1;

  /** The accumulator; its value is empty, or two lines: what took too long, and what to do. */
  public static final String NAME = "errata.worker.overdue";

  // Written by the thread that watches, and read by the one that reports.
  private volatile String told = "";

  @Override
  public void add(String message) {
    told = least(told, message);
  }

  @Override
  public String getLocalValue() {
    return told;
  }

  @Override
  public void resetLocal() {
    told = "";
  }

  @Override
  public void merge(Accumulator<String, String> other) {
    add(other.getLocalValue());
  }

  @Override
  public OverdueWorker clone() {
    OverdueWorker copy = new OverdueWorker();
    copy.told = told;
    return copy;
  }

  private static String least(String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return left + right;
    }
    return left.compareTo(right) <= 0 ? left : right;
  }
}
