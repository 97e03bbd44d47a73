package io.errata.connectors.archive;

import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Walks over one record and takes the wanted fields. Made once for a file. */
final class AvroFields {
  private final Schema schema;
  private final @Nullable AvroFields[] children;
  private final int ordinal;

  private AvroFields(Schema schema, List<String> names, List<Integer> ordinals) {
    this.schema = schema;
    int found = -1;
    for (int i = 0; i < names.size(); i++) {
      found = names.get(i).isEmpty() ? ordinals.get(i) : found;
    }
    ordinal = found;
    @Nullable Schema fields = AvroTypes.only(schema).orElse(null);
    boolean isRecord = fields != null && fields.getType() == Schema.Type.RECORD;
    children = new @Nullable AvroFields[isRecord ? fields.getFields().size() : 0];
    for (int i = 0; i < children.length; i++) {
      Schema.Field field = fields.getFields().get(i);
      children[i] = child(field, names, ordinals);
    }
  }

  static AvroFields of(Schema schema, List<String> paths) {
    List<Integer> ordinals = java.util.stream.IntStream.range(0, paths.size()).boxed().toList();
    return new AvroFields(schema, paths, ordinals);
  }

  /** Null where nothing of the field is wanted. */
  private static @Nullable AvroFields child(
      Schema.Field field, List<String> names, List<Integer> ordinals) {
    List<String> below = new java.util.ArrayList<>();
    List<Integer> belowOrdinals = new java.util.ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.equals(field.name()) || name.startsWith(field.name() + ".")) {
        below.add(name.substring(Math.min(name.length(), field.name().length() + 1)));
        belowOrdinals.add(ordinals.get(i));
      }
    }
    return below.isEmpty() ? null : new AvroFields(field.schema(), below, belowOrdinals);
  }

  /**
   * Reads one value, and puts what is wanted of it at its place; the places must be null before.
   */
  void read(AvroBlock in, @Nullable Object[] values) throws IOException {
    Schema actual = schema.isUnion() ? in.branch(schema) : schema;
    if (ordinal >= 0) {
      values[ordinal] = AvroTypes.decode(actual, in);
    } else if (actual.getType() == Schema.Type.RECORD) {
      for (int i = 0; i < children.length; i++) {
        AvroFields child = children[i];
        if (child == null) {
          in.skip(actual.getFields().get(i).schema());
        } else {
          child.read(in, values);
        }
      }
    } else {
      in.skip(actual);
    }
  }
}
