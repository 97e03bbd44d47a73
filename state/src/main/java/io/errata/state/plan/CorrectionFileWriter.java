package io.errata.state.plan;

import io.errata.state.digest.SetDigest;
import io.errata.state.table.TableDescription;
import java.io.Serializable;

/**
 * Writes corrections to one file of a plan. Call {@link #write} for each, then {@link #close}; a
 * file that wasn't closed is no part of a plan and may be left to be deleted. Memory doesn't grow
 * with the number of corrections. Used by one thread.
 */
public final class CorrectionFileWriter {
  private final EntryFileWriter<DigestedCorrection> file;
  private CorrectionCounts counts = CorrectionCounts.NONE;
  private SetDigest digest = SetDigest.EMPTY;

  private CorrectionFileWriter(EntryFileWriter<DigestedCorrection> file) {
    this.file = file;
  }

  /**
   * Starts a file, replacing one that is there.
   *
   * @param path below {@value PlanDirectory#CORRECTIONS} in the plan's folder
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public static CorrectionFileWriter open(
      PlanStorage storage, String path, TableDescription table) {
    return new CorrectionFileWriter(
        EntryFileWriter.open(storage, path, new CorrectionFormat(table)));
  }

  /**
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails, INVALID_VALUE where
   *     a value doesn't fit its column
   */
  public void write(Correction correction) {
    DigestedCorrection entry = DigestedCorrection.of(correction);
    file.write(entry);
    digest = digest.add(entry.digest());
    counts = counts.plus(CorrectionCounts.of(correction));
  }

  /**
   * Ends the file. Closing again returns the same.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public Part close() {
    return new Part(file.close(), counts, digest);
  }

  /**
   * What one file holds; the parts of a plan add up to the plan in any order.
   *
   * @param file whose path is as it was given to {@link CorrectionFileWriter#open}
   * @param counts by kind
   * @param digest of the set of {@link Correction#digest()}
   */
  public record Part(PlanFile file, CorrectionCounts counts, SetDigest digest)
      implements Serializable {}
}
