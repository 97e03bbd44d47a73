package io.errata.state.table;

/** What a rollback compares the live rows with, before it writes. */
public enum Guards {
  /** With the ledger, which has the digest of each row as the apply has left it. */
  LEDGER,
  /**
   * With the plan alone, where the ledger was lost: key and compared columns as the plan writes
   * them, all others as its before images. Whether the plan was ever applied can't be known then,
   * nor what the database or {@code set} has filled in.
   */
  PLAN
}
