package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    header = {"Plan and apply at once, for orchestration.", ""},
    description =
        "Plans and applies at once, for orchestration; stops before the apply where a limit says so.",
    footer = {
      "",
      "Exit status: 0 applied, or nothing to correct; 4 stopped by a limit; 5 conflict, nothing written.",
      "",
      "Example:",
      "  errata run daily.yaml --set window.from=2024-06-10T00:00:00Z --set window.to=2024-06-11T00:00:00Z --json"
    })
final class RunCommand extends Verb {
  @Mixin private SpecArgument argument = new SpecArgument();
  @Mixin private PlannerArguments planner = new PlannerArguments();

  @Override
  protected int run(Console console, ObjectNode document) {
    if (planner.isLaunched()) {
      return new LaunchedRun(session(), console).run(document, "run", argument, planner, List.of());
    }
    Spec spec = argument.parse(session());
    PlanDirectory plan = plan(console, document, spec, planner.options(session()));
    PlanManifest manifest = plan.manifest();
    Documents.plan(document.putObject("plan"), manifest, plan.location());
    new PlanText(console, manifest).print(plan.location());
    console.say("");
    PlanWriting writing = new PlanWriting(session(), console);
    if (!manifest.limits().isEmpty()) {
      return writing.refuse(
          document.putObject("apply"),
          manifest,
          session().shorten(plan.location()),
          manifest.limits());
    }
    ObjectNode apply = document.objectNode();
    int status = writing.apply(apply, plan, spec);
    document.set("apply", apply);
    return status;
  }
}
