package io.errata.connectors.read;

import io.errata.connectors.event.Unreadable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Points in time in text: ISO 8601 with {@code T} or a space, and always with a zone, since a time
 * without one is a guess.
 */
final class TimestampText {
  private static final Unreadable NO_TIME =
      new Unreadable("text that is not a time like 2024-06-10T12:00:00Z");
  private static final Unreadable NO_ZONE = new Unreadable("a time without a zone");

  private final String text;
  private int at;

  private TimestampText(String text) {
    this.text = text;
  }

  /** An {@link Instant} or {@link Unreadable}. */
  static Object parse(String text) {
    try {
      return new TimestampText(text).instant();
    } catch (DateTimeException | IndexOutOfBoundsException e) {
      return NO_TIME;
    }
  }

  private Object instant() {
    int year = digits(4);
    expect('-');
    int month = digits(2);
    expect('-');
    int day = digits(2);
    if (at < text.length() && text.charAt(at) == ' ') {
      at++;
    } else {
      expect('T');
    }
    int hour = below(digits(2), 24);
    expect(':');
    int minute = below(digits(2), 60);
    int second = 0;
    long nanos = 0;
    if (at < text.length() && text.charAt(at) == ':') {
      at++;
      second = below(digits(2), 60);
      nanos = fraction();
    }
    if (at == text.length()) {
      LocalDate.of(year, month, day);
      return NO_ZONE;
    }
    int offset = offset();
    if (at != text.length()) {
      return NO_TIME;
    }
    long epoch =
        LocalDate.of(year, month, day).toEpochDay() * 86_400L
            + hour * 3_600L
            + minute * 60L
            + second;
    return Instant.ofEpochSecond(epoch - offset, nanos);
  }

  private long fraction() {
    if (at >= text.length() || text.charAt(at) != '.') {
      return 0;
    }
    at++;
    int start = at;
    long nanos = 0;
    while (at < text.length() && isDigit(text.charAt(at))) {
      nanos = nanos * 10 + (text.charAt(at++) - '0');
      if (at - start > 9) {
        throw new DateTimeException("more than nanoseconds");
      }
    }
    if (at == start) {
      throw new DateTimeException("no digits");
    }
    for (int i = at - start; i < 9; i++) {
      nanos *= 10;
    }
    return nanos;
  }

  /** Seconds east of UTC, from Z, +02, +0200 or +02:00. */
  private int offset() {
    char sign = text.charAt(at++);
    if (sign == 'Z') {
      return 0;
    }
    if (sign != '+' && sign != '-') {
      throw new DateTimeException("no zone");
    }
    int seconds = below(digits(2), 19) * 3_600;
    if (at < text.length()) {
      if (text.charAt(at) == ':') {
        at++;
      }
      seconds += below(digits(2), 60) * 60;
    }
    return sign == '-' ? -seconds : seconds;
  }

  private int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(at++);
      if (!isDigit(c)) {
        throw new DateTimeException("not a digit");
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int below(int value, int limit) {
    if (value >= limit) {
      throw new DateTimeException("out of range");
    }
    return value;
  }

  private void expect(char c) {
    if (text.charAt(at++) != c) {
      throw new DateTimeException("not " + c);
    }
  }
}
