package io.errata.connectors.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Makes conditions. */
public final class Conditions {
  private Conditions() {}

  /**
   * A condition in SQL's notation: comparisons, {@code and}, {@code or}, {@code not}, {@code in},
   * {@code between}, {@code is null}, {@code like}, {@code case when}, {@code + - *}, numbers,
   * {@code 'text'}, {@code true}, {@code false}, {@code null}, {@code timestamp '…'}, {@code date
   * '…'}; a field is named by its path, case-sensitive, in double quotes where it isn't a plain
   * word.
   *
   * <p>Numbers are compared by value whatever their types, and a literal that is compared with a
   * DOUBLE is first rounded to one, as in PostgreSQL; NaN equals itself and is greater than any
   * other number. Texts are compared by code point. A text literal that is compared with a
   * TIMESTAMP, DATE or UUID is read as one.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where it isn't one, or has a part that isn't
   *     allowed
   */
  public static Condition parse(String where) {
    return ParsedCondition.of(where);
  }

  /**
   * True for events of the types.
   *
   * @param typeField the path of the event type, which is read as text
   */
  public static Condition typeIn(List<String> types, String typeField) {
    return parse(
        types.stream()
            .map(type -> "'" + type.replace("'", "''") + "'")
            .collect(Collectors.joining(", ", quoted(typeField) + " in (", ")")));
  }

  /** True where all are. */
  public static Condition all(List<Condition> conditions) {
    return conditions.size() == 1
        ? conditions.get(0)
        : new Conjunction(new ArrayList<>(conditions));
  }

  /** A field's path as conditions name it, whatever characters it has. */
  public static String quoted(String path) {
    return '"' + path.replace("\"", "\"\"").replace(".", "\".\"") + '"';
  }
}
