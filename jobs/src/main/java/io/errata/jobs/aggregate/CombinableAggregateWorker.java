package io.errata.jobs.aggregate;

import io.errata.api.Combinable;
import java.util.List;
import java.util.Optional;

/**
 * A declared worker without {@code first} and {@code last}: its states can be merged in any order.
 */
public final class CombinableAggregateWorker extends AggregateWorker
    implements Combinable<AggregateState> {
  CombinableAggregateWorker(AggregateDefinition definition) {
    super(definition);
  }

  /** How it can be fed without an object for each event, where that is possible. */
  public Optional<IntegerFold> fold() {
    return IntegerFold.of(bound());
  }

  /**
   * A state, with what a fold has gathered.
   *
   * @param gathered for each column of the fold the number of values, and behind it their sum
   */
  public AggregateState add(AggregateState state, List<Long> gathered) {
    for (int i = 0; i < bound().eventColumns().size(); i++) {
      long values = gathered.get(2 * i);
      if (state.at(i) instanceof Accumulator.IntegerSum sum) {
        if (values > 0) {
          sum.addMany(values, gathered.get(2 * i + 1));
        }
      } else if (state.at(i) instanceof Accumulator.Count count) {
        count.addMany(values);
      } else {
        throw new IllegalStateException("A fold gathers sums and counts alone");
      }
    }
    return state;
  }

  @Override
  public AggregateState combine(AggregateState left, AggregateState right) {
    left.combine(right);
    return left;
  }
}
