package io.errata.state.plan;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Text in Parquet. */
final class TextColumns {
  private TextColumns() {}

  static PrimitiveType of(String name, Type.Repetition repetition) {
    return Types.primitive(BINARY, repetition).as(LogicalTypeAnnotation.stringType()).named(name);
  }

  static void write(Group record, String name, @Nullable String text) {
    if (text != null) {
      record.add(name, text);
    }
  }

  static @Nullable String read(Group record, String name) {
    return record.getFieldRepetitionCount(name) == 0 ? null : record.getString(name, 0);
  }
}
