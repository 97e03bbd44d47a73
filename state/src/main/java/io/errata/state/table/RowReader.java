package io.errata.state.table;

import java.util.Optional;

/** Reads the rows of one split, one after another, without holding them all. */
public interface RowReader extends AutoCloseable {
  /**
   * The next row, or empty at the end.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the connection is lost, INVALID_TABLE
   *     where a row has a null key or a value that Errata can't represent (such as an infinite
   *     date), naming column and key
   */
  Optional<LiveRow> next();

  @Override
  void close();
}
