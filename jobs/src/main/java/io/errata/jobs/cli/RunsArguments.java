package io.errata.jobs.cli;

import io.errata.jobs.cluster.ClusterAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where runs are looked for. */
final class RunsArguments {
  @Option(
      names = "--cluster",
      paramLabel = "URL",
      description = {
        "The REST address of a cluster's job manager, such as http://jobmanager:8081. Usually that",
        "of the variable ERRATA_CLUSTER."
      })
  private @Nullable String cluster;

  @Option(
      names = "--plans",
      paramLabel = "DIR",
      description = "The folder of plans. Usually ./plans and ./errata-demo/plans.")
  private @Nullable String plans;

  Optional<ClusterAddress> cluster(Session session) {
    return PlaceArguments.address(cluster, session);
  }

  List<String> folders() {
    return plans == null ? PlanArgument.USUAL : List.of(plans);
  }
}
