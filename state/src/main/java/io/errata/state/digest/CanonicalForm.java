package io.errata.state.digest;

import io.errata.api.Bytes;
import io.errata.api.Column;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one text that stands for a value or a row, from which digests are made. Each value says its
 * type and where it ends, so that no two different rows have one form. {@code
 * docs/canonical-form.md} is its definition, with test vectors; the SQL expression of it is made by
 * the PostgreSQL live table.
 *
 * <table>
 *   <caption>Forms</caption>
 *   <tr><td>null</td><td>{@code ~}</td></tr>
 *   <tr><td>BOOLEAN</td><td>{@code b1} or {@code b0}</td></tr>
 *   <tr><td>INT, LONG</td><td>{@code i-42;}</td></tr>
 *   <tr><td>DECIMAL</td><td>{@code n1.5;} plain, without trailing zeros of the fraction</td></tr>
 *   <tr><td>DOUBLE</td><td>{@code f3ff8000000000000;} the 64 bits, with -0 as 0 and one NaN</td></tr>
 *   <tr><td>TEXT</td><td>{@code t5:hello} with the number of its UTF-8 bytes</td></tr>
 *   <tr><td>BYTES</td><td>{@code x00ff;}</td></tr>
 *   <tr><td>DATE</td><td>{@code d19884;} days since 1970-01-01</td></tr>
 *   <tr><td>TIMESTAMP</td><td>{@code s1718020800000000;} microseconds since 1970-01-01T00:00:00Z, rounded down</td></tr>
 *   <tr><td>UUID</td><td>{@code u} and 36 lower-case characters</td></tr>
 * </table>
 */
public final class CanonicalForm {
  private static final long CANONICAL_NAN = 0x7ff8000000000000L;

  // What PostgreSQL's numeric holds at the most; its documentation, section 8.1.2.
  private static final int MAX_INTEGER_DIGITS = 131_072;
  private static final int MAX_FRACTION_DIGITS = 16_383;

  private static final BigInteger MICROS = BigInteger.valueOf(1_000_000);

  private CanonicalForm() {}

  /**
   * The form of all columns, one behind the other.
   *
   * @throws ErrataException {@link ErrorCode#INVALID_VALUE} where a value has no form
   */
  public static String of(Row row) {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < row.schema().size(); i++) {
      append(form, row.schema().columns().get(i), row.value(i));
    }
    return form.toString();
  }

  /**
   * The form of the named columns, in the order of the names.
   *
   * @throws ErrataException {@link ErrorCode#INVALID_VALUE} where a value has no form
   */
  public static String of(Row row, List<String> columns) {
    StringBuilder form = new StringBuilder();
    for (String name : columns) {
      append(form, row.schema().column(name), row.value(name));
    }
    return form.toString();
  }

  /**
   * Appends the form of one value, of the class of one {@link io.errata.api.ColumnType}.
   *
   * @param name for the message of an error
   * @throws ErrataException {@link ErrorCode#INVALID_VALUE} where the value has no form
   */
  public static void append(StringBuilder form, String name, @Nullable Object value) {
    if (value == null) {
      form.append('~');
    } else if (value instanceof Boolean truth) {
      form.append(truth ? "b1" : "b0");
    } else if (value instanceof Integer || value instanceof Long) {
      form.append('i').append(((Number) value).longValue()).append(';');
    } else if (value instanceof BigDecimal decimal) {
      form.append('n').append(plain(name, decimal)).append(';');
    } else if (value instanceof Double number) {
      String hex = Long.toHexString(bits(number));
      form.append('f').append("0".repeat(16 - hex.length())).append(hex).append(';');
    } else if (value instanceof String text) {
      form.append('t').append(utf8Length(name, text)).append(':').append(text);
    } else if (value instanceof Bytes bytes) {
      form.append('x').append(bytes.toHex()).append(';');
    } else if (value instanceof LocalDate date) {
      form.append('d').append(date.toEpochDay()).append(';');
    } else if (value instanceof Instant time) {
      form.append('s').append(micros(time)).append(';');
    } else if (value instanceof UUID uuid) {
      form.append('u').append(uuid);
    } else {
      throw new IllegalArgumentException(
          "Cannot form a " + value.getClass().getName() + " (no column type has it)");
    }
  }

  private static void append(StringBuilder form, Column column, @Nullable Object value) {
    append(form, column.name(), value);
  }

  private static String plain(String name, BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return "0";
    }
    BigDecimal stripped = decimal.stripTrailingZeros();
    // A few characters of an event such as 1E+999999999 would otherwise fill the memory.
    if ((long) stripped.precision() - stripped.scale() > MAX_INTEGER_DIGITS
        || stripped.scale() > MAX_FRACTION_DIGITS) {
      throw new ErrataException(
          ErrorCode.INVALID_VALUE,
          "Cannot form "
              + name
              + ": its number has too many digits ("
              + MAX_INTEGER_DIGITS
              + " before and "
              + MAX_FRACTION_DIGITS
              + " behind the point)",
          "Correct the event or the row that holds it.");
    }
    return stripped.toPlainString();
  }

  private static long bits(double number) {
    if (Double.isNaN(number)) {
      return CANONICAL_NAN;
    }
    return number == 0 ? 0 : Double.doubleToRawLongBits(number);
  }

  private static BigInteger micros(Instant time) {
    // Wider than 64 bits, as tables keep times to which no 64 bits since 1970 reach.
    return BigInteger.valueOf(time.getEpochSecond())
        .multiply(MICROS)
        .add(BigInteger.valueOf(time.getNano() / 1_000));
  }

  private static int utf8Length(String name, String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes += 1;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        throw new ErrataException(
            ErrorCode.INVALID_VALUE,
            "Cannot form " + name + ": its text has an unpaired surrogate at " + i,
            "Correct the event or the row that holds it: no UTF-8 text can.");
      }
    }
    return bytes;
  }
}
