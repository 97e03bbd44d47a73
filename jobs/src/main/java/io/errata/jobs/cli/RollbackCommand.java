package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.table.Guards;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "rollback",
    header = {"Take an applied plan back.", ""},
    description = {
      "Gives every row of an applied plan its image from before, byte for byte, in one transaction.",
      "Rows that were written again since are conflicts: nothing is written then.",
      "The plan's folder is enough for it, even where the ledger was lost."
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

  @Option(
      names = "--ledger-lost",
      description =
          "The ledger was lost since the apply: go by the plan alone, even where the ledger knows later writes, or where"
              + " conflicts=skip leaves rows. Only say so where it is true: of a plan that was never applied, rows could"
              + " be taken back that are right.")
  private boolean ledgerLost;

  @Override
  protected int run(Console console, ObjectNode document) {
    connection.check();
    PlanDirectory plan = argument.open(session());
    plan.verifySeal();
    return new PlanWriting(session(), console)
        .rollback(
            document,
            plan,
            connection.parse(operations(), plan.manifest()),
            ledgerLost ? Guards.PLAN : Guards.LEDGER);
  }
}
