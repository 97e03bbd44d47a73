package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.connectors.expression.Comparison.Operator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a value is one of some literals; null where it isn't and it or one of them is null. */
record InNode(Node tested, List<LiteralNode> literals) implements Node {
  InNode {
    literals = List.copyOf(literals);
  }

  @Override
  public List<Node> children() {
    return List.of(tested);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = tested.bind(fields);
    ColumnType type = bound.type();
    Set<Object> members =
        type == ColumnType.TEXT ? new HashSet<>() : new TreeSet<>(ValueOrder.INSTANCE);
    boolean nullMember = false;
    for (LiteralNode literal : literals) {
      BoundNode member = literal.bindBeside(type, fields);
      ComparisonNode.requireComparable(tested, type, literal, member.type());
      Object value = literal.as(type);
      if (value == null) {
        nullMember = true;
      } else {
        members.add(value);
      }
    }
    @Nullable Object otherwise = nullMember ? null : (Object) false;
    return BoundNode.of(
        ColumnType.BOOLEAN,
        event -> {
          Object value = bound.value(event);
          return value == null ? null : members.contains(value) ? (Object) true : otherwise;
        });
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    tested.collectTypes(
        types,
        literals.stream()
            .map(LiteralNode::impliedType)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null));
  }

  @Override
  public void collectConjuncts(List<Comparison> conjuncts, FieldBinding fields) {
    if (!(tested instanceof FieldNode field)) {
      return;
    }
    ColumnType type = fields.type(field.path());
    List<LiteralNode> members =
        literals.stream()
            .filter(literal -> literal.value() != null)
            .sorted((a, b) -> ValueOrder.INSTANCE.compare(a.as(type), b.as(type)))
            .toList();
    if (members.isEmpty()) {
      return;
    }
    LiteralNode least = members.get(0);
    LiteralNode greatest = members.get(members.size() - 1);
    if (least.equals(greatest)) {
      ComparisonNode.addConjunct(conjuncts, field, Operator.EQUAL, least, fields);
    } else {
      ComparisonNode.addConjunct(conjuncts, field, Operator.GREATER_OR_EQUAL, least, fields);
      ComparisonNode.addConjunct(conjuncts, field, Operator.LESS_OR_EQUAL, greatest, fields);
    }
  }

  @Override
  public String toString() {
    return literals.stream()
        .map(Node::toString)
        .collect(Collectors.joining(", ", "(" + tested + " in (", "))"));
  }
}
