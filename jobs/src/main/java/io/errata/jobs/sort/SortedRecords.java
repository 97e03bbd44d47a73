package io.errata.jobs.sort;

import java.io.IOException;

/**
 * A cursor over packed records: those of one hash one behind the other, by their order. Where it
 * was asked for, hashes come as unsigned numbers, the least first; otherwise in any order.
 */
public interface SortedRecords {
  /**
   * Steps to the next record, to the first one at first.
   *
   * @return whether there is one
   * @throws IOException where a file can't be read
   */
  boolean next() throws IOException;

  /** The first number of the record. */
  long hash();

  /** The second number of the record. */
  long order();

  /**
   * Whether the record is known to be the only one of its hash; of others that are alone it may not
   * be known.
   */
  boolean isAlone();

  /** The array that the record's body lies in, until the next step. */
  byte[] bytes();

  /** Where in {@link #bytes} the body begins. */
  int offset();

  /** The bytes of the body. */
  int length();
}
