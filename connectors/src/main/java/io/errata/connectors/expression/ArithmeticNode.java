package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sum, difference or product; null where either side is. Of integers it is an exact LONG, of
 * decimals an exact DECIMAL, and where one side is DOUBLE it is the IEEE operation on doubles.
 */
record ArithmeticNode(Node left, Operation operation, Node right) implements Node {
  enum Operation {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*");

    private final String symbol;

    Operation(String symbol) {
      this.symbol = symbol;
    }
  }

  @Override
  public List<Node> children() {
    return List.of(left, right);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode first = left.bind(fields);
    BoundNode second = right.bind(fields);
    requireNumber(left, first.type());
    requireNumber(right, second.type());
    ColumnType widest = NumberType.widest(first.type(), second.type());
    ColumnType type = widest == ColumnType.INT ? ColumnType.LONG : widest;
    return BoundNode.of(
        type,
        event -> {
          Object a = first.value(event);
          Object b = second.value(event);
          return a == null || b == null || type == null
              ? null
              : compute((Number) a, (Number) b, type);
        });
  }

  private Object compute(Number a, Number b, ColumnType type) {
    return switch (type) {
      case LONG -> exact(a.longValue(), b.longValue());
      case DECIMAL -> exact(ValueOrder.decimal(a), ValueOrder.decimal(b));
      default -> floating(a.doubleValue(), b.doubleValue());
    };
  }

  private long exact(long a, long b) {
    try {
      return switch (operation) {
        case ADD -> Math.addExact(a, b);
        case SUBTRACT -> Math.subtractExact(a, b);
        case MULTIPLY -> Math.multiplyExact(a, b);
      };
    } catch (ArithmeticException e) {
      RejectedEventException rejected =
          new RejectedEventException("Cannot compute " + this + ": it exceeds 64 bits");
      rejected.initCause(e);
      throw rejected;
    }
  }

  private BigDecimal exact(BigDecimal a, BigDecimal b) {
    return switch (operation) {
      case ADD -> a.add(b);
      case SUBTRACT -> a.subtract(b);
      case MULTIPLY -> a.multiply(b);
    };
  }

  private double floating(double a, double b) {
    return switch (operation) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
    };
  }

  private static void requireNumber(Node node, @Nullable ColumnType type) {
    if (type != null && !ValueOrder.number(type)) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot compute with " + node + ": its type is " + type + " (a number)",
          "Use number fields. Where the source keeps numbers as text, give their type in events.fields.types.");
    }
  }

  @Override
  public @Nullable ColumnType impliedType() {
    return ColumnType.DECIMAL;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    ColumnType wanted = ValueOrder.number(expected) ? expected : ColumnType.DECIMAL;
    left.collectTypes(types, wanted);
    right.collectTypes(types, wanted);
  }

  @Override
  public String toString() {
    return "(" + left + " " + operation.symbol + " " + right + ")";
  }
}
