package io.errata.jobs.cli;

import io.errata.api.Row;
import io.errata.jobs.report.ChangeSummary;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.report.HtmlReport;
import io.errata.jobs.report.RankedCorrection;
import io.errata.state.plan.Correction;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ChosenSource;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.PlanManifest.MissingPart;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.PlanManifest.RowCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A plan in words on a terminal. */
final class PlanText {
  private static final int GAPS = 10;

  private final Console console;
  private final PlanManifest manifest;

  PlanText(Console console, PlanManifest manifest) {
    this.console = console;
    this.manifest = manifest;
  }

  /** One sentence, then what it is made of. */
  void print(String directory) {
    console.say(
        console.styled(Style.BOLD, "Plan " + manifest.plan())
            + "  "
            + DisplayText.wholeLine(manifest.name()));
    console.say(HtmlReport.sentence(manifest));
    console.say("");
    PlanManifest.WindowSection window = manifest.window();
    fact("window", window.from() + " to " + window.to());
    if (!window.from().equals(window.requestedFrom())
        || !window.to().equals(window.requestedTo())) {
      fact(
          "",
          "asked for "
              + window.requestedFrom()
              + " to "
              + window.requestedTo()
              + window.reason().map(reason -> "; " + DisplayText.wholeLine(reason)).orElse(""));
    }
    fact("worker", DisplayText.wholeLine(manifest.worker().identity()));
    manifest.retry().ifPresent(retry -> fact("retry", retried(retry)));
    printEvents();
    printRows();
    printCoverage();
    if (manifest.rows().quarantined() > 0) {
      fact(
          "quarantine",
          console.styled(
              Style.WARN,
              DisplayText.count(manifest.rows().quarantined(), "key") + " left as they are"));
    }
    if (manifest.suppressedEffects() > 0) {
      fact(
          "effects",
          DisplayText.count(manifest.suppressedEffects()) + " recorded and not performed");
    }
    for (String warning : manifest.warnings()) {
      fact("warning", console.styled(Style.WARN, DisplayText.wholeLine(warning)));
    }
    for (LimitHit hit : manifest.limits()) {
      fact("limit", console.styled(Style.BAD, limit(hit)));
    }
    fact("folder", directory);
  }

  private static String retried(PlanManifest.RetrySection retry) {
    return "of plan "
        + retry.plan()
        + (retry.keys() < 0
            ? ", which left every key in quarantine"
            : ": only the "
                + DisplayText.count(retry.keys(), "key")
                + " that it left in quarantine");
  }

  static String limit(LimitHit hit) {
    return DisplayText.wholeLine(hit.limit())
        + " ("
        + DisplayText.line(hit.allowed())
        + " allowed, "
        + DisplayText.line(hit.found())
        + " found): "
        + DisplayText.wholeLine(hit.message());
  }

  private void printEvents() {
    EventCounts events = manifest.events();
    List<String> parts = new ArrayList<>();
    parts.add(DisplayText.count(events.read()) + " read");
    parts.add(DisplayText.count(events.inWindow()) + " in the window");
    addPart(parts, events.filtered(), "filtered out");
    addPart(parts, events.duplicates(), events.duplicates() == 1 ? "duplicate" : "duplicates");
    addPart(parts, events.rejected(), "rejected");
    parts.add(DisplayText.count(events.used()) + " used");
    fact("events", String.join(", ", parts));
  }

  private void printRows() {
    RowCounts rows = manifest.rows();
    fact(
        "rows",
        DisplayText.count(rows.recomputed())
            + " recomputed, "
            + DisplayText.count(rows.live())
            + " live, "
            + DisplayText.count(rows.equal())
            + " agree");
    fact(
        "to correct",
        DisplayText.count(manifest.corrections().total())
            + ": "
            + DisplayText.count(rows.update(), "update")
            + ", "
            + DisplayText.count(rows.insert(), "insert")
            + ", "
            + DisplayText.count(rows.delete(), "delete"));
  }

  private void printCoverage() {
    PlanManifest.Coverage coverage = manifest.coverage();
    if (coverage.complete()) {
      fact("coverage", "complete, " + DisplayText.count(coverage.inputs().size(), "input"));
      coverage.sources().forEach(source -> fact("", source(source)));
      printOffsets();
      return;
    }
    fact("coverage", console.styled(Style.BAD, "not complete"));
    for (MissingPart gap : coverage.gaps().subList(0, Math.min(GAPS, coverage.gaps().size()))) {
      fact("", DisplayText.wholeLine(gap.input()) + ": " + DisplayText.wholeLine(gap.reason()));
    }
    if (coverage.gaps().size() > GAPS) {
      fact("", "… and " + DisplayText.count(coverage.gaps().size() - GAPS) + " more");
    }
    coverage.sources().forEach(source -> fact("", source(source)));
    printOffsets();
  }

  /** What a source was read for, in one line. */
  static String source(ChosenSource source) {
    return DisplayText.wholeLine(source.source())
        + (source.from().isEmpty()
            ? ", not read: "
            : ", read for ["
                + source.from().get()
                + ", "
                + source.to().map(Object::toString).orElse("")
                + "): ")
        + DisplayText.wholeLine(source.reason());
  }

  /** What was expected and found of each partition. */
  private void printOffsets() {
    List<ReadPart> partitions =
        manifest.coverage().inputs().stream().filter(part -> part.offsets().isPresent()).toList();
    for (ReadPart part : partitions.subList(0, Math.min(GAPS, partitions.size()))) {
      fact("", DisplayText.wholeLine(part.input()) + ": " + HtmlReport.offsets(part));
    }
    if (partitions.size() > GAPS) {
      fact("", "… and " + DisplayText.count(partitions.size() - GAPS) + " more in the report");
    }
  }

  private static void addPart(List<String> parts, long number, String what) {
    if (number > 0) {
      parts.add(DisplayText.count(number) + " " + what);
    }
  }

  private void fact(String name, String value) {
    console.say("  " + console.styled(Style.FAINT, pad(name, 11)) + value);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }

  /** The largest corrections, one to a line. */
  void printLargest(List<RankedCorrection> largest) {
    if (largest.isEmpty()) {
      return;
    }
    console.say("");
    console.say(
        console.styled(Style.BOLD, "Largest corrections")
            + " ("
            + DisplayText.count(largest.size())
            + " of "
            + DisplayText.count(manifest.corrections().total())
            + ")");
    for (RankedCorrection ranked : largest) {
      console.say("  " + line(ranked.correction()));
    }
  }

  private String line(Correction correction) {
    List<String> key = manifest.table().description().key();
    List<String> compare = manifest.table().description().compare();
    Optional<Row> before = ChangeSummary.before(correction);
    Optional<Row> after = ChangeSummary.after(correction);
    String keyText = DisplayText.of(correction.key(key));
    if (before.isEmpty()) {
      return console.styled(Style.GOOD, "+ " + keyText)
          + "  "
          + DisplayText.of(after.orElseThrow().project(compare));
    }
    if (after.isEmpty()) {
      return console.styled(Style.BAD, "- " + keyText)
          + "  "
          + DisplayText.of(before.get().project(compare));
    }
    List<String> changes = new ArrayList<>();
    for (String column : compare) {
      if (ChangeSummary.changes(column, before.get(), after.get())) {
        changes.add(
            DisplayText.line(column)
                + " "
                + DisplayText.of(before.get().value(column))
                + " → "
                + DisplayText.of(after.get().value(column)));
      }
    }
    return console.styled(Style.WARN, "~ " + keyText) + "  " + String.join(", ", changes);
  }
}
