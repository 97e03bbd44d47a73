package io.errata.jobs.report;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the values of one compared column change.
 *
 * @param column its name
 * @param numeric whether its values are numbers
 * @param changed rows in which the value changes, those that are inserted and deleted among them
 * @param raised rows in which a number becomes larger
 * @param lowered rows in which a number becomes smaller
 * @param distribution rows by the {@link #bucket} of their change; none where it isn't numeric
 */
public record ColumnChange(
    String column,
    boolean numeric,
    long changed,
    long raised,
    long lowered,
    SortedMap<Integer, Long> distribution) {
  /** Changes below a tenth of a thousandth share a bucket. */
  static final int SMALLEST = -4;

  /** Changes of a billion and more share a bucket. */
  static final int LARGEST = 9;

  private static final int BUCKETS = LARGEST - SMALLEST + 1;

  public ColumnChange {
    distribution = new TreeMap<>(distribution);
  }

  /**
   * The power of ten that a change lies in, in the order of the changes: negative for those that
   * make a value smaller, positive for those that make it larger, never 0.
   */
  static int bucket(double change) {
    double size = Math.abs(change);
    int exponent = size == 0 ? SMALLEST : (int) Math.floor(Math.log10(size));
    int place = 1 + Math.min(Math.max(exponent, SMALLEST), LARGEST) - SMALLEST;
    return change < 0 ? -place : place;
  }

  /** What a bucket holds, such as {@code −100 to −10}. */
  static String label(int bucket) {
    int exponent = Math.abs(bucket) - 1 + SMALLEST;
    String sign = bucket < 0 ? "−" : "+";
    if (Math.abs(bucket) == BUCKETS) {
      return sign + power(exponent) + " and more";
    }
    if (Math.abs(bucket) == 1) {
      return sign + "below " + power(exponent + 1);
    }
    return sign + power(exponent) + " to " + sign + power(exponent + 1);
  }

  private static String power(int exponent) {
    if (exponent >= 0) {
      return DisplayText.count((long) Math.pow(10, exponent));
    }
    return "0." + "0".repeat(-exponent - 1) + "1";
  }
}
