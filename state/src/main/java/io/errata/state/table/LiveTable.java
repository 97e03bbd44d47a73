package io.errata.state.table;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.Correction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The rows that users see now, and the ledger beside them. Implementations pass {@code
 * LiveTableContract} of the testkit.
 *
 * <p>Planning calls {@link #describe}, {@link #openSnapshot}, {@link #overload} and {@link #read}
 * only, which never write and need no right to. Not thread-safe: each thread opens its own. {@link
 * #close} gives up whatever is under way; a transaction that has not committed then never will.
 */
public interface LiveTable extends AutoCloseable {
  /**
   * Reads what the table is.
   *
   * @throws ErrataException INVALID_TABLE where the table, a key or compared or set column is not
   *     there, a key or compared column has a type that can't be compared, or no unique constraint
   *     or primary key stands on the key columns
   */
  TableDescription describe();

  /**
   * Holds one consistent moment of the rows in scope: those for which {@link
   * LiveTableOptions#owns()} is true, or all; of them those whose bucket lies in a range.
   *
   * @param range or empty for all buckets
   * @param parts about how many splits to make, from 1
   * @throws ErrataException INVALID_SPEC where the predicate isn't valid in the store
   */
  Snapshot openSnapshot(Optional<KeyRange> range, int parts);

  /**
   * Which of {@link LiveTableOptions#load()} the store is above now; empty where it is above none.
   * Whoever reads or writes much waits for that with {@link OverloadWait}.
   *
   * @throws ErrataException FORBIDDEN where the role may not see how busy the store is
   */
  default Optional<Overload> overload() {
    return Optional.empty();
  }

  /**
   * What a person should know of the limits of {@link LiveTableOptions#load()}: those that can't
   * hold anything up as the store is now.
   *
   * @throws ErrataException as {@link #overload}
   */
  default List<String> warnings() {
    return List.of();
  }

  /** Opens a reader of one split of a snapshot that is held open, here or in another process. */
  RowReader read(SnapshotSplit split);

  /**
   * Which of some rows that a plan would insert lie outside of {@link LiveTableOptions#owns()};
   * none where there is no such predicate. At most a few thousand rows a call.
   */
  List<Correction> outsideOwns(List<Correction.Insert> inserts);

  /**
   * The one time that a query of the store gives, such as the moment up to which its rows are
   * complete.
   *
   * @throws ErrataException INVALID_SPEC where the store knows no queries, or this one doesn't give
   *     exactly one time
   */
  default Instant timeOf(String query) {
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot ask this live table for a time: it knows no queries",
        "Write the time itself, in ISO 8601 with Z.");
  }

  /**
   * Writes a plan's corrections and its ledger row in one transaction, or nothing, then reads the
   * written rows back. Idempotent: a plan that is applied already is not applied again.
   *
   * @throws ErrataException UNAVAILABLE or FORBIDDEN or INVALID_TABLE where nothing was written;
   *     UNKNOWN_OUTCOME where the connection was lost at commit and could not be had again to ask
   *     the ledger
   */
  WriteResult apply(WriteRequest request);

  /**
   * As {@link #apply}, with the inverse of the plan: every row gets its before image back, byte for
   * byte.
   */
  WriteResult rollback(WriteRequest request);

  /** The ledger's rows for this table, newest first; none where there is no ledger yet. */
  List<LedgerEntry> history();

  /** The newest ledger row of a plan for this table. */
  default Optional<LedgerEntry> find(String planId) {
    return history().stream().filter(e -> e.plan().equals(planId)).findFirst();
  }

  @Override
  void close();
}
