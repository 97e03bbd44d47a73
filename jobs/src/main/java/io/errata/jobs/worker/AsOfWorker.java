package io.errata.jobs.worker;

/** All versions of a worker in Java, each in force from its effective date on. */
public record AsOfWorker(String name) implements WorkerDefinition {
  @Override
  public ReplayWorker open(ClassLoader loader) {
    return ReplayWorker.asOf(WorkerCatalog.load(loader).asOf(name));
  }
}
