package io.errata.jobs.aggregate;

import io.errata.api.Bytes;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Storage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The text of a column's value in a template, as PostgreSQL prints it: integers plainly, decimals
 * with the column's scale (without trailing zeros where it has none), floating point by the
 * shortest digits that read back as the same number, dates as {@code 2024-06-10}, {@code true} and
 * {@code false}, bytes as {@code \x00ff}. Timestamps are ISO 8601 in UTC, {@code
 * 2024-06-10T12:00:00Z}, since what PostgreSQL prints for them depends on the session.
 */
final class PrintedValue {
  private PrintedValue() {}

  /**
   * The value without trailing zeros where the column doesn't fix their number: which of 1.5 and
   * 1.50 an event had must not show in a template.
   */
  static @Nullable Object plain(TableColumn column, @Nullable Object value) {
    if (!(value instanceof BigDecimal decimal) || column.precision() > 0) {
      return value;
    }
    BigDecimal stripped = decimal.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /**
   * @param value as the column stores it
   */
  static @Nullable String of(TableColumn column, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof Double number) {
      return column.storage() == Storage.FLOAT32
          ? shortest(number, 9, 6)
          : shortest(number, 17, 15);
    }
    return value instanceof Bytes bytes ? "\\x" + bytes.toHex() : value.toString();
  }

  /**
   * Java's own shortest form differs between Java 17 and 19, so it can't be used here.
   *
   * @param digits enough to tell any two numbers of the type apart
   * @param plainBelow the power of ten from which on PostgreSQL prints an exponent
   */
  private static String shortest(double number, int digits, int plainBelow) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    if (number == 0) {
      return "0";
    }
    BigDecimal exact = new BigDecimal(number);
    BigDecimal rounded = exact;
    for (int n = 1; n <= digits; n++) {
      rounded = exact.round(new MathContext(n, RoundingMode.HALF_EVEN));
      boolean same =
          digits == 9 ? rounded.floatValue() == (float) number : rounded.doubleValue() == number;
      if (same) {
        break;
      }
    }
    rounded = rounded.stripTrailingZeros();
    int power = rounded.precision() - rounded.scale() - 1;
    if (power >= -4 && power < plainBelow) {
      return rounded.toPlainString();
    }
    String mantissa = rounded.movePointLeft(power).stripTrailingZeros().toPlainString();
    int magnitude = Math.abs(power);
    return mantissa + (power < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + magnitude;
  }
}
