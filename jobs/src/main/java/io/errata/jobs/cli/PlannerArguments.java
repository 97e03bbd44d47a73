package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.kubernetes.DeploymentFile;
import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.PlannerOptions;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a plan is made, where a person wants it otherwise than usual. */
final class PlannerArguments {
  private static final int MOST = 1024;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "Tasks of each stage. Usually the number of processors; the plan doesn't depend on it.")
  private @Nullable Integer parallelism;

  @Mixin private PlaceArguments place = new PlaceArguments();

  PlannerOptions options(Session session) {
    JobPlace where = place.place(session);
    return new PlannerOptions(
        parallelism().orElse(PlannerOptions.ofProcessors().parallelism()),
        InputOrder.AS_READ,
        where);
  }

  /** Whether the verb itself runs elsewhere, on a cluster that Kubernetes makes for it. */
  boolean isLaunched() {
    return place.isLaunched();
  }

  /** What such a cluster is made of. */
  DeploymentFile deployment(Session session) {
    return place.deployment(session);
  }

  /** The tasks of each stage, where a number was given. */
  OptionalInt parallelism() {
    if (parallelism == null) {
      return OptionalInt.empty();
    }
    if (parallelism < 1 || parallelism > MOST) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --parallelism " + parallelism + " (1 to " + MOST + ")",
          "Leave it out to use every processor.");
    }
    return OptionalInt.of(parallelism);
  }
}
