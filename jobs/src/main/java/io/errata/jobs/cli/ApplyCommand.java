package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "apply",
    header = {"Write a plan's corrections in one transaction, or nothing.", ""},
    description = {
      "Writes a plan's corrections in one transaction with their ledger row, or nothing, and reads",
      "them back. A plan that is applied already is not applied again."
    },
    footer = {
      "",
      "Exit status: 0 applied, or already; 4 refused because of a limit; 5 conflict, nothing written.",
      "",
      "Example:",
      "  errata apply 3f9c2a71",
      "  errata apply plans/3f9c2a71d04e5b88a1c6e0f7d2b94c35 --set table.jdbc.user=writer --json"
    })
final class ApplyCommand extends Verb {
  @Mixin private PlanArgument argument = new PlanArgument();
  @Mixin private ConnectionArguments connection = new ConnectionArguments();

  @Option(
      names = "--override",
      paramLabel = "LIMIT",
      description =
          "Apply although this limit was hit: corrections, deletes or quarantine. Can be given again.")
  private List<String> overridden = new ArrayList<>();

  @Override
  protected int run(Console console, ObjectNode document) {
    connection.check();
    PlanDirectory plan = argument.open(session());
    plan.verifySeal();
    PlanManifest manifest = plan.manifest();
    PlanWriting writing = new PlanWriting(session(), console);
    List<LimitHit> standing = PlanWriting.standing(manifest, overridden);
    if (!standing.isEmpty()) {
      return writing.refuse(document, manifest, session().shorten(plan.location()), standing);
    }
    return writing.apply(document, plan, connection.parse(operations(), manifest));
  }
}
