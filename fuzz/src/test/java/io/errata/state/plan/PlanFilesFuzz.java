package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.PlanManifest.Coverage;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.plan.PlanManifest.SnapshotSection;
import io.errata.state.plan.PlanManifest.TableSection;
import io.errata.state.plan.PlanManifest.WindowSection;
import io.errata.state.plan.PlanManifest.WorkerSection;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Any bytes as a file of corrections, quarantine or effects, in a plan whose seal fits, which
 * anybody can make: it is refused, or its entries written again are the same entries. The first
 * byte of the input says which.
 */
public final class PlanFilesFuzz {
  private static final PlanStorage PLANS = new MemoryPlanStorage();
  private static final String STAGING = "staging";
  static final TableDescription TABLE =
      new TableDescription(
          "public.totals",
          List.of(
              column("user_id", Storage.TEXT, 0, 0),
              column("day", Storage.DATE, 0, 0),
              column("total", Storage.INT64, 0, 0),
              column("price", Storage.DECIMAL, 12, 2),
              column("exact", Storage.DECIMAL, 0, 0),
              column("at", Storage.TIMESTAMP, 0, 0),
              column("code", Storage.UUID, 0, 0),
              column("raw", Storage.BYTES, 0, 0)),
          List.of("user_id", "day"),
          List.of("total", "price", "exact", "at", "code", "raw"));

  private PlanFilesFuzz() {}

  private static TableColumn column(String name, Storage storage, int precision, int scale) {
    return new TableColumn(
        name, storage, storage.name(), precision, scale, 0, true, Origin.WRITTEN);
  }

  public static void read(byte[] data) throws Exception {
    if (data.length > 0) {
      Budget.spend(() -> run(data[0] & 3, Arrays.copyOfRange(data, 1, data.length)));
    }
  }

  private static void run(int kind, byte[] file) throws IOException {
    String path =
        switch (kind) {
          case 0 -> PlanDirectory.QUARANTINE + "/part-0.parquet";
          case 1 -> PlanDirectory.EFFECTS + "/part-0.parquet";
          default -> PlanDirectory.CORRECTIONS + "/part-0.parquet";
        };
    PLANS.delete(STAGING);
    try (OutputStream out = PLANS.write(STAGING + "/" + path)) {
      out.write(file);
    }
    PlanDirectory plan =
        PlanDirectory.staged(
            PLANS,
            STAGING,
            manifest(List.of(new PlanFile(path, 0, file.length, Digest.of(file).hex()))));
    plan.verifySeal();
    try {
      switch (kind) {
        case 0 -> {
          List<QuarantineEntry> entries = drain(plan.deadLetters());
          QuarantineFileWriter writer = QuarantineFileWriter.open(PLANS, STAGING + "/q.parquet");
          entries.forEach(writer::write);
          writer.close();
          again(entries, "q.parquet", QuarantineFormat.whole());
        }
        case 1 -> {
          List<EffectEntry> entries = drain(plan.effects());
          EffectFileWriter writer = EffectFileWriter.open(PLANS, STAGING + "/e.parquet");
          entries.forEach(writer::write);
          writer.close();
          again(entries, "e.parquet", new EffectFormat());
        }
        default -> {
          List<Correction> entries = new ArrayList<>();
          drain(EntryFileReader.open(PLANS, STAGING + "/" + path, new CorrectionFormat(TABLE)))
              .forEach(entry -> entries.add(entry.correction()));
          CorrectionFileWriter writer =
              CorrectionFileWriter.open(PLANS, STAGING + "/c.parquet", TABLE);
          entries.forEach(writer::write);
          writer.close();
          again(
              entries.stream().map(DigestedCorrection::of).toList(),
              "c.parquet",
              new CorrectionFormat(TABLE));
        }
      }
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_PLAN);
    }
  }

  private static <T> void again(List<T> entries, String file, EntryFormat<T> format) {
    Declared.same(
        "The entries", entries, drain(EntryFileReader.open(PLANS, STAGING + "/" + file, format)));
  }

  private static <T> List<T> drain(EntryReader<T> reader) {
    List<T> entries = new ArrayList<>();
    try (reader) {
      for (Optional<T> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        entries.add(entry.get());
      }
    }
    return entries;
  }

  static PlanManifest manifest(List<PlanFile> files) {
    TableSection table =
        new TableSection("jdbc:postgresql://localhost/app", TABLE, Optional.empty(), Map.of());
    WorkerSection worker = new WorkerSection("totals@2", "", "abc");
    Instant from = Instant.parse("2024-06-10T00:00:00Z");
    Instant to = Instant.parse("2024-06-11T00:00:00Z");
    return new PlanManifest(
        PlanId.of(table, from, to, worker, CorrectionCounts.NONE, SetDigest.EMPTY),
        "totals",
        "name: totals\n",
        new WindowSection(from, to, from, to, Optional.empty()),
        worker,
        table,
        new SnapshotSection("00000003-0000001B-1", from),
        new EventCounts(0, 0, 0, 0, 0, 0),
        new RowCounts(0, 0, 0, 0, 0, 0, 0),
        new Coverage(true, List.of(), List.of(), List.of()),
        0,
        List.of(),
        List.of(),
        CorrectionCounts.NONE,
        SetDigest.EMPTY,
        files,
        Map.of(),
        "0.1.0",
        from);
  }
}
