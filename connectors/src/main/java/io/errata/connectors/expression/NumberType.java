package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * The number types from the narrowest: each holds the values of those before it, but for DOUBLE,
 * which rounds.
 */
final class NumberType {
  private NumberType() {}

  /** The type of a result of two number types; null stands for the type of null. */
  static @Nullable ColumnType widest(@Nullable ColumnType left, @Nullable ColumnType right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return rank(left) >= rank(right) ? left : right;
  }

  private static int rank(ColumnType type) {
    return switch (type) {
      case INT -> 0;
      case LONG -> 1;
      case DECIMAL -> 2;
      case DOUBLE -> 3;
      default -> throw new IllegalArgumentException("Not a number type: " + type);
    };
  }

  /** A number as one of a type that isn't narrower. */
  static Object widen(Number value, ColumnType type) {
    return switch (type) {
      case INT -> value;
      case LONG -> value.longValue();
      case DECIMAL -> ValueOrder.decimal(value);
      case DOUBLE -> value.doubleValue();
      default -> throw new IllegalArgumentException("Not a number type: " + type);
    };
  }
}
