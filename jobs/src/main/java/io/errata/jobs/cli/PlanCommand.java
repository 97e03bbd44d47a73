package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.CsvOptions;
import java.nio.file.Path;
import java.util.Optional;
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
    Spec spec = argument.parse(session());
    PlanDirectory plan = plan(console, spec, planner.options());
    PlanManifest manifest = plan.manifest();
    Documents.plan(document, manifest, plan.location());
    new PlanText(console, manifest).print(plan.location());
    console.say("");
    Optional<Path> list = spec.table().csvOptions().map(CsvOptions::corrections).map(Path::of);
    if (!manifest.limits().isEmpty()) {
      console.say(
          "A limit was hit, so apply will refuse this plan"
              + (list.isEmpty() ? "" : ", and its corrections are not listed")
              + ". Next: errata show "
              + typed(plan));
      return LIMIT;
    }
    if (manifest.corrections().total() == 0) {
      console.say("Nothing to apply.");
      return DONE;
    }
    list.ifPresent(file -> console.say("The corrections are listed in " + shorten(file) + "."));
    console.say("Next: errata show " + typed(plan) + "   what is in it; --html for the report");
    console.say("      errata apply " + typed(plan) + "  one transaction, or nothing");
    return failOnDrift ? DRIFT : DONE;
  }

  private String typed(PlanDirectory plan) {
    return Shell.quote(session().shorten(plan.location()));
  }
}
