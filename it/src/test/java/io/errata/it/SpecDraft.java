package io.errata.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A spec in the making; written as JSON, which is YAML too. */
final class SpecDraft {
  private final Map<String, Object> tree = new LinkedHashMap<>();

  /**
   * A spec that allows every correction. With {@code -Derrata.test.execution=streaming} all that is
   * planned with it is planned in streaming execution.
   */
  static SpecDraft of(Database database, Path plans) {
    return new SpecDraft()
        .set("name", "test")
        .set("table.jdbc.url", database.url())
        .set("table.jdbc.user", "postgres")
        .set("limits.corrections", "100%")
        .set("limits.deletes", "100%")
        .set("plans", plans.toString())
        .set("execution.mode", System.getProperty("errata.test.execution", "batch"));
  }

  /** The same, planned in streaming execution. */
  SpecDraft streaming() {
    return copy().set("execution.mode", "streaming");
  }

  /** Sets one value, given the path of its names, such as {@code table.key}. */
  @SuppressWarnings("unchecked")
  SpecDraft set(String path, Object value) {
    List<String> names = List.of(path.split("\\."));
    Map<String, Object> node = tree;
    for (String name : names.subList(0, names.size() - 1)) {
      node = (Map<String, Object>) node.computeIfAbsent(name, n -> new LinkedHashMap<>());
    }
    node.put(names.get(names.size() - 1), value);
    return this;
  }

  /** Takes one value out. */
  @SuppressWarnings("unchecked")
  SpecDraft remove(String path) {
    List<String> names = List.of(path.split("\\."));
    Map<String, Object> node = tree;
    for (String name : names.subList(0, names.size() - 1)) {
      node = (Map<String, Object>) node.getOrDefault(name, new LinkedHashMap<>());
    }
    node.remove(names.get(names.size() - 1));
    return this;
  }

  SpecDraft window(String from, String to) {
    return set("window.from", from).set("window.to", to);
  }

  SpecDraft archive(Path path, String layout, String format) {
    set("events.archive.path", path.toString()).set("events.archive.format", format);
    return layout.isEmpty()
        ? remove("events.archive.layout")
        : set("events.archive.layout", layout);
  }

  SpecDraft table(String name, List<String> key, List<String> compare) {
    return set("table.name", name).set("table.key", key).set("table.compare", compare);
  }

  SpecDraft aggregate(Map<String, String> key, Map<String, String> columns) {
    return set("worker.aggregate.key", key).set("worker.aggregate.columns", columns);
  }

  SpecDraft copy() {
    SpecDraft copy = new SpecDraft();
    copy.tree.putAll(deepCopy(tree));
    return copy;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> deepCopy(Map<String, Object> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach(
        (name, value) ->
            copy.put(name, value instanceof Map ? deepCopy((Map<String, Object>) value) : value));
    return copy;
  }

  String text() {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  Spec parse() {
    return SpecParser.parseText(text(), List.of());
  }
}
