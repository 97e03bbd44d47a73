package io.errata.state.table.postgres;

import io.errata.api.Bytes;
import io.errata.state.table.TableColumn;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.UUID;

/**
 * The texts of values as PostgreSQL prints and reads them under the settings of {@link
 * Connections}.
 */
final class ValueText {
  private static final String BEFORE_CHRIST = " BC";

  private ValueText() {}

  /**
   * The value that a text stands for, of the column's type.
   *
   * @throws UnsupportedOperationException where Errata has no such value, with the reason
   */
  static Object parse(TableColumn column, String text) {
    return switch (column.storage()) {
      case BOOLEAN -> text.equals("true") || text.equals("t");
      case INT16, INT32 -> Integer.valueOf(text);
      case INT64 -> Long.valueOf(text);
      case DECIMAL -> decimal(text);
      case FLOAT32 -> (double) Float.parseFloat(text);
      case FLOAT64 -> Double.valueOf(text);
      case TEXT, PADDED_TEXT -> text;
      case BYTES -> Bytes.ofHex(text.substring("\\x".length()));
      case DATE -> date(text);
      case TIMESTAMP, LOCAL_TIMESTAMP -> timestamp(text);
      case UUID -> UUID.fromString(text);
      case OTHER -> throw new UnsupportedOperationException("has a type that can't be compared");
    };
  }

  private static BigDecimal decimal(String text) {
    char last = text.charAt(text.length() - 1);
    if (last == 'N' || last == 'y') {
      throw new UnsupportedOperationException("is not a finite number");
    }
    return new BigDecimal(text);
  }

  private static LocalDate date(String text) {
    if (text.endsWith("infinity")) {
      throw new UnsupportedOperationException("is an infinite date");
    }
    boolean before = text.endsWith(BEFORE_CHRIST);
    String plain = before ? text.substring(0, text.length() - BEFORE_CHRIST.length()) : text;
    int day = plain.lastIndexOf('-');
    int month = plain.lastIndexOf('-', day - 1);
    int year = Integer.parseInt(plain.substring(0, month));
    return LocalDate.of(
        before ? 1 - year : year,
        Integer.parseInt(plain.substring(month + 1, day)),
        Integer.parseInt(plain.substring(day + 1)));
  }

  /** The time that a text of a timestamp, with or without zone, stands for; see {@link #parse}. */
  static Instant timestamp(String text) {
    if (text.endsWith("infinity")) {
      throw new UnsupportedOperationException("is an infinite time");
    }
    boolean before = text.endsWith(BEFORE_CHRIST);
    String plain = before ? text.substring(0, text.length() - BEFORE_CHRIST.length()) : text;
    int space = plain.indexOf(' ');
    String time = plain.substring(space + 1);
    if (time.endsWith("+00")) {
      time = time.substring(0, time.length() - "+00".length());
    }
    LocalDate date = date(plain.substring(0, space) + (before ? BEFORE_CHRIST : ""));
    return LocalDateTime.of(date, LocalTime.parse(time)).toInstant(ZoneOffset.UTC);
  }

  /** The text of a value of a column type, which PostgreSQL reads as exactly this value. */
  static String print(Object value) {
    if (value instanceof Bytes bytes) {
      return "\\x" + bytes.toHex();
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof LocalDate date) {
      return day(date) + era(date);
    }
    if (value instanceof Instant instant) {
      LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      return String.format(
          Locale.ROOT,
          "%s %02d:%02d:%02d.%06d+00%s",
          day(time.toLocalDate()),
          time.getHour(),
          time.getMinute(),
          time.getSecond(),
          time.getNano() / 1000,
          era(time.toLocalDate()));
    }
    return value.toString();
  }

  private static String day(LocalDate date) {
    int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
    return String.format(
        Locale.ROOT, "%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
  }

  private static String era(LocalDate date) {
    return date.getYear() > 0 ? "" : BEFORE_CHRIST;
  }
}
