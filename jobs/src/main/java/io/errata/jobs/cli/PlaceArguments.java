package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.kubernetes.DeploymentFile;
import io.errata.jobs.plan.JobPlace;
import java.nio.file.Path;
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
  private static final String KUBERNETES = "kubernetes";
  private static final String APPLICATION = "application";

  /** The variable that says of what a cluster on Kubernetes is made. */
  private static final String DEPLOYMENT = "ERRATA_DEPLOYMENT";

  @Option(
      names = "--on",
      paramLabel = "PLACE",
      defaultValue = LOCAL,
      description = {
        "Where the job runs: local, in this process (as usual); session, on the Flink cluster that",
        "--cluster names; kubernetes, on one that the Flink Kubernetes operator makes for it (plan,",
        "run, verify). The plan is the same."
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

  @Option(
      names = "--deployment",
      paramLabel = "FILE",
      description = {
        "For --on kubernetes: the FlinkDeployment that the cluster is made of. Usually that of the",
        "variable ERRATA_DEPLOYMENT."
      })
  private @Nullable Path deployment;

  @Mixin private WorkerJarArgument workerJars = new WorkerJarArgument();

  /**
   * What was asked for.
   *
   * @throws ErrataException USAGE where it is not one of these places, or no cluster is named
   */
  JobPlace place(Session session) {
    if (deployment != null && !isLaunched()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --deployment with --on " + on,
          "Add --on kubernetes, or leave --deployment out.");
    }
    return new JobPlace(cluster(session), workerJars.jars(session));
  }

  /** Whether the verb itself runs elsewhere, on a cluster that Kubernetes makes for it. */
  boolean isLaunched() {
    return on.equals(KUBERNETES);
  }

  /**
   * What such a cluster is made of.
   *
   * @throws ErrataException USAGE where that isn't named, can't be used, or something is that
   *     doesn't go with it
   */
  DeploymentFile deployment(Session session) {
    if (cluster != null) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --cluster with --on kubernetes",
          "Add --on session, or leave --cluster out.");
    }
    if (!workerJars.jars(session).isEmpty()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --worker-jar with --on kubernetes: the jar has to be in the pods",
          "Put the jar into the image, and --worker-jar with its path there into the job's args in"
              + " the deployment's file.");
    }
    Path file =
        Optional.ofNullable(deployment)
            .or(
                () ->
                    Optional.ofNullable(session.environment().get(DEPLOYMENT))
                        .filter(path -> !path.isBlank())
                        .map(Path::of))
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.USAGE,
                        "Cannot run on Kubernetes: no deployment is named",
                        "Add --deployment with the file of a FlinkDeployment, or set "
                            + DEPLOYMENT
                            + "; docs/kubernetes.md says how to make one."));
    return DeploymentFile.read(session.folder().resolve(file));
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
    if (on.equals(KUBERNETES)) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot run this verb on kubernetes (plan, run and verify can)",
          "Leave --on out, or add --on session with the --cluster of a session cluster there.");
    }
    if (on.equals(APPLICATION)) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot run on application: nothing here makes a cluster for one plan but Kubernetes",
          "Add --on kubernetes; for a cluster that you start yourself for one plan, see"
              + " docs/cluster.md#application-mode.");
    }
    if (!on.equals(LOCAL)) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot run on " + on + " (--on is local, session or kubernetes)",
          "docs/cluster.md says what each of them is.");
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
