package io.errata.state.plan;

/**
 * Writes quarantined events to one file of a plan, as {@link CorrectionFileWriter} does
 * corrections.
 */
public final class QuarantineFileWriter {
  private final EntryFileWriter<QuarantineEntry> file;

  private QuarantineFileWriter(EntryFileWriter<QuarantineEntry> file) {
    this.file = file;
  }

  /**
   * Starts a file, replacing one that is there.
   *
   * @param path below {@value PlanDirectory#QUARANTINE} in the plan's folder
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public static QuarantineFileWriter open(PlanStorage storage, String path) {
    return new QuarantineFileWriter(EntryFileWriter.open(storage, path, QuarantineFormat.whole()));
  }

  /**
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public void write(QuarantineEntry entry) {
    file.write(entry);
  }

  /**
   * Ends the file. Closing again returns the same.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public PlanFile close() {
    return file.close();
  }
}
