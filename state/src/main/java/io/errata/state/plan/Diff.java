package io.errata.state.plan;

import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.LiveRow;
import java.util.Optional;

/** Compares what a row is with what it should be. */
public final class Diff {
  private Diff() {}

  /**
   * The correction that makes the live row as it was recomputed, or empty where they agree.
   *
   * @param recomputed as the table would store it, or empty where there should be no row
   * @param live as the snapshot has it, or empty where there is no row
   */
  public static Optional<Correction> find(Optional<Row> recomputed, Optional<LiveRow> live) {
    if (recomputed.isEmpty()) {
      return live.map(Correction.Delete::new);
    }
    Row after = recomputed.get();
    if (live.isEmpty()) {
      return Optional.of(new Correction.Insert(after));
    }
    LiveRow before = live.get();
    return CanonicalForm.of(after).equals(CanonicalForm.of(before.values()))
        ? Optional.empty()
        : Optional.of(new Correction.Update(after, before));
  }
}
