package io.errata.jobs.sort;

import java.io.IOException;

/** A cursor over packed records: by hash as an unsigned number, and by order where those agree. */
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

  /** The array that the record's body lies in, until the next step. */
  byte[] bytes();

  /** Where in {@link #bytes} the body begins. */
  int offset();

  /** The bytes of the body. */
  int length();
}
