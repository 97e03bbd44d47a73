package io.errata.jobs.graph;

import io.errata.state.plan.Correction;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.QuarantineEntry;

/** What a task finds out about keys and events; written to the plan's files or added up. */
sealed interface Outcome {
  /** A row to be corrected. */
  record Found(Correction correction) implements Outcome {}

  /** An event that keeps its key, or all keys, from being corrected. */
  record Quarantined(QuarantineEntry entry) implements Outcome {}

  /** An effect that was not performed. */
  record Suppressed(EffectEntry effect) implements Outcome {}
}
