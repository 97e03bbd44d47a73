package io.errata.state.plan;

import io.errata.state.digest.SetDigest;

/** The corrections of a plan, which can be read again and again without being held in memory. */
public interface CorrectionSource {
  /** How many there are of each kind. */
  CorrectionCounts counts();

  /** The digest of the set of {@link Correction#digest()}: what a reader must come to. */
  SetDigest digest();

  /**
   * Starts to read all corrections, in a fixed order.
   *
   * @throws io.errata.api.ErrataException INVALID_PLAN where a file isn't as it was sealed,
   *     UNAVAILABLE where it can't be read
   */
  CorrectionReader open();
}
