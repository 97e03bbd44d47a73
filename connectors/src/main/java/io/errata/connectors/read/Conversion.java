package io.errata.connectors.read;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.event.AsciiText;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.LazyValue;
import io.errata.connectors.event.PlainNumber;
import io.errata.connectors.event.Unreadable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns a decoded value into one of the type that is wanted, exactly or not at all: what would lose
 * something is {@link Unreadable}, whose reason never holds the value.
 */
public final class Conversion {
  /**
   * As many digits as PostgreSQL's numeric has, so that a short text can't stand for a number that
   * fills the memory.
   */
  private static final int MAX_DIGITS = 131_072 + 16_383;

  /** Up to here 64 bits need no count of their digits, which takes time. */
  private static final int MAX_PLAIN_SCALE = 1_000;

  /** As many bytes as a whole number of {@link #MAX_DIGITS} digits has. */
  private static final int MAX_DECIMAL_BYTES = (int) (MAX_DIGITS * 0.41525) + 1;

  private static final Unreadable TOO_LONG = new Unreadable("a decimal with too many digits");

  private Conversion() {}

  /**
   * Whether some values of a typed format's column can be converted, and none is mistaken for
   * something else. Text becomes a UUID, which many formats have no type for, and nothing else.
   */
  public static boolean isPossible(ColumnType from, ColumnType to) {
    return from == to
        || switch (to) {
          case LONG -> from == ColumnType.INT;
          case DECIMAL, DOUBLE -> from == ColumnType.INT || from == ColumnType.LONG;
          case UUID -> from == ColumnType.TEXT;
          default -> false;
        };
  }

  /**
   * As {@link #isPossible}, for a format whose every value is text: only bytes have no one
   * notation.
   */
  public static boolean isPossibleFromText(ColumnType to) {
    return to != ColumnType.BYTES;
  }

  /** Whether a column can be an event's time. */
  public static boolean isTime(ColumnType from) {
    return switch (from) {
      case INT, LONG, TEXT, TIMESTAMP -> true;
      default -> false;
    };
  }

  /**
   * The decimal of an unscaled value as Avro and Parquet keep it, big-endian, or {@link Unreadable}
   * where it has no bytes, or more digits than a table's column can have.
   */
  public static Object decimal(byte[] unscaled, int scale) {
    if (unscaled.length == 0) {
      return new Unreadable("a decimal of no bytes");
    }
    return unscaled.length > MAX_DECIMAL_BYTES
        ? TOO_LONG
        : fitting(new BigDecimal(new BigInteger(unscaled), scale));
  }

  /** As {@link #decimal(byte[], int)}. */
  public static Object decimal(long unscaled, int scale) {
    BigDecimal number = BigDecimal.valueOf(unscaled, scale);
    return scale >= 0 && scale <= MAX_PLAIN_SCALE ? number : fitting(number);
  }

  private static Object fitting(BigDecimal number) {
    return NumberText.fits(number, MAX_DIGITS) ? number : TOO_LONG;
  }

  /** As {@link #convert(Object, ColumnType, ZoneId)}, for times that all have a zone. */
  public static @Nullable Object convert(@Nullable Object value, ColumnType wanted) {
    return convert(value, wanted, null);
  }

  /**
   * A value of the wanted type's class, null for null, or {@link Unreadable}.
   *
   * @param zone of times in text that have none, or null where these are unreadable
   */
  public static @Nullable Object convert(
      @Nullable Object decoded, ColumnType wanted, @Nullable ZoneId zone) {
    // Most are; to compare classes is cheaper than to ask for an interface.
    if (decoded != null && decoded.getClass() == wanted.javaType()) {
      return decoded;
    }
    @Nullable Object value = decoded instanceof LazyValue lazy ? lazy.value() : decoded;
    if (value == null || value instanceof Unreadable || wanted.javaType().isInstance(value)) {
      return value;
    }
    if (value instanceof String text) {
      return wanted == ColumnType.TIMESTAMP
          ? TimestampText.parse(text, zone)
          : ofText(text, wanted);
    }
    return switch (wanted) {
      case INT -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE, wanted);
      case LONG -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE, wanted);
      case DECIMAL ->
          value instanceof Integer || value instanceof Long
              ? BigDecimal.valueOf(((Number) value).longValue())
              : mismatch(value, wanted);
      case DOUBLE -> exactDouble(value);
      default -> mismatch(value, wanted);
    };
  }

  /**
   * The text of an id or type, the same for the same value whatever type it was kept in: 7, 7.0 and
   * "7" are one id. Null for null.
   */
  public static @Nullable Object text(@Nullable Object decoded) {
    @Nullable Object value = decoded instanceof LazyValue lazy ? lazy.value() : decoded;
    if (value == null || value instanceof String || value instanceof Unreadable) {
      return value;
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.signum() == 0 ? "0" : decimal.stripTrailingZeros().toPlainString();
    }
    if (value instanceof Bytes bytes) {
      return bytes.toHex();
    }
    if (value instanceof Double) {
      return new Unreadable("a floating-point number identifies nothing");
    }
    return value.toString();
  }

  /** As {@link #time(Object, TimeUnit, ZoneId)}, for times that all have a zone. */
  public static @Nullable Object time(@Nullable Object value, TimeUnit unit) {
    return time(value, unit, null);
  }

  /**
   * An {@link Instant}, null for null, or {@link Unreadable}.
   *
   * @param zone of times in text that have none, or null where these are unreadable
   */
  public static @Nullable Object time(
      @Nullable Object decoded, TimeUnit unit, @Nullable ZoneId zone) {
    if (decoded instanceof Instant) {
      return decoded;
    }
    if (decoded instanceof PlainNumber number && number.isWhole()) {
      return ofEpoch(number.unscaled(), unit);
    }
    // No integer has a sign within.
    if (decoded instanceof AsciiText text && text.length() > 4 && text.charAt(4) == '-') {
      return TimestampText.parse(text, zone);
    }
    @Nullable Object value = decoded instanceof LazyValue lazy ? lazy.value() : decoded;
    if (value == null || value instanceof Unreadable) {
      return value;
    }
    if (value instanceof Long || value instanceof Integer) {
      return ofEpoch(((Number) value).longValue(), unit);
    }
    if (value instanceof String text) {
      @Nullable BigDecimal number = NumberText.isInteger(text) ? NumberText.parse(text, 20) : null;
      return number == null ? TimestampText.parse(text, zone) : time(number, unit);
    }
    if (value instanceof BigDecimal) {
      @Nullable Object count = integer(value, Long.MIN_VALUE, Long.MAX_VALUE, ColumnType.LONG);
      return count instanceof Long number
          ? ofEpoch(number, unit)
          : new Unreadable("not a whole number");
    }
    return mismatch(value, ColumnType.TIMESTAMP);
  }

  private static Object ofEpoch(long count, TimeUnit unit) {
    try {
      // Division by a constant is a multiplication.
      return switch (unit) {
        case SECONDS -> Instant.ofEpochSecond(count);
        case MILLIS -> Instant.ofEpochMilli(count);
        case MICROS ->
            Instant.ofEpochSecond(
                Math.floorDiv(count, 1_000_000L), Math.floorMod(count, 1_000_000L) * 1_000);
        case NANOS -> Instant.ofEpochSecond(0, count);
      };
    } catch (DateTimeException | ArithmeticException e) {
      return new Unreadable("not a time that a calendar has");
    }
  }

  private static @Nullable Object ofText(String text, ColumnType wanted) {
    return switch (wanted) {
      case BOOLEAN ->
          switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> new Unreadable("text that is neither true nor false");
          };
      case INT, LONG -> {
        @Nullable BigDecimal number =
            NumberText.isInteger(text) ? NumberText.parse(text, 400) : null;
        yield number == null
            ? new Unreadable("text that is not a whole number")
            : convert(number, wanted);
      }
      case DECIMAL -> {
        @Nullable BigDecimal number = NumberText.parse(text, MAX_DIGITS);
        yield number == null ? new Unreadable("text that is not a decimal number") : number;
      }
      case DOUBLE -> {
        @Nullable Double number = NumberText.parseDouble(text);
        yield number == null ? new Unreadable("text that is not a number") : number;
      }
      case DATE -> date(text);
      case TIMESTAMP -> TimestampText.parse(text, null);
      case UUID -> uuid(text);
      case TEXT, BYTES -> mismatch(text, wanted);
    };
  }

  private static Object date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      return new Unreadable("text that is not a date like 2024-06-10");
    }
  }

  /**
   * Only the form with 36 characters: {@link UUID#fromString} takes shorter ones too, and fills
   * them up.
   */
  private static Object uuid(String text) {
    try {
      if (text.length() == 36) {
        return UUID.fromString(text);
      }
    } catch (IllegalArgumentException e) {
      // Named below, without the value that the message holds.
    }
    return new Unreadable("text that is not a UUID");
  }

  private static Object integer(Object value, long min, long max, ColumnType wanted) {
    BigInteger whole;
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      return number < min || number > max ? outside(wanted) : integer(number, wanted);
    } else if (value instanceof BigDecimal decimal && isSmall(decimal)) {
      try {
        whole = decimal.toBigIntegerExact();
      } catch (ArithmeticException e) {
        return new Unreadable("a number with a fraction is no " + wanted);
      }
    } else {
      return mismatch(value, wanted);
    }
    if (whole.bitLength() > 63 || whole.longValue() < min || whole.longValue() > max) {
      return outside(wanted);
    }
    return integer(whole.longValue(), wanted);
  }

  private static Object integer(long number, ColumnType wanted) {
    return wanted == ColumnType.INT ? (Object) (int) number : (Object) number;
  }

  private static Unreadable outside(ColumnType wanted) {
    return new Unreadable("a number outside the range of " + wanted);
  }

  private static boolean isSmall(BigDecimal decimal) {
    return decimal.scale() > -400 && decimal.scale() < 400 && decimal.precision() < 400;
  }

  private static Object exactDouble(Object value) {
    if (!(value instanceof Integer || value instanceof Long || value instanceof BigDecimal)) {
      return mismatch(value, ColumnType.DOUBLE);
    }
    double number = ((Number) value).doubleValue();
    BigDecimal exact =
        value instanceof BigDecimal decimal
            ? decimal
            : BigDecimal.valueOf(((Number) value).longValue());
    return Double.isFinite(number) && new BigDecimal(number).compareTo(exact) == 0
        ? number
        : new Unreadable("a number that floating point has not exactly");
  }

  private static Unreadable mismatch(Object value, ColumnType wanted) {
    return new Unreadable(value.getClass().getSimpleName() + " is not " + wanted);
  }
}
