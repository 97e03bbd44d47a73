package io.errata.state.plan;

import java.io.Serializable;

/** Corrections by kind. */
public record CorrectionCounts(long insert, long update, long delete) implements Serializable {
  public static final CorrectionCounts NONE = new CorrectionCounts(0, 0, 0);

  /** One correction of its kind. */
  public static CorrectionCounts of(Correction correction) {
    return new CorrectionCounts(
        correction instanceof Correction.Insert ? 1 : 0,
        correction instanceof Correction.Update ? 1 : 0,
        correction instanceof Correction.Delete ? 1 : 0);
  }

  public long total() {
    return insert + update + delete;
  }

  public CorrectionCounts plus(CorrectionCounts other) {
    return new CorrectionCounts(
        insert + other.insert, update + other.update, delete + other.delete);
  }
}
