package io.errata.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Named, typed values: the payload of an event or the columns of a row.
 *
 * <p>The typed accessors throw {@link RejectedEventException} where the value is null or of another
 * type, so that a worker which reads a value that is not there puts its key in quarantine instead
 * of guessing.
 */
public interface Fields {
  RowSchema schema();

  /**
   * The value as an instance of its column's {@link ColumnType#javaType()}, or null.
   *
   * @throws IllegalArgumentException where there is no such column
   * @throws UnreadableFieldException where the source could not decode this field
   */
  @Nullable Object value(String name);

  default boolean isNull(String name) {
    return value(name) == null;
  }

  default boolean asBoolean(String name) {
    return as(name, Boolean.class);
  }

  default int asInt(String name) {
    return as(name, Integer.class);
  }

  /** A LONG, or an INT widened. */
  default long asLong(String name) {
    Object value = value(name);
    return value instanceof Integer narrow ? narrow.longValue() : as(name, Long.class);
  }

  /** A DECIMAL, or an INT or LONG widened. */
  default BigDecimal asDecimal(String name) {
    Object value = value(name);
    return value instanceof Integer || value instanceof Long
        ? BigDecimal.valueOf(((Number) value).longValue())
        : as(name, BigDecimal.class);
  }

  default double asDouble(String name) {
    return as(name, Double.class);
  }

  default String asText(String name) {
    return as(name, String.class);
  }

  default Bytes asBytes(String name) {
    return as(name, Bytes.class);
  }

  default LocalDate asDate(String name) {
    return as(name, LocalDate.class);
  }

  default Instant asTimestamp(String name) {
    return as(name, Instant.class);
  }

  default UUID asUuid(String name) {
    return as(name, UUID.class);
  }

  private <T> T as(String name, Class<T> type) {
    Object value = value(name);
    if (!type.isInstance(value)) {
      throw new RejectedEventException(
          "Cannot read "
              + name
              + " as "
              + type.getSimpleName()
              + ": it is "
              + (value == null ? "null" : value.getClass().getSimpleName()));
    }
    return type.cast(value);
  }
}
