package io.errata.jobs.graph;

import io.errata.connectors.event.SplitReceipt;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.PlanFile;

/** What the tasks of a job report when they end; small, whatever the window. */
sealed interface Summary {
  /** What a task counted. */
  record Counted(Tally tally) implements Summary {}

  /** What a split of the source gave. */
  record Received(SplitReceipt receipt) implements Summary {}

  /**
   * A file that a task wrote.
   *
   * @param kind what its rows are
   * @param file relative to the staging folder
   * @param counts of corrections; none for other kinds
   * @param digest of corrections; empty for other kinds
   */
  record Written(Kind kind, PlanFile file, CorrectionCounts counts, SetDigest digest)
      implements Summary {
    /** What the rows of a file are. */
    enum Kind {
      CORRECTIONS,
      QUARANTINE,
      EFFECTS
    }
  }
}
