package io.errata.jobs.demo;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Something that happened at the payment service.
 *
 * @param number from 0, in no order of time within an hour
 * @param user from 0
 * @param amountCents 0 where there is no amount
 * @param micros when, since 1970-01-01T00:00:00Z
 */
record DemoEvent(long number, Kind kind, int user, long amountCents, long micros) {
  /** What an event is about. */
  enum Kind {
    PAYMENT,
    REFUND,
    /** Has no amount, and counts for nothing: the spec's filter leaves it out. */
    LOGIN;

    private final String text = name().toLowerCase(Locale.ROOT);

    String text() {
      return text;
    }
  }

  /**
   * Sixteen hexadecimal digits that look drawn: SplittableRandom's own finalizer, which maps no two
   * numbers to one.
   */
  byte[] id(long seed) {
    long mixed = seed + number * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    ByteBuffer digits = ByteBuffer.allocate(16);
    for (int shift = 60; shift >= 0; shift -= 4) {
      digits.put((byte) Character.forDigit((int) (mixed >>> shift) & 15, 16));
    }
    return digits.array();
  }

  /** The name of a user. */
  static String user(int user) {
    String digits = Integer.toString(user);
    return "user-" + "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }
}
