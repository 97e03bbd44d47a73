package io.errata.state.table.csv;

import com.fasterxml.jackson.core.io.NumberOutput;
import io.errata.api.Bytes;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Storage;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a field as it stands in the file, quotes included, and the value that it means. A
 * field in which nothing stands is null, and {@code ""} the empty text.
 */
final class CsvText {
  /** As many as PostgreSQL's numeric has, which the canonical form has too. */
  private static final int MAX_DIGITS = 131_072;

  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,400}");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]{1,6})?");
  private static final Pattern PLAIN = Pattern.compile("[+-]?[0-9]++(?:\\.[0-9]*+)?");
  private static final Pattern DAY_AND_TIME =
      Pattern.compile("(-?[0-9]{4,9}-[0-9]{2}-[0-9]{2})[ T](.+)");
  private static final int UUID_LENGTH = 36;

  private CsvText() {}

  static boolean isQuoted(@Nullable String text) {
    return text != null && text.startsWith("\"");
  }

  /** What stands inside of the quotes. */
  static @Nullable String content(@Nullable String text) {
    return text != null && isQuoted(text)
        ? text.substring(1, text.length() - 1).replace("\"\"", "\"")
        : text;
  }

  /**
   * The value that a text means in a column, null for null.
   *
   * @throws IllegalArgumentException where it means none; the message says why, without the value
   */
  static @Nullable Object value(TableColumn column, @Nullable String text) {
    String content = content(text);
    if (content == null) {
      return null;
    }
    return switch (column.storage()) {
      case TEXT, OTHER -> content;
      case PADDED_TEXT -> content.replaceAll(" +$", "");
      case BOOLEAN -> truth(content);
      case INT16 -> integer(content, Short.MIN_VALUE, Short.MAX_VALUE).intValue();
      case INT32 -> integer(content, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
      case INT64 -> integer(content, Long.MIN_VALUE, Long.MAX_VALUE).longValue();
      case DECIMAL -> decimal(content);
      case FLOAT32 -> (double) (float) floating(content);
      case FLOAT64 -> floating(content);
      case BYTES -> bytes(content);
      case DATE -> date(content);
      case TIMESTAMP -> instant(content);
      case LOCAL_TIMESTAMP -> local(content);
      case UUID -> uuid(content);
    };
  }

  /**
   * The text of a value, in the way in which the column was written before: in quotes where the
   * text before was, and with as many digits behind the point.
   *
   * @param before the text that it replaces, or null where there is none
   */
  static @Nullable String text(
      TableColumn column, @Nullable Object value, @Nullable String before, char delimiter) {
    if (value == null) {
      return null;
    }
    return quoted(content(column, value, content(before)), isQuoted(before), delimiter);
  }

  /** A content as it stands in the file. */
  static String quoted(String content, boolean always, char delimiter) {
    boolean needed =
        content.isEmpty()
            || content.chars().anyMatch(c -> c == delimiter || c == '"' || c == '\n' || c == '\r');
    return always || needed ? '"' + content.replace("\"", "\"\"") + '"' : content;
  }

  private static String content(TableColumn column, Object value, @Nullable String before) {
    if (value instanceof BigDecimal decimal) {
      return decimal(column, decimal, before);
    }
    if (value instanceof Double number) {
      return column.storage() == Storage.FLOAT32
          ? NumberOutput.toString(number.floatValue(), true)
          // Not Double.toString, whose digits changed with JDK 19.
          : NumberOutput.toString(number, true);
    }
    if (value instanceof Bytes bytes) {
      return bytes.toHex();
    }
    if (value instanceof Instant time && column.storage() == Storage.LOCAL_TIMESTAMP) {
      return LocalDateTime.ofInstant(time, ZoneOffset.UTC).toString();
    }
    return value.toString();
  }

  private static String decimal(TableColumn column, BigDecimal value, @Nullable String before) {
    if (column.precision() > 0 || before == null || !PLAIN.matcher(before).matches()) {
      return value.toPlainString();
    }
    int point = before.indexOf('.');
    int digits = point < 0 ? 0 : before.length() - point - 1;
    BigDecimal least = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    return (least.scale() < digits ? least.setScale(digits) : least).toPlainString();
  }

  private static boolean truth(String content) {
    return switch (content) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("it is neither true nor false");
    };
  }

  private static BigInteger integer(String content, long min, long max) {
    if (!INTEGER.matcher(content).matches()) {
      throw new IllegalArgumentException("it is not a whole number");
    }
    BigInteger number = new BigInteger(content);
    if (number.bitLength() > 63 || number.longValue() < min || number.longValue() > max) {
      throw new IllegalArgumentException("it is out of the range of the column's type");
    }
    return number;
  }

  private static BigDecimal decimal(String content) {
    if (content.length() > 2 * MAX_DIGITS || !NUMBER.matcher(content).matches()) {
      throw new IllegalArgumentException("it is not a decimal number");
    }
    BigDecimal number = new BigDecimal(content);
    if ((long) number.precision() - number.scale() > MAX_DIGITS || number.scale() > MAX_DIGITS) {
      throw new IllegalArgumentException("it has too many digits");
    }
    return number;
  }

  private static double floating(String content) {
    return switch (content) {
      case "NaN", "nan" -> Double.NaN;
      case "Infinity", "inf" -> Double.POSITIVE_INFINITY;
      case "-Infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        // Java's own parser takes blanks, hexadecimal digits and a suffix.
        double number =
            NUMBER.matcher(content).matches() ? Double.parseDouble(content) : Double.NaN;
        if (Double.isNaN(number) || Double.isInfinite(number)) {
          throw new IllegalArgumentException("it is not a number that floating point has");
        }
        yield number;
      }
    };
  }

  private static Bytes bytes(String content) {
    try {
      return Bytes.ofHex(content);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is not a row of hexadecimal digits", e);
    }
  }

  private static LocalDate date(String content) {
    try {
      return LocalDate.parse(content);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("it is not a date like 2024-06-10", e);
    }
  }

  private static Instant instant(String content) {
    try {
      return OffsetDateTime.parse(withT(content)).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "it is not a time with a zone like 2024-06-10T12:00:00Z", e);
    }
  }

  private static Instant local(String content) {
    try {
      return LocalDateTime.parse(withT(content)).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "it is not a time without a zone like 2024-06-10T12:00:00", e);
    }
  }

  /** Many programs write a blank between day and time. */
  private static String withT(String content) {
    return DAY_AND_TIME.matcher(content).replaceFirst("$1T$2");
  }

  private static UUID uuid(String content) {
    try {
      // Java's own parser takes shorter ones too, and fills them up.
      if (content.length() == UUID_LENGTH) {
        return UUID.fromString(content);
      }
    } catch (IllegalArgumentException e) {
      // Named below, without the value that the message holds.
    }
    throw new IllegalArgumentException("it is not a UUID");
  }
}
