package io.errata.jobs.graph;

import java.time.Instant;

/**
 * The timestamps by which the records of one key are sorted: what is known of the key comes first,
 * then its events by event time in microseconds.
 */
final class ReplayOrder {
  // Behind the rows that a state begins with; where among the events makes no difference.
  private static final long FOLDED = Long.MIN_VALUE + 1;

  private ReplayOrder() {}

  static long timestamp(KeyedRecord record) {
    if (record instanceof KeyedRecord.Folded) {
      return FOLDED;
    }
    return record instanceof KeyedRecord.Touch touch
        ? micros(touch.event().time())
        : Long.MIN_VALUE;
  }

  /** Rounded down, and held at the ends of 64 bits; ties are ordered by {@link EventOrder}. */
  static long micros(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    } catch (ArithmeticException e) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE + 1 : Long.MAX_VALUE;
    }
  }
}
