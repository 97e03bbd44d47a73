package io.errata.it;

/** As {@link RunningRowsIT}, in streaming execution. */
class StreamingRunningRowsIT extends RunningRowsIT {
  @Override
  SpecDraft draft(Object version) {
    return super.draft(version).streaming();
  }
}
