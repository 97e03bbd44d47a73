package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a condition has this truth value; never null itself. */
record TruthTestNode(Node tested, Truth truth) implements Node {
  enum Truth {
    TRUE,
    FALSE
  }

  @Override
  public List<Node> children() {
    return List.of(tested);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = ParsedCondition.bind(tested, tested.toString(), fields);
    Boolean wanted = truth == Truth.TRUE;
    return BoundNode.of(ColumnType.BOOLEAN, event -> wanted.equals(bound.value(event)));
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    tested.collectTypes(types, ColumnType.BOOLEAN);
  }

  @Override
  public String toString() {
    return "(" + tested + (truth == Truth.TRUE ? " is true)" : " is false)");
  }
}
