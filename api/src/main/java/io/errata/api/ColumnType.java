package io.errata.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * The types that a value of an event or a row can have, each with the one Java class that carries
 * it.
 */
public enum ColumnType {
  BOOLEAN(Boolean.class),
  /** 32 bits, signed. */
  INT(Integer.class),
  /** 64 bits, signed. */
  LONG(Long.class),
  /** Exact, of any precision; equal by value, so {@code 1.0} is {@code 1.00}. */
  DECIMAL(BigDecimal.class),
  /** IEEE 754, 64 bits. */
  DOUBLE(Double.class),
  /** Unicode without unpaired surrogates, never normalised. */
  TEXT(String.class),
  BYTES(Bytes.class),
  /** A day of the proleptic Gregorian calendar, without a zone. */
  DATE(LocalDate.class),
  /** A point in time, UTC. Sources may carry nanoseconds; tables keep microseconds. */
  TIMESTAMP(Instant.class),
  UUID(UUID.class);

  private final Class<?> javaType;

  ColumnType(Class<?> javaType) {
    this.javaType = javaType;
  }

  /** The class of every non-null value of this type. */
  public Class<?> javaType() {
    return javaType;
  }
}
