package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.table.LiveTable;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Refuses a plan that would insert rows outside of what the window answers for: such rows were not
 * read from the live table, so that they may be there already.
 */
final class OwnsCheck {
  private static final int BATCH = 1000;

  private OwnsCheck() {}

  /**
   * @throws ErrataException INVALID_SPEC where one is outside, naming it
   */
  static void refuseOutside(
      LiveTable table, CorrectionSource corrections, TableDescription description, String owns) {
    if (corrections.counts().insert() == 0) {
      return;
    }
    List<Correction.Insert> batch = new ArrayList<>();
    try (CorrectionReader reader = corrections.open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get() instanceof Correction.Insert insert) {
          batch.add(insert);
        }
        if (batch.size() == BATCH) {
          refuse(table.outsideOwns(batch), description, owns);
          batch.clear();
        }
      }
    }
    if (!batch.isEmpty()) {
      refuse(table.outsideOwns(batch), description, owns);
    }
  }

  private static void refuse(List<Correction> outside, TableDescription description, String owns) {
    if (!outside.isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot plan: table.owns doesn't hold for a recomputed row, "
              + outside.get(0).key(description.key())
              + " ("
              + owns
              + ")",
          "Widen table.owns to all rows that the window makes, or leave those events out with filter.where.");
    }
  }
}
