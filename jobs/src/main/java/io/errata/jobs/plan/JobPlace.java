package io.errata.jobs.plan;

import io.errata.jobs.cluster.ClusterAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a job runs, and with whose code; the plan doesn't depend on the former.
 *
 * @param cluster the session cluster that it is submitted to; empty for a cluster in this process,
 *     or the one that the jar was submitted to itself
 * @param workerJars absolute paths of jars with workers of the user
 */
public record JobPlace(Optional<ClusterAddress> cluster, List<Path> workerJars) {
  /** In this process, with the workers of the class path. */
  public static final JobPlace HERE = new JobPlace(Optional.empty(), List.of());

  public JobPlace {
    workerJars = List.copyOf(workerJars);
  }

  /** The same workers on a session cluster. */
  JobPlace at(ClusterAddress other) {
    return new JobPlace(Optional.of(other), workerJars);
  }
}
