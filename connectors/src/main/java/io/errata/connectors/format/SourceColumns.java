package io.errata.connectors.format;

import io.errata.api.ColumnType;
import io.errata.connectors.read.Conversion;
import java.util.List;
import java.util.Optional;

/** The fields of one input, or those that a sample of it is known to have. */
public interface SourceColumns {
  /** Empty where there is no such field. */
  Optional<SourceColumn> find(String path);

  /** Whether there is a field of this path. */
  default boolean has(String path) {
    return find(path).isPresent();
  }

  /** The paths of all fields, to name the nearest. */
  List<String> paths();

  /**
   * Whether its values have no type but text and the few that JSON has, so that each is parsed as
   * what is wanted.
   */
  boolean isUntyped();

  /** The same for one field, where they differ. */
  default boolean isUntyped(String path) {
    return isUntyped();
  }

  /** Whether some values of a field can be converted, and none is mistaken for something else. */
  default boolean isPossible(String path, SourceColumn column, ColumnType wanted) {
    return isUntyped(path)
        ? Conversion.isPossibleFromText(wanted)
        : column.type() == null || Conversion.isPossible(column.type(), wanted);
  }

  /** These fields, and those of another input of the same format where they are samples. */
  default SourceColumns and(SourceColumns other) {
    return this;
  }
}
