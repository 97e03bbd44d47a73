package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.plan.JobPlace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a job runs, and with whose workers. */
final class PlaceArguments {
  /** The variable that says which cluster it is. */
  static final String CLUSTER = "ERRATA_CLUSTER";

  private static final String LOCAL = "local";
  private static final String SESSION = "session";

  @Option(
      names = "--on",
      paramLabel = "PLACE",
      defaultValue = LOCAL,
      description = {
        "Where the job runs: local, in this process (as usual), or session, on the Flink cluster",
        "that --cluster names. The plan is the same."
      })
  private String on = LOCAL;

  @Option(
      names = "--cluster",
      paramLabel = "URL",
      description = {
        "For --on session: the REST address of the job manager, such as http://jobmanager:8081.",
        "Usually that of the variable ERRATA_CLUSTER."
      })
  private @Nullable String cluster;

  @Mixin private WorkerJarArgument workerJars = new WorkerJarArgument();

  /**
   * What was asked for.
   *
   * @throws ErrataException USAGE where it is not one of these places, or no cluster is named
   */
  JobPlace place(Session session) {
    return new JobPlace(cluster(session), workerJars.jars(session));
  }

  private Optional<ClusterAddress> cluster(Session session) {
    if (on.equals(SESSION)) {
      return Optional.of(
          address(cluster, session)
              .orElseThrow(
                  () ->
                      new ErrataException(
                          ErrorCode.USAGE,
                          "Cannot run on a session cluster: none is named",
                          "Add --cluster http://jobmanager:8081, or set " + CLUSTER + ".")));
    }
    if (!on.equals(LOCAL)) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot run on " + on + " (--on is local or session)",
          "On a cluster that is made for one plan, such as on Kubernetes, the jar itself is the"
              + " program: see docs/cluster.md.");
    }
    if (cluster != null) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --cluster with --on local",
          "Add --on session, or leave --cluster out.");
    }
    return Optional.empty();
  }

  /** The cluster that was typed, or else that of the environment. */
  static Optional<ClusterAddress> address(@Nullable String typed, Session session) {
    return Optional.ofNullable(typed)
        .or(() -> Optional.ofNullable(session.environment().get(CLUSTER)))
        .filter(url -> !url.isBlank())
        .map(ClusterAddress::parse);
  }
}
