package io.errata.jobs.report;

import io.errata.api.Column;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ChosenSource;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.FoundOffsets;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.PlanManifest.MissingPart;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.plan.QuarantineEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The page {@code report.html} of a plan: one file, which loads nothing from anywhere and runs no
 * script. It says in one sentence what the plan would do, then shows what that is made of.
 */
public final class HtmlReport {
  /** The name of the file in a plan's folder. */
  public static final String FILE = "report.html";

  /** How many quarantined events a caller needs to pass. */
  public static final int QUARANTINED = 20;

  private static final int CORRECTIONS = 25;
  private static final int INPUTS = 20;
  private static final int COLUMNS = 8;
  private static final int CHARTS = 4;

  private final PlanManifest manifest;
  private final ChangeSummary changes;
  private final List<QuarantineEntry> quarantined;
  private final HtmlPage page = new HtmlPage();

  private HtmlReport(
      PlanManifest manifest, ChangeSummary changes, List<QuarantineEntry> quarantined) {
    this.manifest = manifest;
    this.changes = changes;
    this.quarantined = quarantined;
  }

  /**
   * Writes the page in UTF-8's characters; the writer is left open. Its size is bounded however
   * large the plan is.
   *
   * @param out encodes as UTF-8
   * @param manifest complete, but for the seal and the page's own file
   * @param corrections read once
   * @param firstQuarantined the first entries, about {@link #QUARANTINED}; more are left out
   * @throws IOException where the writer fails
   */
  public static void write(
      Writer out,
      PlanManifest manifest,
      CorrectionSource corrections,
      List<QuarantineEntry> firstQuarantined)
      throws IOException {
    ChangeSummary changes =
        ChangeSummary.of(corrections, manifest.table().description(), CORRECTIONS);
    HtmlReport report = new HtmlReport(manifest, changes, firstQuarantined);
    report.write();
    out.write(report.page.toString());
    out.flush();
  }

  /** What applying a plan would do, in one sentence. */
  public static String sentence(PlanManifest manifest) {
    RowCounts rows = manifest.rows();
    long total = manifest.corrections().total();
    String table = manifest.table().description().name();
    if (total == 0) {
      return rows.equal() == 0
          ? "There is nothing to correct in " + table + ": no row of it is in the window's scope."
          : "There is nothing to correct in " + table + ": " + agree(rows.equal()) + ".";
    }
    List<String> parts = new ArrayList<>();
    addPart(parts, rows.update(), "updated");
    addPart(parts, rows.insert(), "inserted");
    addPart(parts, rows.delete(), "deleted");
    String equal =
        rows.equal() == 0
            ? ""
            : " "
                + DisplayText.count(rows.equal())
                + (rows.equal() == 1 ? " row agrees and stays" : " rows agree and stay")
                + " untouched.";
    return "Applying this plan corrects "
        + DisplayText.count(total, "row")
        + " of "
        + table
        + ": "
        + String.join(", ", parts)
        + "."
        + equal;
  }

  private static String agree(long equal) {
    return equal == 1 ? "its one row agrees" : "all " + DisplayText.count(equal) + " rows agree";
  }

  private static void addPart(List<String> parts, long rows, String verb) {
    if (rows > 0) {
      parts.add(DisplayText.count(rows) + " " + verb);
    }
  }

  private void write() {
    page.raw(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        """);
    page.raw("<title>")
        .text("Errata plan " + shortId() + ": " + DisplayText.line(manifest.name()))
        .raw("</title>\n<style>\n");
    page.raw(style()).raw("</style>\n</head>\n<body>\n<main>\n");
    writeHead();
    writeLimitsAndWarnings();
    writeTiles();
    writeNext();
    writeCorrections();
    writeDistributions();
    writeWindow();
    writeEvents();
    writeCoverage();
    writeQuarantine();
    writeEffects();
    writeEvidence();
    page.raw("</main>\n</body>\n</html>\n");
  }

  private void writeHead() {
    page.raw("<header>\n<p class=\"kicker\">Errata · plan <code>")
        .text(shortId())
        .raw("</code></p>\n");
    page.raw("<h1>").value(DisplayText.line(manifest.name())).raw("</h1>\n");
    page.raw("<p class=\"lead\">").text(sentence(manifest)).raw("</p>\n</header>\n");
  }

  private void writeLimitsAndWarnings() {
    for (LimitHit hit : manifest.limits()) {
      page.raw("<div class=\"note stop\"><strong>Stopped by ")
          .value(hit.limit())
          .raw("</strong> <span>allowed ")
          .value(hit.allowed())
          .raw(", found ")
          .value(hit.found())
          .raw("</span><p>")
          .text(DisplayText.wholeLine(hit.message()))
          .raw("</p></div>\n");
    }
    if (!manifest.coverage().complete()) {
      page.raw(
              "<div class=\"note stop\"><strong>The source did not hold all of the window.</strong><p>")
          .text("See “Coverage” below: rows were recomputed from what there was.")
          .raw("</p></div>\n");
    }
    for (String warning : manifest.warnings()) {
      page.raw("<div class=\"note warn\"><strong>Warning</strong><p>")
          .text(DisplayText.wholeLine(warning))
          .raw("</p></div>\n");
    }
  }

  private void writeTiles() {
    RowCounts rows = manifest.rows();
    page.raw("<section class=\"tiles\">\n");
    tile("update", "~", rows.update(), "to update");
    tile("insert", "+", rows.insert(), "to insert");
    tile("delete", "−", rows.delete(), "to delete");
    tile("equal", "=", rows.equal(), "agree");
    if (rows.quarantined() > 0) {
      tile("held", "!", rows.quarantined(), "keys in quarantine");
    }
    page.raw("</section>\n");
    long all = rows.equal() + rows.update() + rows.insert() + rows.delete();
    if (all > 0) {
      page.raw("<div class=\"share\" role=\"img\" aria-label=\"shares of the rows\">");
      share("update", rows.update(), all);
      share("insert", rows.insert(), all);
      share("delete", rows.delete(), all);
      share("equal", rows.equal(), all);
      page.raw("</div>\n<p class=\"small\">")
          .text(
              DisplayText.count(rows.recomputed(), "row")
                  + " recomputed, "
                  + DisplayText.count(rows.live(), "live row")
                  + " compared"
                  + (rows.live() == 0
                      ? "."
                      : "; corrections are "
                          + percent(all - rows.equal(), rows.live())
                          + " of them."))
          .raw("</p>\n");
    }
  }

  private void tile(String kind, String sign, long number, String label) {
    page.raw("<div class=\"tile ")
        .raw(kind)
        .raw(number == 0 ? " none" : "")
        .raw("\"><span class=\"sign\">")
        .raw(sign);
    page.raw("</span><b>")
        .text(DisplayText.count(number))
        .raw("</b><span>")
        .text(label)
        .raw("</span></div>\n");
  }

  private void share(String kind, long part, long all) {
    if (part > 0) {
      page.raw("<i class=\"")
          .raw(kind)
          .raw("\" style=\"flex-grow:")
          .number(100.0 * part / all)
          .raw("\"></i>");
    }
  }

  private void writeNext() {
    page.raw("<section>\n<h2>What to type next</h2>\n<pre class=\"next\">");
    String plan = shortId();
    if (manifest.corrections().total() == 0) {
      page.raw("<i># nothing: the table is as it should be</i>");
    } else if (manifest.limits().isEmpty()) {
      page.raw("errata show ").text(plan).raw("      <i># the same on a terminal</i>\n");
      page.raw("errata apply ").text(plan).raw("     <i># one transaction, or nothing</i>\n");
      page.raw("errata rollback ").text(plan).raw("  <i># takes it back</i>");
    } else {
      page.raw("errata show ").text(plan).raw("      <i># the same on a terminal</i>\n");
      page.raw(
          "<i># Correct the spec, or raise its limit, and plan again. Where each limit is meant to give way this once:</i>\n");
      page.raw("errata apply ").text(plan);
      for (LimitHit hit : manifest.limits()) {
        page.raw(" --override ").text(hit.limit());
      }
    }
    page.raw("</pre>\n</section>\n");
  }

  private void writeCorrections() {
    if (changes.largest().isEmpty()) {
      return;
    }
    List<String> key = manifest.table().description().key();
    List<String> compare = manifest.table().description().compare();
    List<String> shown = compare.subList(0, Math.min(compare.size(), COLUMNS));
    page.raw("<section>\n<h2>Largest corrections</h2>\n<p class=\"small\">")
        .text(
            "The "
                + DisplayText.count(changes.largest().size())
                + " that change a number the most, of "
                + DisplayText.count(changes.counts().total())
                + "; before → after."
                + (shown.size() < compare.size()
                    ? " "
                        + DisplayText.count(compare.size() - shown.size(), "further column")
                        + " not shown."
                    : ""))
        .raw("</p>\n<div class=\"wide\"><table class=\"corrections\">\n<thead><tr><th></th>");
    key.forEach(column -> page.raw("<th>").value(DisplayText.line(column)).raw("</th>"));
    for (String column : shown) {
      page.raw(numeric(column) ? "<th class=\"n\">" : "<th>")
          .value(DisplayText.line(column))
          .raw("</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for (RankedCorrection ranked : changes.largest()) {
      writeCorrection(ranked.correction(), key, shown);
    }
    page.raw("</tbody></table></div>\n</section>\n");
  }

  private void writeCorrection(Correction correction, List<String> key, List<String> shown) {
    Optional<Row> before = ChangeSummary.before(correction);
    Optional<Row> after = ChangeSummary.after(correction);
    String kind = before.isEmpty() ? "insert" : after.isEmpty() ? "delete" : "update";
    String sign = before.isEmpty() ? "+" : after.isEmpty() ? "−" : "~";
    page.raw("<tr><td class=\"mark ")
        .raw(kind)
        .raw("\" title=\"")
        .raw(kind)
        .raw("\">")
        .raw(sign)
        .raw("</td>");
    Row keyRow = correction.key(key);
    key.forEach(
        column ->
            page.raw("<td class=\"key\">")
                .value(DisplayText.of(keyRow.value(column)))
                .raw("</td>"));
    for (String column : shown) {
      boolean same =
          before.isPresent()
              && after.isPresent()
              && !ChangeSummary.changes(column, before.get(), after.get());
      page.raw("<td class=\"").raw(numeric(column) ? "n" : "").raw(same ? " same" : "").raw("\">");
      if (same) {
        page.value(DisplayText.of(after.get().value(column)));
      } else {
        before.ifPresent(
            row -> page.raw("<del>").value(DisplayText.of(row.value(column))).raw("</del>"));
        page.raw(before.isEmpty() ? "" : after.isEmpty() ? " → <del>none</del>" : " → ");
        after.ifPresent(
            row -> page.raw("<ins>").value(DisplayText.of(row.value(column))).raw("</ins>"));
      }
      page.raw("</td>");
    }
    page.raw("</tr>\n");
  }

  private boolean numeric(String column) {
    Column found = manifest.table().description().column(column).column();
    return Number.class.isAssignableFrom(found.type().javaType());
  }

  private void writeDistributions() {
    List<ColumnChange> numeric =
        changes.columns().stream().filter(c -> !c.distribution().isEmpty()).limit(CHARTS).toList();
    if (numeric.isEmpty()) {
      return;
    }
    page.raw("<section>\n<h2>How much the values change</h2>\n<p class=\"small\">")
        .text("After less before, in powers of ten; a missing row counts as 0.")
        .raw("</p>\n<div class=\"charts\">\n");
    for (ColumnChange column : numeric) {
      writeDistribution(column);
    }
    page.raw("</div>\n</section>\n");
  }

  private void writeDistribution(ColumnChange column) {
    long most = column.distribution().values().stream().mapToLong(Long::longValue).max().orElse(1);
    int row = 20;
    int height = row * column.distribution().size() + 4;
    page.raw("<figure><figcaption><b>")
        .value(DisplayText.line(column.column()))
        .raw("</b> <span class=\"small\">")
        .text(
            DisplayText.count(column.raised())
                + " raised, "
                + DisplayText.count(column.lowered())
                + " lowered")
        .raw("</span></figcaption>\n<svg viewBox=\"0 0 420 ")
        .number(height)
        .raw("\" role=\"img\">");
    int y = 0;
    for (Map.Entry<Integer, Long> bucket : column.distribution().entrySet()) {
      double width = Math.max(1.5, 170.0 * bucket.getValue() / most);
      page.raw("<text x=\"168\" y=\"")
          .number(y + 14)
          .raw("\" text-anchor=\"end\">")
          .text(ColumnChange.label(bucket.getKey()))
          .raw("</text>");
      page.raw("<rect x=\"176\" y=\"")
          .number(y + 3)
          .raw("\" height=\"14\" rx=\"2\" width=\"")
          .number(width)
          .raw("\" class=\"")
          .raw(bucket.getKey() < 0 ? "lowered" : "raised")
          .raw("\"/>");
      page.raw("<text x=\"")
          .number(182 + width)
          .raw("\" y=\"")
          .number(y + 14)
          .raw("\">")
          .text(DisplayText.count(bucket.getValue()))
          .raw("</text>");
      y += row;
    }
    page.raw("</svg></figure>\n");
  }

  private void writeWindow() {
    PlanManifest.WindowSection window = manifest.window();
    page.raw("<section>\n<h2>Window</h2>\n<table class=\"plain\">\n");
    fact("asked for", range(window.requestedFrom(), window.requestedTo()));
    boolean same =
        window.from().equals(window.requestedFrom()) && window.to().equals(window.requestedTo());
    fact("read", same ? "the same" : range(window.from(), window.to()));
    window.reason().ifPresent(reason -> fact("because", DisplayText.wholeLine(reason)));
    page.raw("</table>\n");
    if (!same) {
      writeWindowBar(window);
    }
    page.raw("</section>\n");
  }

  private void writeWindowBar(PlanManifest.WindowSection window) {
    Instant first = earlier(window.from(), window.requestedFrom());
    Instant last =
        earlier(window.to(), window.requestedTo()) == window.to()
            ? window.requestedTo()
            : window.to();
    double all = Math.max(1, seconds(first, last));
    page.raw(
        "<svg class=\"window\" viewBox=\"0 0 1000 26\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"the window\">");
    bar(
        "read",
        1000 * seconds(first, window.from()) / all,
        1000 * seconds(window.from(), window.to()) / all);
    bar(
        "asked",
        1000 * seconds(first, window.requestedFrom()) / all,
        1000 * seconds(window.requestedFrom(), window.requestedTo()) / all);
    page.raw(
        "</svg>\n<p class=\"small\"><i class=\"dot asked\"></i>asked for <i class=\"dot read\"></i>read</p>\n");
  }

  private void bar(String kind, double x, double width) {
    page.raw("<rect class=\"")
        .raw(kind)
        .raw("\" y=\"2\" height=\"22\" x=\"")
        .number(x)
        .raw("\" width=\"")
        .number(Math.max(3, width))
        .raw("\"/>");
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toSeconds();
  }

  private static String range(Instant from, Instant to) {
    return from + " to " + to + " (" + length(Duration.between(from, to)) + ")";
  }

  private static String length(Duration duration) {
    if (duration.compareTo(Duration.ofDays(2)) >= 0
        && duration.equals(duration.truncatedTo(ChronoUnit.DAYS))) {
      return DisplayText.count(duration.toDays(), "day");
    }
    if (duration.compareTo(Duration.ofHours(1)) >= 0
        && duration.equals(duration.truncatedTo(ChronoUnit.HOURS))) {
      return DisplayText.count(duration.toHours(), "hour");
    }
    if (duration.equals(duration.truncatedTo(ChronoUnit.MINUTES))) {
      return DisplayText.count(duration.toMinutes(), "minute");
    }
    return DisplayText.count(duration.toSeconds(), "second");
  }

  private void writeEvents() {
    EventCounts events = manifest.events();
    page.raw("<section>\n<h2>Events</h2>\n<table class=\"bars\">\n");
    long most = Math.max(1, events.read());
    eventBar("read", events.read(), most, "");
    eventBar("in the window", events.inWindow(), most, "");
    eventBar("not wanted by the filter", events.filtered(), most, "less");
    eventBar("copies of one id", events.duplicates(), most, "less");
    eventBar("rejected", events.rejected(), most, "bad");
    eventBar("used by the worker", events.used(), most, "");
    page.raw("</table>\n<p class=\"small\">Recomputed by <code>")
        .value(DisplayText.line(manifest.worker().identity()))
        .raw("</code>.</p>\n</section>\n");
  }

  private void eventBar(String label, long number, long most, String kind) {
    page.raw("<tr><th>")
        .text(label)
        .raw("</th><td class=\"n\">")
        .text(DisplayText.count(number))
        .raw("</td><td class=\"bar\"><i class=\"")
        .raw(kind)
        .raw("\" style=\"width:")
        .number(Math.min(100, 100.0 * number / most))
        .raw("%\"></i></td></tr>\n");
  }

  private void writeCoverage() {
    PlanManifest.Coverage coverage = manifest.coverage();
    List<ReadPart> inputs = coverage.inputs();
    page.raw("<section>\n<h2>Coverage</h2>\n<p>")
        .text(
            coverage.complete()
                ? "Complete: the source held all of the window, in "
                    + DisplayText.count(inputs.size(), "input")
                    + "."
                : "Not complete: "
                    + DisplayText.count(coverage.gaps().size(), "part")
                    + " missing.")
        .raw("</p>\n");
    if (!coverage.gaps().isEmpty()) {
      page.raw(
          "<div class=\"wide\"><table><thead><tr><th>missing</th><th>reason</th></tr></thead><tbody>\n");
      for (MissingPart gap : coverage.gaps().subList(0, Math.min(INPUTS, coverage.gaps().size()))) {
        page.raw("<tr><td>")
            .value(DisplayText.wholeLine(gap.input()))
            .raw("</td><td>")
            .text(DisplayText.wholeLine(gap.reason()))
            .raw("</td></tr>\n");
      }
      page.raw("</tbody></table></div>\n");
      more(coverage.gaps().size() - INPUTS, "missing part");
    }
    if (!coverage.sources().isEmpty()) {
      page.raw(
          "<div class=\"wide\"><table><thead><tr><th>source</th><th>read for</th><th>why</th></tr></thead><tbody>\n");
      for (ChosenSource source : coverage.sources()) {
        page.raw("<tr><td>")
            .value(DisplayText.wholeLine(source.source()))
            .raw("</td><td>")
            .text(
                source.from().isEmpty()
                    ? "not read"
                    : source.from().get() + " to " + source.to().map(Object::toString).orElse(""))
            .raw("</td><td>")
            .text(DisplayText.wholeLine(source.reason()))
            .raw("</td></tr>\n");
      }
      page.raw("</tbody></table></div>\n");
    }
    if (!inputs.isEmpty()) {
      page.raw("<details><summary>")
          .text("Inputs (" + DisplayText.count(inputs.size()) + ")")
          .raw(
              "</summary>\n<div class=\"wide\"><table><thead><tr><th>input</th><th class=\"n\">rows read</th>")
          .raw("<th class=\"n\">of</th><th class=\"n\">bytes</th></tr></thead><tbody>\n");
      for (ReadPart input : inputs.subList(0, Math.min(INPUTS, inputs.size()))) {
        page.raw("<tr><td>")
            .value(DisplayText.wholeLine(input.input()))
            .raw("</td><td class=\"n\">")
            .text(DisplayText.count(input.read()))
            .raw("</td><td class=\"n\">")
            .text(known(input.expected()))
            .raw("</td><td class=\"n\">")
            .text(known(input.bytes()))
            .raw("</td></tr>\n");
      }
      page.raw("</tbody></table></div>\n");
      more(inputs.size() - INPUTS, "further input");
      page.raw(
          "<p class=\"small\">Fewer rows read than there are: the others lie in parts of the file outside of the window.</p>\n");
      page.raw("</details>\n");
    }
    writeOffsets(inputs);
    page.raw("</section>\n");
  }

  private void writeOffsets(List<ReadPart> inputs) {
    List<ReadPart> partitions = inputs.stream().filter(part -> part.offsets().isPresent()).toList();
    if (partitions.isEmpty()) {
      return;
    }
    page.raw("<details open><summary>")
        .text("Offsets (" + DisplayText.count(partitions.size(), "partition") + ")")
        .raw(
            "</summary>\n<div class=\"wide\"><table><thead><tr><th>partition</th><th>offsets</th></tr></thead><tbody>\n");
    for (ReadPart part : partitions.subList(0, Math.min(INPUTS, partitions.size()))) {
      page.raw("<tr><td>")
          .value(DisplayText.wholeLine(part.input()))
          .raw("</td><td>")
          .text(offsets(part))
          .raw("</td></tr>\n");
    }
    page.raw("</tbody></table></div>\n");
    more(partitions.size() - INPUTS, "further partition");
    page.raw("</details>\n");
  }

  /**
   * What was expected and found of a partition, in words.
   *
   * @throws java.util.NoSuchElementException for a file
   */
  public static String offsets(ReadPart part) {
    FoundOffsets found = part.offsets().orElseThrow();
    StringBuilder text =
        new StringBuilder("offsets ")
            .append(part.first())
            .append(" to ")
            .append(part.first() + part.expected() - 1)
            .append(" expected, ");
    if (found.first() < 0) {
      text.append("none found");
    } else {
      text.append(found.first()).append(" to ").append(found.last()).append(" found");
    }
    text.append(", ").append(DisplayText.count(part.read(), "record"));
    if (found.vacant() > 0) {
      text.append(", ").append(DisplayText.count(found.vacant())).append(" without one, explained");
    }
    if (found.inSlack() > 0) {
      text.append(", ")
          .append(DisplayText.count(found.inSlack(), "event"))
          .append(" in the slack alone");
    }
    return text.toString();
  }

  private static String known(long number) {
    return number < 0 ? "–" : DisplayText.count(number);
  }

  private void more(long left, String noun) {
    if (left > 0) {
      page.raw("<p class=\"small\">")
          .text("… and " + DisplayText.count(left, noun) + " in manifest.json.")
          .raw("</p>\n");
    }
  }

  private void writeQuarantine() {
    if (manifest.rows().quarantined() == 0 && quarantined.isEmpty()) {
      return;
    }
    page.raw("<section>\n<h2>Quarantine</h2>\n<p>")
        .text(
            DisplayText.count(manifest.rows().quarantined(), "key")
                + (manifest.rows().quarantined() == 1 ? " is" : " are")
                + " not corrected, because an event of theirs could not be read or processed.")
        .raw(
            "</p>\n<div class=\"wide\"><table><thead><tr><th>key</th><th>event</th><th>where</th><th>reason</th></tr></thead><tbody>\n");
    for (QuarantineEntry entry :
        quarantined.subList(0, Math.min(QUARANTINED, quarantined.size()))) {
      page.raw("<tr><td>")
          .value(DisplayText.line(Objects.requireNonNullElse(entry.key(), "not known: all keys")))
          .raw("</td><td>")
          .value(DisplayText.line(Objects.requireNonNullElse(entry.eventId(), "not known")))
          .raw("</td><td>")
          .value(DisplayText.wholeLine(entry.source()))
          .text(" at " + DisplayText.count(entry.offset()))
          .raw("</td><td>")
          .text(DisplayText.wholeLine(entry.reason()))
          .raw("</td></tr>\n");
    }
    page.raw(
        "</tbody></table></div>\n<p class=\"small\">All of them are in the plan's folder, below quarantine/.</p>\n</section>\n");
  }

  private void writeEffects() {
    if (manifest.suppressedEffects() > 0) {
      page.raw("<section>\n<h2>Effects</h2>\n<p>")
          .text(
              DisplayText.count(manifest.suppressedEffects(), "effect")
                  + " of the worker recorded below effects/, and not performed.")
          .raw("</p>\n</section>\n");
    }
  }

  private void writeEvidence() {
    page.raw("<section>\n<h2>Evidence</h2>\n<table class=\"plain\">\n");
    fact("plan", manifest.plan());
    fact(
        "table",
        DisplayText.wholeLine(manifest.table().url())
            + "  "
            + manifest.table().description().name());
    manifest.table().owns().ifPresent(owns -> fact("owns", DisplayText.wholeLine(owns)));
    fact(
        "snapshot",
        DisplayText.line(manifest.snapshot().id()) + ", opened " + manifest.snapshot().openedAt());
    fact(
        "worker",
        DisplayText.line(manifest.worker().identity())
            + ", code "
            + DisplayText.line(manifest.worker().code()));
    manifest
        .retry()
        .ifPresent(
            retry ->
                fact(
                    "retry of",
                    "plan "
                        + retry.plan()
                        + (retry.keys() < 0
                            ? ", which left every key in quarantine"
                            : ", only of the "
                                + DisplayText.count(retry.keys(), "key")
                                + " that it left in quarantine")));
    fact("made", manifest.createdAt() + " by Errata " + manifest.version());
    StringBuilder stages = new StringBuilder();
    manifest
        .seconds()
        .forEach(
            (stage, seconds) ->
                stages
                    .append(stages.length() == 0 ? "" : ", ")
                    .append(stage)
                    .append(' ')
                    .append(String.format(Locale.ROOT, "%.1f s", seconds)));
    if (stages.length() > 0) {
      fact("time", stages.toString());
    }
    page.raw("</table>\n<details><summary>The spec</summary>\n<pre>")
        .text(manifest.spec())
        .raw("</pre></details>\n</section>\n");
  }

  private void fact(String name, String value) {
    page.raw("<tr><th>").text(name).raw("</th><td>").value(value).raw("</td></tr>\n");
  }

  private static String percent(long part, long all) {
    double share = 100.0 * part / all;
    return share > 0 && share < 0.01
        ? "less than 0.01 %"
        : String.format(Locale.ROOT, "%.2f %%", share);
  }

  private String shortId() {
    return manifest.plan().substring(0, Math.min(12, manifest.plan().length()));
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(
          Objects.requireNonNull(in, "report.css").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read report.css of the jar", e);
    }
  }
}
