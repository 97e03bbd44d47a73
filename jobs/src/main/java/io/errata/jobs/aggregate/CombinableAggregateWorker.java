package io.errata.jobs.aggregate;

import io.errata.api.Combinable;

/**
 * A declared worker without {@code first} and {@code last}: its states can be merged in any order.
 */
public final class CombinableAggregateWorker extends AggregateWorker
    implements Combinable<AggregateState> {
  CombinableAggregateWorker(AggregateDefinition definition) {
    super(definition);
  }

  @Override
  public AggregateState combine(AggregateState left, AggregateState right) {
    left.combine(right);
    return left;
  }
}
