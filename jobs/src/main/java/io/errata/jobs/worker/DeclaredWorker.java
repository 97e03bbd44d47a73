package io.errata.jobs.worker;

import io.errata.jobs.aggregate.AggregateSpec;
import io.errata.jobs.aggregate.AggregateWorker;
import io.errata.jobs.aggregate.EventFacts;
import io.errata.state.table.TableDescription;

/** A worker that a spec declares. */
public record DeclaredWorker(AggregateSpec spec, TableDescription table, EventFacts facts)
    implements WorkerDefinition {
  @Override
  public ReplayWorker open(ClassLoader loader) {
    return ReplayWorker.of(AggregateWorker.of(spec, table, facts));
  }
}
