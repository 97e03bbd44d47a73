package io.errata.connectors.format;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The wanted paths as a tree of names; asked, never walked. */
final class JsonPaths {
  private final Map<String, JsonPaths> children = new HashMap<>();
  private int ordinal = -1;

  static JsonPaths of(List<String> paths) {
    JsonPaths root = new JsonPaths();
    for (int i = 0; i < paths.size(); i++) {
      JsonPaths node = root;
      for (String name : paths.get(i).split("\\.", -1)) {
        node = node.children.computeIfAbsent(name, absent -> new JsonPaths());
      }
      node.ordinal = i;
    }
    return root;
  }

  @Nullable JsonPaths child(String name) {
    return children.get(name);
  }

  boolean hasChildren() {
    return !children.isEmpty();
  }

  /** The place of the path that ends here, or -1. */
  int ordinal() {
    return ordinal;
  }

  /** Puts a value at this path's place and at all those below. */
  void fill(@Nullable Object[] values, Object value) {
    if (ordinal >= 0) {
      values[ordinal] = value;
    }
    for (JsonPaths child : children.values()) {
      child.fill(values, value);
    }
  }
}
