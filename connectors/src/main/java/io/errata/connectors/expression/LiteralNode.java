package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A value that the text itself gives.
 *
 * @param value a BigDecimal, String, Boolean, Instant, LocalDate or null
 */
record LiteralNode(@Nullable Object value) implements Node {
  private static final BigDecimal LEAST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal GREATEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);

  @Override
  public List<Node> children() {
    return List.of();
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    return bound(
        value instanceof BigDecimal number && fitsLong(number) ? number.longValueExact() : value);
  }

  @Override
  public BoundNode bindBeside(@Nullable ColumnType type, FieldBinding fields) {
    return bound(as(type));
  }

  /** The value as it is compared with one of a type. */
  @Nullable Object as(@Nullable ColumnType type) {
    if (type == null) {
      return value;
    }
    if (value instanceof BigDecimal number) {
      if (type == ColumnType.DOUBLE) {
        double nearest = number.doubleValue();
        return Double.isInfinite(nearest) ? number : (Object) nearest;
      }
      return (type == ColumnType.INT || type == ColumnType.LONG) && fitsLong(number)
          ? number.longValueExact()
          : number;
    }
    if (value instanceof String text) {
      return switch (type) {
        case TIMESTAMP -> TimeText.timestamp(text);
        case DATE -> TimeText.date(text);
        case UUID -> uuid(text);
        default -> text;
      };
    }
    return value;
  }

  @Override
  public @Nullable ColumnType impliedType() {
    return type(value);
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {}

  private static BoundNode bound(@Nullable Object constant) {
    return BoundNode.of(type(constant), event -> constant);
  }

  private static @Nullable ColumnType type(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    for (ColumnType type : ColumnType.values()) {
      if (type.javaType().isInstance(value)) {
        return type;
      }
    }
    throw new IllegalStateException("No literal has the class " + value.getClass().getName());
  }

  private static boolean fitsLong(BigDecimal number) {
    // The scale first: a literal such as 1e999 would be written out to be compared otherwise.
    return number.scale() <= 0
        && number.compareTo(LEAST_LONG) >= 0
        && number.compareTo(GREATEST_LONG) <= 0;
  }

  private static UUID uuid(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      if (uuid.toString().equalsIgnoreCase(text)) {
        return uuid;
      }
    } catch (IllegalArgumentException e) {
      // Told below, as the short forms that Java takes are.
    }
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read as a UUID: '" + text + "' (8-4-4-4-12 hexadecimal digits)",
        "Correct the literal, or compare with another field.");
  }

  @Override
  public String toString() {
    if (value instanceof String text) {
      return "'" + text.replace("'", "''") + "'";
    }
    if (value instanceof Instant time) {
      return "timestamp '" + time + "'";
    }
    if (value instanceof LocalDate date) {
      return "date '" + date + "'";
    }
    return String.valueOf(value);
  }
}
