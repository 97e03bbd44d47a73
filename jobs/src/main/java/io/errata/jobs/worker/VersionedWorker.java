package io.errata.jobs.worker;

/**
 * One version of a worker in Java.
 *
 * @param version from 1
 */
public record VersionedWorker(String name, int version) implements WorkerDefinition {
  @Override
  public ReplayWorker open(ClassLoader loader) {
    return ReplayWorker.of(WorkerCatalog.load(loader).find(name, version));
  }
}
