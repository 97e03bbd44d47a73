package io.errata.state.table;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings computed values to what a column would store, so that a comparison doesn't report as drift
 * what the column can't hold. The rules are those of PostgreSQL's assignment, but nothing is cut
 * off silently.
 */
final class StoredValues {
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private StoredValues() {}

  static boolean accepts(ColumnType column, ColumnType computed) {
    return switch (column) {
      case INT, LONG, DECIMAL ->
          computed == ColumnType.INT
              || computed == ColumnType.LONG
              || computed == ColumnType.DECIMAL;
      // From DOUBLE to DECIMAL there is no way that rounds as everybody expects, so it isn't taken.
      case DOUBLE ->
          computed == ColumnType.DOUBLE
              || computed == ColumnType.INT
              || computed == ColumnType.LONG
              || computed == ColumnType.DECIMAL;
      default -> column == computed;
    };
  }

  static @Nullable Object conform(TableColumn column, @Nullable Object value) {
    if (value == null) {
      if (!column.nullable()) {
        throw invalid(column, "it is null and the column is NOT NULL");
      }
      return null;
    }
    return switch (column.storage()) {
      case INT16 -> (int) integer(column, value, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT32 -> (int) integer(column, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT64 -> integer(column, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case DECIMAL -> decimal(column, value);
      case FLOAT32 -> single(column, floating(column, value));
      case FLOAT64 -> floating(column, value);
      case TEXT -> text(column, as(column, value, String.class));
      case PADDED_TEXT -> text(column, as(column, value, String.class).replaceAll(" +$", ""));
      case TIMESTAMP, LOCAL_TIMESTAMP -> time(column, as(column, value, Instant.class));
      case BOOLEAN, BYTES, DATE, UUID -> as(column, value, column.type().javaType());
      case OTHER -> throw invalid(column, "Errata can't compute values of its type");
    };
  }

  private static long integer(TableColumn column, Object value, long min, long max) {
    long number;
    if (value instanceof Integer || value instanceof Long) {
      number = ((Number) value).longValue();
    } else {
      try {
        number = as(column, value, BigDecimal.class).longValueExact();
      } catch (ArithmeticException e) {
        throw invalid(column, "it is not a whole number of 64 bits");
      }
    }
    if (number < min || number > max) {
      throw invalid(column, "it is out of the column's range");
    }
    return number;
  }

  private static BigDecimal decimal(TableColumn column, Object value) {
    BigDecimal number =
        value instanceof Integer || value instanceof Long
            ? BigDecimal.valueOf(((Number) value).longValue())
            : as(column, value, BigDecimal.class);
    if (column.precision() == 0) {
      return number;
    }
    BigDecimal rounded = number.setScale(column.scale(), RoundingMode.HALF_UP);
    BigInteger limit = BigInteger.TEN.pow(column.precision());
    if (rounded.unscaledValue().abs().compareTo(limit) >= 0) {
      throw invalid(column, "it has more digits than the column");
    }
    return rounded;
  }

  private static double floating(TableColumn column, Object value) {
    if (value instanceof BigDecimal decimal) {
      double number = decimal.doubleValue();
      if (Double.isInfinite(number)) {
        throw invalid(column, "it is out of the column's range");
      }
      return number;
    }
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).doubleValue();
    }
    return as(column, value, Double.class);
  }

  private static double single(TableColumn column, double value) {
    float narrow = (float) value;
    if ((Float.isInfinite(narrow) && !Double.isInfinite(value)) || (narrow == 0 && value != 0)) {
      throw invalid(column, "it is out of the column's range");
    }
    return narrow;
  }

  private static String text(TableColumn column, String text) {
    if (text.indexOf('\0') >= 0) {
      throw invalid(column, "its text has a NUL character, which the column can't hold");
    }
    if (column.length() > 0 && text.codePointCount(0, text.length()) > column.length()) {
      throw invalid(column, "its text is longer than the column");
    }
    return text;
  }

  private static Instant time(TableColumn column, Instant time) {
    Instant micros = time.truncatedTo(ChronoUnit.MICROS);
    if (column.precision() == 0) {
      return micros;
    }
    // PostgreSQL rounds the distance from this moment (timestamp.c, AdjustTimestampForTypmod).
    BigDecimal seconds =
        BigDecimal.valueOf(micros.getEpochSecond() - EPOCH.getEpochSecond())
            .add(BigDecimal.valueOf(micros.getNano(), 9))
            .setScale(column.scale(), RoundingMode.HALF_UP)
            .setScale(9);
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    return EPOCH
        .plusSeconds(whole.longValueExact())
        .plusNanos(seconds.subtract(whole).movePointRight(9).longValueExact());
  }

  private static <T> T as(TableColumn column, Object value, Class<T> type) {
    if (!type.isInstance(value)) {
      throw invalid(column, "a " + value.getClass().getSimpleName() + " can't be stored in it");
    }
    return type.cast(value);
  }

  private static ErrataException invalid(TableColumn column, String reason) {
    return new ErrataException(
        ErrorCode.INVALID_VALUE,
        "Cannot store a computed value in column "
            + column.name()
            + ": "
            + reason
            + " ("
            + column.sqlType()
            + ")",
        "Correct the worker, or widen the column.");
  }
}
