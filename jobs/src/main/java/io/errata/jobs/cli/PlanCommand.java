package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "plan",
    header = {"Find what is wrong, and write it down; change nothing.", ""},
    description = {
      "Reads the window's events, recomputes the rows and compares them with the live table.",
      "Writes a plan; changes nothing in the live table."
    },
    footer = {
      "",
      "Exit status: 0, with or without drift; 3 with --fail-on-drift where there is drift;",
      "4 where a limit was hit (the plan is written, apply will refuse it) or the source no",
      "longer holds all of the window (no plan is written).",
      "",
      "Example:",
      "  errata plan incident.yaml --set window.from=2024-06-10T12:00:00Z --json"
    })
final class PlanCommand extends Verb {
  @Mixin private SpecArgument argument = new SpecArgument();
  @Mixin private PlannerArguments planner = new PlannerArguments();

  @Option(names = "--fail-on-drift", description = "Exit with 3 where the plan has corrections.")
  private boolean failOnDrift;

  @Override
  protected int run(Console console, ObjectNode document) {
    if (planner.isLaunched()) {
      return new LaunchedRun(session(), console)
          .run(
              document,
              "plan",
              argument,
              planner,
              failOnDrift ? List.of("--fail-on-drift") : List.of());
    }
    Spec spec = argument.parse(session());
    PlanDirectory plan = plan(console, document, spec, planner.options(session()));
    int status = new PlanOutcome(session(), console).tell(document, plan, spec);
    if (status != DONE || plan.manifest().corrections().total() == 0) {
      return status;
    }
    return failOnDrift ? DRIFT : DONE;
  }
}
