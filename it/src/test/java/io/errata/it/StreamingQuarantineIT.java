package io.errata.it;

/** As {@link QuarantineIT}, in streaming execution. */
class StreamingQuarantineIT extends QuarantineIT {
  @Override
  SpecDraft draft() {
    return super.draft().streaming();
  }
}
