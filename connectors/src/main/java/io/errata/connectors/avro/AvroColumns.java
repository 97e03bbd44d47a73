package io.errata.connectors.avro;

import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** The fields of an Avro schema by their dotted paths. */
public record AvroColumns(Schema schema) implements SourceColumns {
  /** As many as a message could name something near to. */
  private static final int MAX_PATHS = 10_000;

  @Override
  public Optional<SourceColumn> find(String path) {
    Schema at = schema;
    for (String name : path.split("\\.", -1)) {
      Optional<Schema> only = AvroTypes.only(at);
      if (only.isEmpty()
          || only.get().getType() != Schema.Type.RECORD
          || only.get().getField(name) == null) {
        return Optional.empty();
      }
      at = only.get().getField(name).schema();
    }
    return Optional.of(AvroTypes.column(at));
  }

  @Override
  public List<String> paths() {
    List<String> paths = new ArrayList<>();
    collect(schema, "", 0, paths);
    return paths;
  }

  private static void collect(Schema schema, String prefix, int depth, List<String> paths) {
    Optional<Schema> only = AvroTypes.only(schema);
    int deepest = 8; // a schema may hold itself, and more than once in each of its fields
    if (paths.size() >= MAX_PATHS) {
      return;
    }
    if (only.isPresent() && only.get().getType() == Schema.Type.RECORD && depth < deepest) {
      for (Schema.Field field : only.get().getFields()) {
        collect(
            field.schema(),
            prefix + (prefix.isEmpty() ? "" : ".") + field.name(),
            depth + 1,
            paths);
      }
    } else if (!prefix.isEmpty()) {
      paths.add(prefix);
    }
  }

  @Override
  public boolean isUntyped() {
    return false;
  }
}
