package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.state.plan.PlanDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "rollback",
    header = {"Take an applied plan back.", ""},
    description = {
      "Gives every row of an applied plan its image from before, byte for byte, in one transaction.",
      "Rows that were written again since are conflicts: nothing is written then."
    },
    footer = {
      "",
      "Exit status: 0 rolled back, or nothing to take back; 5 conflict, nothing written.",
      "",
      "Example:",
      "  errata rollback 3f9c2a71"
    })
final class RollbackCommand extends Verb {
  @Mixin private PlanArgument argument = new PlanArgument();
  @Mixin private ConnectionArguments connection = new ConnectionArguments();

  @Override
  protected int run(Console console, ObjectNode document) {
    connection.check();
    PlanDirectory plan = argument.open(session());
    plan.verifySeal();
    return new PlanWriting(session(), console)
        .rollback(document, plan, connection.parse(operations(), plan.manifest()));
  }
}
