package io.errata.state.plan;

import io.errata.api.Row;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.PlanManifest.Coverage;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.PlanManifest.MissingPart;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.plan.PlanManifest.SnapshotSection;
import io.errata.state.plan.PlanManifest.TableSection;
import io.errata.state.plan.PlanManifest.WindowSection;
import io.errata.state.plan.PlanManifest.WorkerSection;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans for tests. */
final class Plans {
  static final String STAGING = "staging-1";

  private Plans() {}

  static Correction insert(String user, long total) {
    return new Correction.Insert(total(user, total));
  }

  static Correction update(String user, long total, long before) {
    return new Correction.Update(total(user, total), live(user, before));
  }

  static Correction delete(String user, long before) {
    return new Correction.Delete(live(user, before));
  }

  static List<Correction> corrections() {
    return List.of(insert("ann", 1), update("bob", 2, 3), delete("cyd", 4), update("dan", 5, -5));
  }

  /** Writes files to a staging folder and makes the manifest that fits them. */
  static PlanManifest stage(PlanStorage plans, String staging, List<Correction> corrections) {
    TableDescription table = Tables.totals();
    CorrectionFileWriter first =
        CorrectionFileWriter.open(plans, staging + "/corrections/part-0.parquet", table);
    CorrectionFileWriter second =
        CorrectionFileWriter.open(plans, staging + "/corrections/part-1.parquet", table);
    for (int i = 0; i < corrections.size(); i++) {
      (i % 2 == 0 ? first : second).write(corrections.get(i));
    }
    QuarantineFileWriter quarantine =
        QuarantineFileWriter.open(plans, staging + "/quarantine/part-0.parquet");
    quarantine.write(
        new QuarantineEntry("user_id=eve", "t3:eve", null, "a.parquet", 7, "it has no amount"));
    EffectFileWriter effects = EffectFileWriter.open(plans, staging + "/effects/part-0.parquet");
    effects.write(new EffectEntry("user_id=bob", "e1", "totals@2", "mail", "bob", "hello"));
    CorrectionFileWriter.Part left = first.close();
    CorrectionFileWriter.Part right = second.close();
    byte[] report = "<html></html>".getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = plans.write(staging + "/report.html")) {
      out.write(report);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    PlanFile reportFile =
        new PlanFile(
            staging + "/report.html",
            0,
            report.length,
            io.errata.state.digest.Digest.of(report).hex());
    List<PlanFile> files = new ArrayList<>();
    for (PlanFile file :
        List.of(right.file(), left.file(), quarantine.close(), effects.close(), reportFile)) {
      files.add(
          new PlanFile(
              file.path().substring(staging.length() + 1),
              file.rows(),
              file.bytes(),
              file.sha256()));
    }
    return manifest(
        left.counts().plus(right.counts()), left.digest().combine(right.digest()), files);
  }

  static PlanManifest manifest(CorrectionCounts counts, SetDigest set, List<PlanFile> files) {
    TableSection table =
        new TableSection(
            "jdbc:postgresql://localhost/app",
            Tables.totals(),
            Optional.of("day > '2024-01-01'"),
            Map.of("b", "now()", "a", "1"));
    WorkerSection worker = new WorkerSection("totals@2", "", "abc");
    Instant from = Instant.parse("2024-06-10T00:00:00Z");
    Instant to = Instant.parse("2024-06-11T00:00:00Z");
    return new PlanManifest(
        PlanId.of(table, from, to, worker, counts, set),
        "totals-2024-06-10",
        "name: totals-2024-06-10 # 😀\n",
        new WindowSection(
            from,
            Instant.parse("2024-06-10T00:30:00.000001Z"),
            from,
            to,
            Optional.of("whole days")),
        worker,
        table,
        new SnapshotSection("00000003-0000001B-1", Instant.parse("2026-11-21T10:00:00.123Z")),
        new EventCounts(10, 9, 1, 2, 1, 5),
        new RowCounts(4, 5, 1, counts.insert(), counts.update(), counts.delete(), 1),
        new Coverage(
            true,
            List.of(),
            List.of(new ReadPart("a.parquet", 0, 10, 10, 1234, "etag")),
            List.of()),
        1,
        List.of(),
        List.of("the clock of b was late"),
        counts,
        set,
        files,
        Map.of("read", 1.0E-4, "compare", 12.3),
        "0.1.0",
        Instant.parse("2026-11-21T10:00:01Z"));
  }

  static PlanManifest withGap(PlanManifest m) {
    Coverage gap =
        new Coverage(
            false,
            List.of(new MissingPart("date=2024-06-10", "there is no such folder")),
            m.coverage().inputs(),
            m.coverage().sources());
    return with(m, gap, m.limits(), m.table());
  }

  static PlanManifest withLimit(PlanManifest m) {
    return with(
        m, m.coverage(), List.of(new LimitHit("limits.deletes", "0", "1", "Allow it.")), m.table());
  }

  static PlanManifest withUrl(PlanManifest m, String url) {
    TableSection t = m.table();
    return with(
        m, m.coverage(), m.limits(), new TableSection(url, t.description(), t.owns(), t.set()));
  }

  static PlanManifest withQuarantined(PlanManifest m) {
    RowCounts r = m.rows();
    RowCounts more =
        new RowCounts(
            r.recomputed(),
            r.live(),
            r.equal(),
            r.insert(),
            r.update(),
            r.delete(),
            r.quarantined() + 1);
    return with(m, m.spec(), more, m.coverage(), m.limits(), m.table());
  }

  static PlanManifest withSpec(PlanManifest m, String spec) {
    return with(m, spec, m.rows(), m.coverage(), m.limits(), m.table());
  }

  private static PlanManifest with(
      PlanManifest m, Coverage coverage, List<LimitHit> limits, TableSection table) {
    return with(m, m.spec(), m.rows(), coverage, limits, table);
  }

  private static PlanManifest with(
      PlanManifest m,
      String spec,
      RowCounts rows,
      Coverage coverage,
      List<LimitHit> limits,
      TableSection table) {
    return new PlanManifest(
        m.plan(),
        m.name(),
        spec,
        m.window(),
        m.worker(),
        table,
        m.snapshot(),
        m.events(),
        rows,
        coverage,
        m.suppressedEffects(),
        limits,
        m.warnings(),
        m.corrections(),
        m.correctionSet(),
        m.files(),
        m.seconds(),
        m.version(),
        m.createdAt());
  }

  static <T> List<T> drain(EntryReader<T> reader) {
    List<T> entries = new ArrayList<>();
    try (reader) {
      for (Optional<T> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        entries.add(entry.get());
      }
    }
    return entries;
  }

  private static Row total(String user, long total) {
    return Row.of(Tables.totals().values(), user, total);
  }

  private static LiveRow live(String user, long total) {
    return new LiveRow(
        total(user, total), new Image(Arrays.asList(user, Long.toString(total), null)));
  }
}
