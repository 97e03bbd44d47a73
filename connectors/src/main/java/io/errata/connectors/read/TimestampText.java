package io.errata.connectors.read;

import io.errata.connectors.event.Unreadable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Points in time in text: ISO 8601 with {@code T} or a space, and with a zone unless somebody says
 * which one is meant, since a time without one is a guess.
 */
final class TimestampText {
  private static final Unreadable NO_TIME =
      new Unreadable("text that is not a time like 2024-06-10T12:00:00Z");
  private static final Unreadable NO_ZONE = new Unreadable("a time without a zone");
  private static final Unreadable NOT_ONE_TIME =
      new Unreadable("a time that the clocks of events.fields.zone show twice or never");

  private final CharSequence text;
  private final @Nullable ZoneId zone;
  private int at;

  private TimestampText(CharSequence text, @Nullable ZoneId zone) {
    this.text = text;
    this.zone = zone;
  }

  /**
   * An {@link Instant} or {@link Unreadable}.
   *
   * @param zone of a text that has none, or null where such a text is unreadable
   */
  static Object parse(CharSequence text, @Nullable ZoneId zone) {
    try {
      return new TimestampText(text, zone).instant();
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
      LocalDate date = LocalDate.of(year, month, day);
      return zone == null ? NO_ZONE : instant(date.atTime(hour, minute, second, (int) nanos), zone);
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

  private static Object instant(LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    return offsets.size() == 1 ? local.toInstant(offsets.get(0)) : NOT_ONE_TIME;
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
