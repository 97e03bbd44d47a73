package io.errata.state.plan;

/**
 * Writes suppressed effects to one file of a plan, as {@link CorrectionFileWriter} does
 * corrections.
 */
public final class EffectFileWriter {
  private final EntryFileWriter<EffectEntry> file;

  private EffectFileWriter(EntryFileWriter<EffectEntry> file) {
    this.file = file;
  }

  /**
   * Starts a file, replacing one that is there.
   *
   * @param path below {@value PlanDirectory#EFFECTS} in the plan's folder
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public static EffectFileWriter open(PlanStorage storage, String path) {
    return new EffectFileWriter(EntryFileWriter.open(storage, path, new EffectFormat()));
  }

  /**
   * @throws io.errata.api.ErrataException UNAVAILABLE where the storage fails
   */
  public void write(EffectEntry entry) {
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
