package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a value is null; never null itself. */
record NullTestNode(Node tested) implements Node {
  @Override
  public List<Node> children() {
    return List.of(tested);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = tested.bind(fields);
    return BoundNode.of(ColumnType.BOOLEAN, event -> bound.value(event) == null);
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    tested.collectTypes(types, null);
  }

  @Override
  public String toString() {
    return "(" + tested + " is null)";
  }
}
