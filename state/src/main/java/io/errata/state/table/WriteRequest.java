package io.errata.state.table;

import io.errata.state.digest.Digest;
import io.errata.state.plan.CorrectionSource;
import java.time.Instant;

/**
 * What to write to a live table.
 *
 * @param plan the plan's id
 * @param seal the seal of the plan's manifest, for the ledger
 * @param fingerprint of the table when the plan was made
 * @param worker {@code name@version}
 * @param from the window's start, inclusive
 * @param to the window's end, exclusive
 * @param corrections can be opened as often as needed
 * @param policy what to do about conflicts
 * @param guards {@link Guards#PLAN} where a person knows that the ledger was lost. With {@link
 *     Guards#LEDGER} a rollback goes by the plan only where the ledger knows nothing of the table,
 *     and then all rows have to be as the plan leaves them, whatever the policy
 * @param steps hears how far it is
 */
public record WriteRequest(
    String plan,
    String seal,
    Digest fingerprint,
    String worker,
    Instant from,
    Instant to,
    CorrectionSource corrections,
    ConflictPolicy policy,
    Guards guards,
    WriteSteps steps) {
  /** With what the ledger says. */
  public WriteRequest(
      String plan,
      String seal,
      Digest fingerprint,
      String worker,
      Instant from,
      Instant to,
      CorrectionSource corrections,
      ConflictPolicy policy) {
    this(plan, seal, fingerprint, worker, from, to, corrections, policy, Guards.LEDGER);
  }

  /** That nobody watches. */
  public WriteRequest(
      String plan,
      String seal,
      Digest fingerprint,
      String worker,
      Instant from,
      Instant to,
      CorrectionSource corrections,
      ConflictPolicy policy,
      Guards guards) {
    this(plan, seal, fingerprint, worker, from, to, corrections, policy, guards, WriteSteps.NONE);
  }

  /** What happens where a row is no longer as the plan saw it. */
  public enum ConflictPolicy {
    /** Nothing is written. */
    ABORT,
    /** That row is left and listed; the others are written. */
    SKIP
  }
}
