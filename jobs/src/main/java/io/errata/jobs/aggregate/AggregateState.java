package io.errata.jobs.aggregate;

import java.io.Serializable;

/**
 * What a declared worker has gathered for one key: one accumulator for each column that is made
 * from events.
 */
public final class AggregateState implements Serializable {
  private static final long serialVersionUID = 1;

  private final Accumulator[] accumulators;

  AggregateState(Accumulator[] accumulators) {
    this.accumulators = accumulators;
  }

  Accumulator at(int place) {
    return accumulators[place];
  }

  void combine(AggregateState other) {
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i].combine(other.accumulators[i]);
    }
  }
}
