package io.errata.connectors.archive;

import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/** The fields of a Parquet file by their dotted paths. */
record ParquetSchema(MessageType message) implements SourceColumns {
  @Override
  public Optional<SourceColumn> find(String path) {
    @Nullable List<String> names = names(path);
    if (names == null) {
      return Optional.empty();
    }
    Type type = message;
    for (String name : names) {
      type = type.asGroupType().getType(name);
      if (type.isRepetition(Repetition.REPEATED)) {
        return Optional.of(
            SourceColumn.refused("repeated " + type.getName(), "it has several values in one row"));
      }
    }
    return Optional.of(
        type.isPrimitive()
            ? ParquetLeaf.of(type.asPrimitiveType()).column
            : SourceColumn.refused("group", "it is a structure; name one of its fields"));
  }

  /** A column whose own name has dots wins over a nested field. */
  @Nullable List<String> names(String path) {
    if (message.containsField(path)) {
      return List.of(path);
    }
    List<String> names = List.of(path.split("\\.", -1));
    Type type = message;
    for (String name : names) {
      if (type.isPrimitive() || !type.asGroupType().containsField(name)) {
        return null;
      }
      type = type.asGroupType().getType(name);
    }
    return names;
  }

  /** The column of a path that {@link #find} has and does not refuse. */
  ColumnDescriptor descriptor(String path) {
    @Nullable List<String> names = names(path);
    if (names == null) {
      throw new IllegalArgumentException("Cannot find field " + path);
    }
    return message.getColumnDescription(names.toArray(String[]::new));
  }

  /** This schema with the wanted columns alone. */
  MessageType project(List<String> paths) {
    List<List<String>> wanted = new ArrayList<>();
    for (String path : paths) {
      wanted.add(List.of(descriptor(path).getPath()));
    }
    return new MessageType(message.getName(), fields(message, wanted, 0));
  }

  private static List<Type> fields(GroupType group, List<List<String>> wanted, int depth) {
    List<Type> kept = new ArrayList<>();
    for (Type field : group.getFields()) {
      List<List<String>> below =
          wanted.stream().filter(names -> names.get(depth).equals(field.getName())).toList();
      if (!below.isEmpty()) {
        kept.add(
            field.isPrimitive()
                ? field
                : field.asGroupType().withNewFields(fields(field.asGroupType(), below, depth + 1)));
      }
    }
    return kept;
  }

  @Override
  public List<String> paths() {
    return message.getColumns().stream().map(column -> String.join(".", column.getPath())).toList();
  }

  @Override
  public boolean isUntyped() {
    return false;
  }
}
