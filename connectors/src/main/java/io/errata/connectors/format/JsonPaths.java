package io.errata.connectors.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The wanted paths as a tree of names; asked, never walked. Not thread-safe. */
final class JsonPaths {
  /** As many members as usual objects have, and no more than fit into a cache. */
  private static final int REMEMBERED = 64;

  private final Map<String, JsonPaths> children = new HashMap<>();
  private JsonMember[] members = {new JsonMember()};
  private int ordinal = -1;

  // The same in an open table of at least twice the size, by their names in UTF-8.
  private byte[][] names = new byte[1][];
  private @Nullable JsonPaths[] named = new @Nullable JsonPaths[1];

  static JsonPaths of(List<String> paths) {
    JsonPaths root = new JsonPaths();
    for (int i = 0; i < paths.size(); i++) {
      JsonPaths node = root;
      for (String name : paths.get(i).split("\\.", -1)) {
        node = node.children.computeIfAbsent(name, absent -> new JsonPaths());
      }
      node.ordinal = i;
    }
    root.index();
    return root;
  }

  private void index() {
    if (hasChildren()) {
      members = new JsonMember[REMEMBERED];
      Arrays.setAll(members, number -> new JsonMember());
    }
    int size = 2 * Integer.highestOneBit(children.size() + 1);
    names = new byte[2 * size][];
    named = new @Nullable JsonPaths[2 * size];
    children.forEach(
        (name, child) -> {
          byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
          int at = slot(bytes, 0, bytes.length);
          while (named[at] != null) {
            at = (at + 1) & (named.length - 1);
          }
          names[at] = bytes;
          named[at] = child;
          child.index();
        });
  }

  private int slot(byte[] bytes, int from, int length) {
    int hash = length == 0 ? 0 : (31 * length + bytes[from]) * 31 + bytes[from + length - 1];
    return hash & (named.length - 1);
  }

  /** The child of a name that is ASCII. */
  @Nullable JsonPaths child(byte[] bytes, int from, int length) {
    int at = slot(bytes, from, length);
    for (@Nullable JsonPaths found = named[at]; found != null; found = named[at]) {
      if (isSame(names[at], bytes, from, length)) {
        return found;
      }
      at = (at + 1) & (named.length - 1);
    }
    return null;
  }

  /** Names are short: a loop is done before the JDK's comparison has begun. */
  private static boolean isSame(byte[] name, byte[] bytes, int from, int length) {
    if (name.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name[i] != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  @Nullable JsonPaths child(String name) {
    return children.get(name);
  }

  /**
   * The name that an object's member had the last time.
   *
   * @param number of the member, from 0; the last ones of a large object share what is kept
   */
  JsonMember member(int number) {
    return members[Math.min(number, members.length - 1)];
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
