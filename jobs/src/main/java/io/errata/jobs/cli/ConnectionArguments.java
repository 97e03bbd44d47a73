package io.errata.jobs.cli;

import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanManifest;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How to get to the table of a plan, where that is another way than when it was made. */
final class ConnectionArguments {
  @Option(
      names = "--set",
      paramLabel = "path=value",
      description =
          "Set a field of the plan's spec that doesn't change what it does: table.jdbc.url, table.jdbc.user,"
              + " table.jdbc.password, table.csv.path, table.lock-timeout, table.statement-timeout, limits.table-lag,"
              + " limits.table-load, conflicts. Can be given again.")
  private List<String> overrides = new ArrayList<>();

  void check() {
    PlanWriting.checkOverrides(overrides);
  }

  /** The spec of a plan, with today's secrets. */
  Spec parse(Operations operations, PlanManifest manifest) {
    return operations.parsePlanned(manifest.spec(), overrides);
  }
}
