package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Fields;
import io.errata.connectors.expression.Comparison.Operator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Null where either side is. */
record ComparisonNode(Node left, Operator operator, Node right) implements Node {
  @Override
  public List<Node> children() {
    return List.of(left, right);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode first;
    BoundNode second;
    if (left instanceof LiteralNode) {
      second = right.bind(fields);
      first = left.bindBeside(second.type(), fields);
    } else {
      first = left.bind(fields);
      second = right.bindBeside(first.type(), fields);
    }
    requireComparable(left, first.type(), right, second.type());
    return new BoundNode() {
      @Override
      public ColumnType type() {
        return ColumnType.BOOLEAN;
      }

      @Override
      public @Nullable Object value(Fields event) {
        Object firstValue = first.value(event);
        Object secondValue = second.value(event);
        return firstValue == null || secondValue == null
            ? null
            : operator.accepts(ValueOrder.INSTANCE.compare(firstValue, secondValue));
      }
    };
  }

  static void requireComparable(
      Node left, @Nullable ColumnType first, Node right, @Nullable ColumnType second) {
    if (!ValueOrder.comparable(first, second)) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot compare "
              + left
              + " with "
              + right
              + ": their types are "
              + first
              + " and "
              + second,
          "Compare values of one kind: numbers with numbers, text with 'text', times with timestamp '…' or date '…'. Where the"
              + " source keeps a field as text that is something else, give its type in events.fields.types.");
    }
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    left.collectTypes(types, right.impliedType());
    right.collectTypes(types, left.impliedType());
  }

  @Override
  public void collectConjuncts(List<Comparison> conjuncts, FieldBinding fields) {
    if (left instanceof FieldNode field && right instanceof LiteralNode literal) {
      addConjunct(conjuncts, field, operator, literal, fields);
    } else if (left instanceof LiteralNode literal && right instanceof FieldNode field) {
      addConjunct(conjuncts, field, operator.mirrored(), literal, fields);
    }
  }

  static void addConjunct(
      List<Comparison> conjuncts,
      FieldNode field,
      Operator operator,
      LiteralNode literal,
      FieldBinding fields) {
    ColumnType type = fields.type(field.path());
    Object value = literal.as(type);
    if (value instanceof Number number) {
      conjuncts.add(new Comparison(field.path(), operator, ValueOrder.decimal(number)));
    } else if (value != null && type.javaType().isInstance(value)) {
      // What is left out are dates beside timestamps, which no statistics are compared with as they
      // are.
      conjuncts.add(new Comparison(field.path(), operator, value));
    }
  }

  @Override
  public String toString() {
    return "(" + left + " " + operator.symbol() + " " + right + ")";
  }
}
