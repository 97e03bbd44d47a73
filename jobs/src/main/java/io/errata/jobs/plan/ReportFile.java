package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.report.HtmlReport;
import io.errata.state.digest.Digest;
import io.errata.state.plan.EntryReader;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the report of a plan that is about to be sealed. */
final class ReportFile {
  private ReportFile() {}

  /**
   * Writes it.
   *
   * @param staging the folder of the plan's files
   * @param staged the plan
   */
  static PlanFile write(PlanStorage plans, String staging, PlanDirectory staged) {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(page, StandardCharsets.UTF_8)) {
      HtmlReport.write(out, staged.manifest(), staged.corrections(), quarantined(staged));
    } catch (IOException e) {
      throw new IllegalStateException("Memory can always be written", e);
    }
    byte[] content = page.toByteArray();
    String path = staging + "/" + HtmlReport.FILE;
    try (OutputStream file = plans.write(path)) {
      file.write(content);
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot write " + plans.location() + "/" + path + ": the file system failed",
          "Check that the folder can be written, and plan again.",
          e);
    }
    return new PlanFile(HtmlReport.FILE, 0, content.length, Digest.of(content).hex());
  }

  private static List<QuarantineEntry> quarantined(PlanDirectory staged) {
    List<QuarantineEntry> first = new ArrayList<>();
    try (EntryReader<QuarantineEntry> entries = staged.quarantine()) {
      for (Optional<QuarantineEntry> next = entries.next();
          next.isPresent() && first.size() < HtmlReport.QUARANTINED;
          next = entries.next()) {
        first.add(next.get());
      }
    }
    return first;
  }
}
