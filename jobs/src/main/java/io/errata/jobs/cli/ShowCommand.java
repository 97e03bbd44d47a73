package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.report.ChangeSummary;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.report.HtmlReport;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.EntryReader;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.QuarantineEntry;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "show",
    header = {"Print a plan, or open its report.", ""},
    description =
        "Prints a plan: counts, the largest corrections, coverage, quarantine, suppressed effects, limits.",
    footer = {"", "Example:", "  errata show 3f9c2a71 --limit 50", "  errata show 3f9c2a71 --html"})
final class ShowCommand extends Verb {
  private static final int MOST = 100_000;

  @Mixin private PlanArgument argument = new PlanArgument();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many corrections, quarantined events and effects to list (usually 10).")
  private int limit;

  @Option(names = "--html", description = "Open the report in a browser, or print where it is.")
  private boolean html;

  @Override
  protected int run(Console console, ObjectNode document) {
    if (limit < 0 || limit > MOST) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot list " + limit + " corrections (--limit is 0 to 100,000)",
          "Use a number in between.");
    }
    PlanDirectory plan = argument.open(session());
    plan.verifySeal();
    PlanManifest manifest = plan.manifest();
    Documents.plan(document, manifest, plan.location());
    Documents.show(document, manifest);
    PlanText text = new PlanText(console, manifest);
    text.print(plan.location());
    ChangeSummary changes =
        ChangeSummary.of(plan.corrections(), manifest.table().description(), limit);
    Documents.corrections(
        document.putArray("largest"), changes.largest(), manifest.table().description().key());
    text.printLargest(changes.largest());
    showQuarantine(console, document.putArray("quarantine"), plan);
    showEffects(console, document.putArray("suppressed_effects"), plan);
    if (html) {
      String report = plan.location() + "/" + HtmlReport.FILE;
      document.put("report", report);
      console.say("");
      boolean opened = !console.json() && Browser.open(report);
      console.say((opened ? "Opened " : "The report is ") + report);
    }
    return DONE;
  }

  private void showQuarantine(Console console, ArrayNode list, PlanDirectory plan) {
    try (EntryReader<QuarantineEntry> reader = plan.quarantine()) {
      Optional<QuarantineEntry> next = reader.next();
      if (next.isPresent() && limit > 0) {
        console.say("");
        console.say(console.styled(Style.BOLD, "In quarantine"));
      }
      for (int i = 0; i < limit && next.isPresent(); i++, next = reader.next()) {
        QuarantineEntry entry = next.get();
        Documents.quarantine(list, entry);
        console.say(
            "  "
                + DisplayText.wholeLine(Objects.requireNonNullElse(entry.key(), "every key"))
                + ": event "
                + DisplayText.line(
                    Objects.requireNonNullElse(entry.eventId(), "without a readable id"))
                + " at "
                + DisplayText.wholeLine(entry.source())
                + " row "
                + DisplayText.count(entry.offset())
                + ": "
                + DisplayText.wholeLine(entry.reason()));
      }
    }
  }

  private void showEffects(Console console, ArrayNode list, PlanDirectory plan) {
    try (EntryReader<EffectEntry> reader = plan.effects()) {
      Optional<EffectEntry> next = reader.next();
      if (next.isPresent() && limit > 0) {
        console.say("");
        console.say(console.styled(Style.BOLD, "Effects that were not performed"));
      }
      for (int i = 0; i < limit && next.isPresent(); i++, next = reader.next()) {
        EffectEntry entry = next.get();
        Documents.effect(list, entry);
        console.say(
            "  "
                + DisplayText.line(entry.kind())
                + " to "
                + DisplayText.line(entry.target())
                + ", for event "
                + DisplayText.line(entry.eventId()));
      }
    }
  }
}
