package io.errata.connectors.format;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.read.Conversion;
import io.errata.connectors.read.FieldPlan;

/** Whether an input has the fields that are needed, in types that can become the wanted ones. */
public final class SchemaCheck {
  private SchemaCheck() {}

  /**
   * Refuses what doesn't fit.
   *
   * @param file the input, as messages name it
   * @throws ErrataException INVALID_SOURCE for the first that hasn't, naming file, field and both
   *     types
   */
  public static void check(String file, SourceColumns columns, EventSchema schema) {
    for (String path : new FieldPlan(schema).paths()) {
      find(file, columns, path);
    }
    SourceColumn time = find(file, columns, schema.time());
    boolean isTime = time.type() == null || Conversion.isTime(time.type());
    if (!isTime && !columns.isUntyped(schema.time())) {
      throw mismatch(file, schema.time(), time, "a time");
    }
    if (!schema.isIdPosition()) {
      SourceColumn id = find(file, columns, schema.id());
      if (id.type() == ColumnType.DOUBLE && !columns.isUntyped(schema.id())) {
        throw mismatch(file, schema.id(), id, "an id");
      }
    }
    for (EventField field : new FieldPlan(schema).typedFields()) {
      SourceColumn column = find(file, columns, field.path());
      if (!columns.isPossible(field.path(), column, field.type())) {
        throw mismatch(file, field.path(), column, field.type().toString());
      }
    }
  }

  /**
   * The field, which is there and can be decoded.
   *
   * @throws ErrataException INVALID_SOURCE where it isn't, naming the nearest
   */
  public static SourceColumn find(String file, SourceColumns columns, String path) {
    SourceColumn column =
        columns
            .find(path)
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.INVALID_SOURCE,
                        "Cannot find field: " + path + " (" + file + " has none of that name)",
                        Nearest.of(path, columns.paths())
                            .map(name -> "Did you mean " + name + "?")
                            .orElse("It has " + some(columns) + ".")));
    if (column.refusal() != null) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read field: "
              + path
              + " ("
              + column.description()
              + " in "
              + file
              + ": "
              + column.refusal()
              + ")",
          "Name another field, or leave it out.");
    }
    return column;
  }

  private static String some(SourceColumns columns) {
    int shown = 20;
    String names = String.join(", ", columns.paths().stream().limit(shown).toList());
    return columns.paths().size() > shown ? names + ", …" : names;
  }

  private static ErrataException mismatch(
      String file, String path, SourceColumn column, String wanted) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot convert field: "
            + path
            + " ("
            + column.description()
            + " in "
            + file
            + ", wanted as "
            + wanted
            + ")",
        "Ask for a type that holds all its values"
            + (column.type() == null ? "." : ", such as " + column.type() + "."));
  }
}
