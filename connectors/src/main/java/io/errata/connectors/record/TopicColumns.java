package io.errata.connectors.record;

import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The fields of several topics, each with a schema of its own: those that all of them have. */
record TopicColumns(Map<String, SourceColumns> byTopic) implements SourceColumns {
  TopicColumns {
    byTopic = new TreeMap<>(byTopic);
  }

  @Override
  public Optional<SourceColumn> find(String path) {
    Optional<SourceColumn> first = Optional.empty();
    String firstTopic = "";
    for (Map.Entry<String, SourceColumns> each : byTopic.entrySet()) {
      Optional<SourceColumn> column = each.getValue().find(path);
      if (column.isEmpty()) {
        return column;
      }
      if (first.isPresent() && !Objects.equals(first.get().type(), column.get().type())) {
        return Optional.of(
            SourceColumn.refused(
                column.get().description(),
                "it is " + first.get().description() + " in the topic " + firstTopic));
      }
      if (first.isEmpty()) {
        first = column;
        firstTopic = each.getKey();
      }
    }
    return first;
  }

  @Override
  public List<String> paths() {
    return byTopic.values().stream()
        .flatMap(columns -> columns.paths().stream())
        .distinct()
        .filter(this::has)
        .toList();
  }

  @Override
  public boolean isUntyped() {
    return false;
  }
}
