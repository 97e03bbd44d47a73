package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Fields;
import io.errata.api.RowSchema;
import org.jspecify.annotations.Nullable;

/** Tells an expression what its fields are: their types, and how to read one. */
public interface FieldBinding {
  /**
   * The type of a field.
   *
   * @throws ErrataException INVALID_SPEC where there is no such field
   */
  ColumnType type(String path);

  /** Reads a field's value from an event. */
  default Reader reader(String path) {
    return event -> event.value(path);
  }

  /** Reads one value from an event. */
  @FunctionalInterface
  interface Reader {
    /**
     * @throws io.errata.api.RejectedEventException where the field can't be read
     */
    @Nullable Object read(Fields event);
  }

  /** Fields of a schema, read by their names. */
  static FieldBinding of(RowSchema schema) {
    return path -> {
      if (!schema.has(path)) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot find field " + path + " (there are " + schema.names() + ")",
            "Correct the field's name; names are case-sensitive.");
      }
      return schema.column(path).type();
    };
  }
}
