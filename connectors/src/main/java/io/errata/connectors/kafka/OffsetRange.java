package io.errata.connectors.kafka;

import java.io.Serializable;

/**
 * A stretch of one partition, {@code [first, end)}.
 *
 * @param first inclusive, from 0
 * @param end exclusive, not before {@code first}
 */
public record OffsetRange(long first, long end) implements Serializable {
  public OffsetRange {
    if (first < 0 || end < first) {
      throw new IllegalArgumentException(
          "Cannot make a range of offsets: it begins at " + first + " and ends at " + end);
    }
  }

  /** How many offsets there are. */
  public long size() {
    return end - first;
  }

  @Override
  public String toString() {
    return "[" + first + ", " + end + ")";
  }
}
