package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A field of the event.
 *
 * @param path names joined by dots
 */
record FieldNode(String path) implements Node {
  @Override
  public List<Node> children() {
    return List.of();
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    return BoundNode.of(fields.type(path), fields.reader(path));
  }

  @Override
  public @Nullable ColumnType impliedType() {
    return null;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    if (expected != null) {
      types.putIfAbsent(path, expected);
    }
  }

  @Override
  public void collectFields(Set<String> fields) {
    fields.add(path);
  }

  @Override
  public String toString() {
    return '"' + path.replace("\"", "\"\"").replace(".", "\".\"") + '"';
  }
}
