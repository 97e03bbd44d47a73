package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.Fields;
import io.errata.api.RowSchema;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which events are wanted. With SQL's three truth values: an event is wanted only where the
 * condition is true. {@link Conditions} makes them from text; {@link #toString()} is that text
 * again.
 */
public interface Condition extends Serializable {
  /** The paths that it reads. */
  Set<String> fields();

  /**
   * Whether the event is wanted.
   *
   * @throws io.errata.api.RejectedEventException where a field that decides can't be read
   */
  boolean holds(Fields event);

  /**
   * The types that fields should be decoded to where nothing else says so, from what they are
   * compared with: DECIMAL for a number, TEXT for a text, and so on. Fields of which that can't be
   * told are missing.
   */
  default Map<String, ColumnType> wantedTypes() {
    return Map.of();
  }

  /**
   * Checks that the condition can be decided over events of some schema.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where a field is not in the schema, or types
   *     can't be compared; it names both
   */
  default void check(RowSchema schema) {}

  /**
   * What can be told of wanted events one field at a time: each comparison is true for every event
   * that is wanted. For skipping what can't hold any; the condition itself has to be asked all the
   * same. May be empty.
   *
   * @param schema the types of the fields; a comparison's literal is of its field's type
   * @throws io.errata.api.ErrataException as {@link #check}
   */
  default List<Comparison> conjuncts(RowSchema schema) {
    return List.of();
  }
}
