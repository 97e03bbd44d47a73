package io.errata.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A versioned, deterministic function from the events of one key to one result row, or none.
 *
 * <p>Errata finds workers with {@link java.util.ServiceLoader}; several versions of one name live
 * side by side. For each key it calls {@link #start} (or {@link #resume}) once, then {@link #apply}
 * for each event that touches the key in the one total order (event time, sequence, id), then
 * {@link #result}. An instance is used by one thread, for many keys in turn, and must keep nothing
 * between calls. The clock, chance, network, files and anything else outside of the arguments are
 * out of bounds: the same events must give the same row, always.
 *
 * <p>A worker that can't process an event throws {@link RejectedEventException}; that key is then
 * reported in quarantine and never corrected, and so it is after any other exception.
 *
 * @param <S> the state of one key, which may be mutable
 */
public interface Worker<S> {
  /** The name that a spec refers to. */
  String name();

  /** From 1. A version whose answers change is a new version. */
  int version();

  /**
   * The event time from which this version is in force, inclusive; read where a spec says {@code
   * version: as-of}. Versions that are used together so must share the class of their state.
   */
  default Instant effectiveFrom() {
    return Instant.MIN;
  }

  /**
   * The payload fields that the worker reads, and the types that it wants them in. Others are not
   * read from the source.
   */
  RowSchema reads();

  /** The key columns of the rows that it makes. */
  RowSchema key();

  /** The columns that it computes, without the key columns. */
  RowSchema columns();

  /**
   * The bucket that the key holds, where it holds one: a window that cuts it is widened to whole
   * buckets.
   */
  default Optional<Bucket> bucket() {
    return Optional.empty();
  }

  /**
   * The keys of the rows that an event touches: usually one, two for a transfer, none for an event
   * without meaning here. Of the schema {@link #key()}, distinct, without nulls.
   *
   * @throws RejectedEventException where the keys can't be known; then no key of the window is
   *     corrected
   */
  List<Row> keys(Event event);

  /** The state of a key before its first event. */
  S start(Row key);

  /**
   * The state of a key as a base row has it, for rows that carry on from before the window.
   *
   * @param base the row at the window's start: the columns of {@link #columns()}
   * @throws UnsupportedOperationException by default: this worker's rows can't carry on
   */
  default S resume(Row key, Row base) {
    throw new UnsupportedOperationException(
        "Cannot resume worker "
            + name()
            + "@"
            + version()
            + " from a base row: it defines no resume");
  }

  /**
   * The state after an event.
   *
   * @param state as the last call left it; may be changed and returned
   * @param key the key whose row is being made, one of {@link #keys(Event)}
   * @throws RejectedEventException where the event can't be processed; its key is then quarantined
   */
  S apply(S state, Row key, Event event, Effects effects);

  /**
   * The columns of {@link #columns()} for a key's final state, or empty where there is to be no
   * row.
   */
  Optional<Row> result(Row key, S state);
}
