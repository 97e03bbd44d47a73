package io.errata.connectors.kafka;

import io.errata.api.ColumnType;
import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.KafkaField.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of records: those of the value, those of the key, and those that every record has.
 *
 * @param key the fields of the key; null where the key is text
 */
record KafkaColumns(SourceColumns value, @Nullable SourceColumns key) implements SourceColumns {
  private static final List<String> NAMES =
      List.of(
          "kafka.key",
          "kafka.offset",
          "kafka.partition",
          "kafka.timestamp",
          "kafka.tombstone",
          "kafka.topic");

  @Override
  public Optional<SourceColumn> find(String path) {
    Optional<KafkaField> field = KafkaField.of(path);
    if (field.isEmpty()) {
      return value.find(path);
    }
    if (field.get().kind() == Kind.KEY_FIELD) {
      return key == null ? Optional.empty() : key.find(field.get().name());
    }
    ColumnType type = field.get().kind().type();
    return Optional.of(SourceColumn.of(type, "Kafka's own " + type));
  }

  @Override
  public List<String> paths() {
    List<String> paths = new ArrayList<>(value.paths());
    if (key != null) {
      key.paths().forEach(path -> paths.add("kafka.key." + path));
    }
    paths.addAll(NAMES);
    return paths;
  }

  @Override
  public boolean isUntyped() {
    return value.isUntyped();
  }

  @Override
  public boolean isPossible(String path, SourceColumn column, ColumnType wanted) {
    return isRaw(path) || SourceColumns.super.isPossible(path, column, wanted);
  }

  /** Whether the bytes themselves can be had. */
  private static boolean isRaw(String path) {
    return KafkaField.of(path)
        .filter(field -> field.kind() == Kind.KEY || field.kind() == Kind.HEADER)
        .isPresent();
  }

  @Override
  public boolean isUntyped(String path) {
    Optional<KafkaField> field = KafkaField.of(path);
    if (field.isEmpty()) {
      return value.isUntyped();
    }
    return switch (field.get().kind()) {
      case KEY_FIELD -> key != null && key.isUntyped();
      case KEY, HEADER -> true;
      default -> false;
    };
  }
}
