package io.errata.state.table;

import java.time.Instant;

/**
 * A ledger row: one apply or rollback that was committed.
 *
 * @param id rises with each entry
 * @param plan the plan's id
 * @param action which of the two
 * @param seal the seal of the plan's manifest
 * @param table as {@link TableDescription#name()}
 * @param worker {@code name@version}
 * @param from the window's start, inclusive
 * @param to the window's end, exclusive
 * @param counts rows written, and left out as conflicts
 * @param writtenAt the database's time of the transaction
 * @param writtenBy the database's user
 */
public record LedgerEntry(
    long id,
    String plan,
    Action action,
    String seal,
    String table,
    String worker,
    Instant from,
    Instant to,
    WriteCounts counts,
    Instant writtenAt,
    String writtenBy) {

  /** What a ledger row records. */
  public enum Action {
    APPLY,
    ROLLBACK
  }
}
