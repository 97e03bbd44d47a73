package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.Fields;
import org.jspecify.annotations.Nullable;

/** A node that knows the types of its fields. */
interface BoundNode {
  /** Of all its values; null where it is null always. */
  @Nullable ColumnType type();

  /** Of the class of the type, or null. */
  @Nullable Object value(Fields event);

  static BoundNode of(@Nullable ColumnType type, FieldBinding.Reader reader) {
    return new BoundNode() {
      @Override
      public @Nullable ColumnType type() {
        return type;
      }

      @Override
      public @Nullable Object value(Fields event) {
        return reader.read(event);
      }
    };
  }
}
