package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.spec.Spec;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveTable;
import io.errata.state.table.WriteCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "history",
    header = {"List what was applied to the spec's table.", ""},
    description = "Lists the ledger of the spec's table: each apply and rollback, newest first.",
    footer = {
      "",
      "Example:",
      "  errata history incident.yaml",
      "  errata history incident.yaml --json"
    })
final class HistoryCommand extends Verb {
  @Mixin private SpecArgument argument = new SpecArgument();

  @Override
  protected int run(Console console, ObjectNode document) {
    Spec spec = argument.parse(session());
    List<LedgerEntry> entries;
    try (LiveTable table = operations().open(spec);
        Cancellation.Registration registration = console.cancellation().onCancel(table::close)) {
      entries = table.history();
    }
    ArrayNode list = document.putArray("history");
    entries.forEach(entry -> Documents.ledger(list, entry));
    if (entries.isEmpty()) {
      console.say(
          "Nothing was applied to "
              + DisplayText.wholeLine(spec.table().name())
              + " by Errata so far.");
    } else {
      print(console, entries);
    }
    return DONE;
  }

  private static void print(Console console, List<LedgerEntry> entries) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("ledger", "written at", "by", "action", "plan", "worker", "window", "rows"));
    for (LedgerEntry entry : entries) {
      WriteCounts counts = entry.counts();
      lines.add(
          List.of(
              Long.toString(entry.id()),
              entry.writtenAt().toString(),
              DisplayText.line(entry.writtenBy()),
              entry.action().name().toLowerCase(Locale.ROOT),
              entry.plan().substring(0, Math.min(12, entry.plan().length())),
              DisplayText.line(entry.worker()),
              entry.from() + " to " + entry.to(),
              "~"
                  + DisplayText.count(counts.updated())
                  + " +"
                  + DisplayText.count(counts.inserted())
                  + " -"
                  + DisplayText.count(counts.deleted())
                  + (counts.conflicts() == 0
                      ? ""
                      : ", " + DisplayText.count(counts.conflicts()) + " left")));
    }
    TableText.print(console, lines);
  }
}
