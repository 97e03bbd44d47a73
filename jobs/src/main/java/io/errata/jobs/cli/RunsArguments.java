package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where runs are looked for. */
final class RunsArguments {
  private static final int SHORTEST_ID = 6;

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

  /**
   * The run under way that a person means.
   *
   * @param asked the cluster whose jobs are looked at, too
   * @param typed its id or the beginning of it
   * @throws ErrataException INVALID_PLAN where there is no such run, or more than one
   */
  RunUnderWay find(Session session, Optional<ClusterAddress> asked, String typed) {
    List<RunUnderWay> found =
        typed.matches("[0-9a-f]{" + SHORTEST_ID + ",}")
            ? StatusCommand.find(session, asked, folders(), false).stream()
                .filter(run -> run.isCalled(typed))
                .toList()
            : List.of();
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new ErrataException(
        ErrorCode.INVALID_PLAN,
        found.isEmpty()
            ? "Cannot find run " + typed + " (errata status lists those that are under way)"
            : "Cannot choose a run: " + found.size() + " ids begin with " + typed,
        found.isEmpty()
            ? "Give the id that errata status shows, with the same --cluster and --plans."
            : "Give more of the id: "
                + String.join(", ", found.stream().limit(5).map(RunUnderWay::id).toList())
                + ".");
  }
}
