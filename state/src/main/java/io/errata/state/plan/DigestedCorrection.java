package io.errata.state.plan;

import io.errata.state.digest.Digest;

/** A correction with its digest, which is too dear to be made twice. */
record DigestedCorrection(Correction correction, Digest digest) {
  static DigestedCorrection of(Correction correction) {
    return new DigestedCorrection(correction, correction.digest());
  }
}
