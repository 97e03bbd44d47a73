package io.errata.jobs.cli;

import io.errata.jobs.report.SamplePlan;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionFileWriter;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.EffectFileWriter;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanId;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.PlanManifest.RetrySection;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.plan.QuarantineFileWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a real, sealed plan into a folder. */
final class StoredPlan {
  static final LimitHit DELETES =
      new LimitHit(
          "deletes", "0", "1", "1 rows would be deleted, more than limits.deletes allows (0).");

  private StoredPlan() {}

  static PlanDirectory write(Path plans, List<Correction> corrections, LimitHit... limits) {
    return write(plans, corrections, SamplePlan.quarantined(), Optional.empty(), List.of(limits));
  }

  /** One that retries another, and leaves some of its keys in quarantine. */
  static PlanDirectory retry(
      Path plans,
      PlanDirectory retried,
      List<Correction> corrections,
      List<QuarantineEntry> quarantined) {
    return write(
        plans,
        corrections,
        quarantined,
        Optional.of(new RetrySection(retried.manifest().plan(), 2, 1_000)),
        List.of());
  }

  static PlanDirectory write(
      Path plans,
      List<Correction> corrections,
      List<QuarantineEntry> quarantined,
      Optional<RetrySection> retry,
      List<LimitHit> limits) {
    PlanStorage storage = LocalPlanStorage.of(plans);
    List<PlanFile> files = new ArrayList<>();
    if (!corrections.isEmpty()) {
      CorrectionFileWriter writer =
          CorrectionFileWriter.open(storage, "staging/corrections/0.parquet", SamplePlan.TABLE);
      corrections.forEach(writer::write);
      files.add(moved(writer.close().file()));
    }
    QuarantineFileWriter quarantine =
        QuarantineFileWriter.open(storage, "staging/quarantine/0.parquet");
    for (QuarantineEntry entry : quarantined) {
      quarantine.write(entry);
    }
    files.add(moved(quarantine.close()));
    EffectFileWriter effects = EffectFileWriter.open(storage, "staging/effects/0.parquet");
    effects.write(
        new EffectEntry(
            "user_id=u", "e1", "daily-totals@2", "notification", "u@example.org", "text"));
    files.add(moved(effects.close()));

    PlanManifest sample =
        SamplePlan.manifest(SamplePlan.source(corrections), limits, List.of("Take care."));
    PlanManifest manifest =
        new PlanManifest(
            PlanId.of(
                sample.table(),
                sample.window().from(),
                sample.window().to(),
                sample.worker(),
                sample.corrections(),
                sample.correctionSet(),
                retry.map(RetrySection::plan)),
            sample.name(),
            sample.spec(),
            sample.window(),
            sample.worker(),
            sample.table(),
            sample.snapshot(),
            sample.events(),
            sample.rows(),
            sample.coverage(),
            sample.suppressedEffects(),
            sample.limits(),
            sample.warnings(),
            sample.corrections(),
            sample.correctionSet(),
            files,
            sample.seconds(),
            sample.version(),
            sample.createdAt(),
            retry);
    return PlanDirectory.seal(storage, "staging", manifest);
  }

  private static PlanFile moved(PlanFile file) {
    return new PlanFile(
        file.path().substring("staging/".length()), file.rows(), file.bytes(), file.sha256());
  }
}
