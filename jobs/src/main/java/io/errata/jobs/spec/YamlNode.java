package io.errata.jobs.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node of a YAML document that knows where it stands. */
sealed interface YamlNode {
  Location location();

  /** A copy that can be changed on its own. */
  YamlNode copy();

  /** How many nodes it is made of, itself among them. */
  int size();

  /** What it is, for messages. */
  String kindName();

  /** What stands between two words, or in quotes. */
  record Scalar(Location location, Kind kind, String text) implements YamlNode {
    enum Kind {
      TEXT,
      INTEGER,
      FRACTION,
      BOOLEAN,
      NULL
    }

    Scalar withText(String changed) {
      return new Scalar(location, kind, changed);
    }

    @Override
    public YamlNode copy() {
      return this;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public String kindName() {
      return switch (kind) {
        case TEXT -> "a text";
        case INTEGER, FRACTION -> "a number";
        case BOOLEAN -> "true or false";
        case NULL -> "nothing";
      };
    }
  }

  /** Nodes in a row. */
  record Sequence(Location location, List<YamlNode> items) implements YamlNode {
    @Override
    public YamlNode copy() {
      List<YamlNode> copies = new ArrayList<>();
      items.forEach(item -> copies.add(item.copy()));
      return new Sequence(location, copies);
    }

    @Override
    public int size() {
      return 1 + items.stream().mapToInt(YamlNode::size).sum();
    }

    @Override
    public String kindName() {
      return "a list";
    }
  }

  /** Nodes by name, in the order of the document. */
  record Mapping(Location location, Map<String, Entry> entries) implements YamlNode {
    /**
     * @param location of the name
     */
    record Entry(Location location, YamlNode value) {}

    static Mapping empty(Location location) {
      return new Mapping(location, new LinkedHashMap<>());
    }

    @Nullable YamlNode find(String name) {
      Entry entry = entries.get(name);
      return entry == null || isNull(entry.value()) ? null : entry.value();
    }

    void put(Location where, String name, YamlNode value) {
      entries.put(name, new Entry(where, value));
    }

    @Override
    public YamlNode copy() {
      Mapping copy = empty(location);
      entries.forEach((name, entry) -> copy.put(entry.location(), name, entry.value().copy()));
      return copy;
    }

    @Override
    public int size() {
      return 1 + entries.values().stream().mapToInt(entry -> entry.value().size()).sum();
    }

    @Override
    public String kindName() {
      return "fields";
    }
  }

  /** A field with nothing behind its colon counts as one that isn't there. */
  static boolean isNull(YamlNode node) {
    return node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.NULL;
  }
}
