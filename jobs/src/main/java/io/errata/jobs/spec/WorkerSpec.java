package io.errata.jobs.spec;

import io.errata.jobs.aggregate.AggregateSpec;

/** What recomputes the rows. */
public sealed interface WorkerSpec {

  /**
   * One version of a worker in Java.
   *
   * @param version from 1
   */
  record Versioned(String name, int version) implements WorkerSpec {}

  /** All versions of a worker in Java, each in force for the events from its effective date on. */
  record AsOf(String name) implements WorkerSpec {}

  /** The declared worker. */
  record Declared(AggregateSpec aggregate) implements WorkerSpec {}
}
