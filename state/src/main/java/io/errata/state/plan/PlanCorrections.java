package io.errata.state.plan;

import io.errata.state.digest.SetDigest;
import java.util.Optional;

/** The corrections of a sealed plan. */
final class PlanCorrections implements CorrectionSource {
  private final PlanStorage storage;
  private final String prefix;
  private final PlanManifest manifest;

  PlanCorrections(PlanStorage storage, String prefix, PlanManifest manifest) {
    this.storage = storage;
    this.prefix = prefix;
    this.manifest = manifest;
  }

  @Override
  public CorrectionCounts counts() {
    return manifest.corrections();
  }

  @Override
  public SetDigest digest() {
    return manifest.correctionSet();
  }

  @Override
  public CorrectionReader open() {
    EntryFiles<DigestedCorrection, DigestedCorrection> files =
        new EntryFiles<>(
            storage,
            prefix,
            PlanDirectory.files(manifest, PlanDirectory.CORRECTIONS),
            new CorrectionFormat(manifest.table().description()),
            entry -> entry);
    return new Reader(files, manifest);
  }

  /**
   * Adds up what it reads, so that a reader of all corrections knows that they are those of the
   * plan.
   */
  private static final class Reader implements CorrectionReader {
    private final EntryReader<DigestedCorrection> files;
    private final PlanManifest manifest;
    private CorrectionCounts counts = CorrectionCounts.NONE;
    private SetDigest digest = SetDigest.EMPTY;

    Reader(EntryReader<DigestedCorrection> files, PlanManifest manifest) {
      this.files = files;
      this.manifest = manifest;
    }

    @Override
    public Optional<Correction> next() {
      Optional<DigestedCorrection> next = files.next();
      if (next.isPresent()) {
        counts = counts.plus(CorrectionCounts.of(next.get().correction()));
        digest = digest.add(next.get().digest());
      } else if (!counts.equals(manifest.corrections())
          || !digest.equals(manifest.correctionSet())) {
        throw InvalidPlan.of(
            "Cannot read the corrections of plan "
                + manifest.plan()
                + ": they are not those that its manifest counts");
      }
      return next.map(DigestedCorrection::correction);
    }

    @Override
    public void close() {
      files.close();
    }
  }
}
