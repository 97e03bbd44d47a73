package io.errata.connectors.expression;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The order of values that conditions and extremes use, the same everywhere: numbers by value
 * whatever their types (a double by the exact number that it is, -0 equal to 0, NaN equal to itself
 * and above all others), text by code point, false before true, bytes unsigned, UUIDs as their
 * text, a date as its midnight UTC.
 */
public final class ValueOrder implements Comparator<Object> {
  /** The order; consistent with equality of canonical forms within one type. */
  public static final ValueOrder INSTANCE = new ValueOrder();

  private ValueOrder() {}

  /**
   * Whether values of two types can be compared. Null stands for the type of null, which can be
   * with any.
   */
  static boolean comparable(@Nullable ColumnType left, @Nullable ColumnType right) {
    return left == null
        || right == null
        || left == right
        || (number(left) && number(right))
        || (time(left) && time(right));
  }

  static boolean number(@Nullable ColumnType type) {
    return type == ColumnType.INT
        || type == ColumnType.LONG
        || type == ColumnType.DECIMAL
        || type == ColumnType.DOUBLE;
  }

  private static boolean time(ColumnType type) {
    return type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
  }

  @Override
  public int compare(Object left, Object right) {
    if (left instanceof Number first && right instanceof Number second) {
      return compareNumbers(first, second);
    }
    if (left instanceof String first && right instanceof String second) {
      return compareTexts(first, second);
    }
    if (left instanceof Instant || left instanceof LocalDate) {
      return left instanceof LocalDate first && right instanceof LocalDate second
          ? first.compareTo(second)
          : instant(left).compareTo(instant(right));
    }
    if (left instanceof Boolean first && right instanceof Boolean second) {
      return first.compareTo(second);
    }
    if (left instanceof Bytes first && right instanceof Bytes second) {
      return first.compareTo(second);
    }
    if (left instanceof UUID first && right instanceof UUID second) {
      int high =
          Long.compareUnsigned(first.getMostSignificantBits(), second.getMostSignificantBits());
      return high != 0
          ? high
          : Long.compareUnsigned(first.getLeastSignificantBits(), second.getLeastSignificantBits());
    }
    throw new IllegalArgumentException(
        "Cannot compare a "
            + left.getClass().getSimpleName()
            + " with a "
            + right.getClass().getSimpleName());
  }

  private static int compareNumbers(Number left, Number right) {
    boolean leftFloats = left instanceof Double;
    boolean rightFloats = right instanceof Double;
    if (leftFloats && rightFloats) {
      double first = left.doubleValue();
      double second = right.doubleValue();
      return first == second ? 0 : Double.compare(first, second);
    }
    if (leftFloats) {
      return compareDouble(left.doubleValue(), right);
    }
    if (rightFloats) {
      return -compareDouble(right.doubleValue(), left);
    }
    return left instanceof BigDecimal || right instanceof BigDecimal
        ? decimal(left).compareTo(decimal(right))
        : Long.compare(left.longValue(), right.longValue());
  }

  private static int compareDouble(double left, Number exact) {
    if (Double.isNaN(left) || Double.isInfinite(left)) {
      return left == Double.NEGATIVE_INFINITY ? -1 : 1;
    }
    return new BigDecimal(left).compareTo(decimal(exact));
  }

  /** The exact number. */
  static BigDecimal decimal(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    }
    return number instanceof Double floating
        ? new BigDecimal(floating)
        : BigDecimal.valueOf(number.longValue());
  }

  private static int compareTexts(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char first = left.charAt(i);
      char second = right.charAt(i);
      if (first != second) {
        // UTF-16 puts the surrogates, which stand for the highest code points, below U+E000 to
        // U+FFFF.
        boolean firstHigh = Character.isSurrogate(first);
        boolean secondHigh = Character.isSurrogate(second);
        return firstHigh == secondHigh ? Character.compare(first, second) : firstHigh ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static Instant instant(Object time) {
    return time instanceof LocalDate date
        ? date.atStartOfDay(ZoneOffset.UTC).toInstant()
        : (Instant) time;
  }
}
