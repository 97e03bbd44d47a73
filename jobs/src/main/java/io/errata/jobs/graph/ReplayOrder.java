package io.errata.jobs.graph;

import java.time.Instant;

/**
 * The timestamps by which Flink sorts the records of one key: what is known of the key comes first,
 * then its events by event time in microseconds.
 */
final class ReplayOrder {
  private ReplayOrder() {}

  static long timestamp(KeyedRecord record) {
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
