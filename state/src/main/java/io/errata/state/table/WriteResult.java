package io.errata.state.table;

import java.util.List;
import java.util.Optional;

/**
 * How an apply or a rollback ended.
 *
 * @param outcome what happened
 * @param counts rows written or in conflict; all zero where nothing was written, but for {@code
 *     conflicts}
 * @param ledger the ledger row's id, where there is one
 * @param conflicts some of the rows in conflict, in key order, at most {@link #LISTED}
 * @param readback what was found when the written rows were read after the commit
 * @param guards what the rows were compared with; of an apply always {@link Guards#LEDGER}
 */
public record WriteResult(
    Outcome outcome,
    WriteCounts counts,
    Optional<Long> ledger,
    List<Conflict> conflicts,
    Readback readback,
    Guards guards) {
  /** How many conflicts are listed at the most; {@link WriteCounts#conflicts()} counts all. */
  public static final int LISTED = 1000;

  public WriteResult {
    conflicts = List.copyOf(conflicts);
  }

  /** Of a write that the ledger knew about. */
  public WriteResult(
      Outcome outcome,
      WriteCounts counts,
      Optional<Long> ledger,
      List<Conflict> conflicts,
      Readback readback) {
    this(outcome, counts, ledger, conflicts, readback, Guards.LEDGER);
  }

  /** The same end, of a write with other guards. */
  public WriteResult guardedBy(Guards guards) {
    return new WriteResult(outcome, counts, ledger, conflicts, readback, guards);
  }

  /** The ends that an apply or rollback can come to. */
  public enum Outcome {
    APPLIED,
    /** The ledger says that this was done before. */
    ALREADY_APPLIED,
    /** The plan has no corrections, or was not applied so that there's nothing to roll back. */
    NOTHING_TO_DO,
    /** Rows changed since; nothing was written. */
    CONFLICT
  }

  /**
   * A row that is no longer as it was expected.
   *
   * @param key the key's columns and values as text, for people
   * @param reason such as {@code the row was changed}
   */
  public record Conflict(String key, String reason) {}

  /**
   * The written rows as they were found after the commit.
   *
   * @param verified rows that are as planned
   * @param changedSince rows that somebody else has written again since the commit
   * @param differing keys of rows that this transaction wrote and that are not as planned; empty
   *     unless a trigger or a bug changed them
   */
  public record Readback(long verified, long changedSince, List<String> differing) {
    public static final Readback NONE = new Readback(0, 0, List.of());

    public Readback {
      differing = List.copyOf(differing);
    }
  }
}
