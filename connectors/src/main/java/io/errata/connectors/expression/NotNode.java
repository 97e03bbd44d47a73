package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Null where its term is. */
record NotNode(Node term) implements Node {
  @Override
  public List<Node> children() {
    return List.of(term);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = ParsedCondition.bind(term, term.toString(), fields);
    return BoundNode.of(
        ColumnType.BOOLEAN,
        event -> {
          Object truth = bound.value(event);
          return truth == null ? null : (Object) !(Boolean) truth;
        });
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    term.collectTypes(types, ColumnType.BOOLEAN);
  }

  @Override
  public String toString() {
    return "(not " + term + ")";
  }
}
