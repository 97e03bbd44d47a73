package io.errata.state.table;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings computed values to what a column would store, so that a comparison doesn't report as drift
 * what the column can't hold. The rules are those of PostgreSQL's assignment, but nothing is cut
 * off silently.
 */
final class StoredValues {
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  // What PostgreSQL's types hold; its documentation, tables 8.2 and 8.9.
  private static final int MAX_INTEGER_DIGITS = 131_072;
  private static final int MAX_FRACTION_DIGITS = 16_383;
  private static final LocalDate FIRST_DAY = LocalDate.of(-4713, 11, 24);
  private static final LocalDate LAST_DAY = LocalDate.of(5_874_897, 12, 31);
  private static final Instant FIRST_TIME = FIRST_DAY.atStartOfDay().toInstant(ZoneOffset.UTC);
  private static final Instant LAST_TIME = Instant.parse("+294276-12-31T23:59:59.999999Z");

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
      case DATE -> day(column, as(column, value, LocalDate.class));
      case BOOLEAN, BYTES, UUID -> as(column, value, column.type().javaType());
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
    // Before anything is done with it: the zeros of 1E+999999999 would fill the memory.
    long before = (long) number.precision() - number.scale();
    if (number.signum() != 0 && before > MAX_INTEGER_DIGITS) {
      throw invalid(column, "it has more digits than a column can have");
    }
    if (column.precision() == 0) {
      if (number.scale() > MAX_FRACTION_DIGITS
          && number.stripTrailingZeros().scale() > MAX_FRACTION_DIGITS) {
        throw invalid(column, "it has more digits than a column can have");
      }
      return number;
    }
    if (number.signum() == 0 || before < -column.scale()) {
      return BigDecimal.ZERO.setScale(column.scale());
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
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int point = text.codePointAt(i);
        if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
          throw invalid(column, "its text has an unpaired surrogate, which no UTF-8 text has");
        }
        i++;
      }
    }
    if (column.length() > 0 && text.codePointCount(0, text.length()) > column.length()) {
      throw invalid(column, "its text is longer than the column");
    }
    return text;
  }

  private static LocalDate day(TableColumn column, LocalDate day) {
    if (day.isBefore(FIRST_DAY) || day.isAfter(LAST_DAY)) {
      throw invalid(column, "it is out of the column's range");
    }
    return day;
  }

  private static Instant time(TableColumn column, Instant time) {
    Instant micros = inRange(column, time.truncatedTo(ChronoUnit.MICROS));
    return column.precision() == 0 ? micros : inRange(column, rounded(column, micros));
  }

  private static Instant inRange(TableColumn column, Instant time) {
    if (time.isBefore(FIRST_TIME) || time.isAfter(LAST_TIME)) {
      throw invalid(column, "it is out of the column's range");
    }
    return time;
  }

  private static Instant rounded(TableColumn column, Instant micros) {
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
