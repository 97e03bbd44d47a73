package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanStorage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The plan that a verb works on: its folder, or its id or the beginning of it. */
final class PlanArgument {
  /**
   * Where plans lie when nothing else is said: below the working folder, and where the demo leaves
   * them.
   */
  static final List<String> USUAL = List.of("plans", "errata-demo/plans");

  private static final int SHORTEST_ID = 6;

  @Parameters(
      index = "0",
      paramLabel = "PLAN",
      description = "The plan's folder, or its id, or the first 6 or more characters of it.")
  private String plan = "";

  @Option(
      names = "--plans",
      paramLabel = "DIR",
      description = "Where plans are looked for by id. Usually ./plans and ./errata-demo/plans.")
  private @Nullable String plans;

  /**
   * Finds and opens the plan.
   *
   * @throws ErrataException INVALID_PLAN where there is none, or more than one
   */
  PlanDirectory open(Session session) {
    PlanStorage folder = session.operations().storage(session.resolve(plan));
    if (folder.exists(PlanDirectory.MANIFEST)) {
      return PlanDirectory.open(folder);
    }
    List<PlanStorage> searched = new ArrayList<>();
    for (String place : plans == null ? USUAL : List.of(plans)) {
      searched.add(session.operations().storage(session.resolve(place)));
    }
    if (!plan.matches("[0-9a-f]{" + SHORTEST_ID + ",}")) {
      throw notFound(
          "Cannot open plan " + plan + ": there is no " + PlanDirectory.MANIFEST + " in it",
          searched);
    }
    Set<String> ids = new LinkedHashSet<>();
    PlanStorage found = null;
    for (PlanStorage place : searched) {
      for (String id : PlanDirectory.find(place)) {
        if (id.startsWith(plan) && ids.add(id) && found == null) {
          found = place;
        }
      }
    }
    if (found == null) {
      throw notFound("Cannot find plan " + plan, searched);
    }
    if (ids.size() > 1) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot choose a plan: " + ids.size() + " ids begin with " + plan,
          "Give more of the id: " + String.join(", ", ids.stream().limit(5).toList()) + ".");
    }
    return PlanDirectory.open(found, ids.iterator().next());
  }

  private static ErrataException notFound(String message, List<PlanStorage> searched) {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        message
            + " (looked for an id in "
            + String.join(" and ", searched.stream().map(PlanStorage::location).toList())
            + ")",
        "Give the folder or the id that errata plan has printed, or the folder of all plans with --plans.");
  }
}
