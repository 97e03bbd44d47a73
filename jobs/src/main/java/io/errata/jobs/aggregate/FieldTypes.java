package io.errata.jobs.aggregate;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Event;
import io.errata.api.RowSchema;
import io.errata.connectors.expression.FieldBinding;
import io.errata.connectors.expression.ScalarExpression;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type in which each field is read. A field that the source keeps as a number, or as anything
 * but text, is read as that, so that nothing is rounded before it is summed; any other in the type
 * of what is made of it.
 */
final class FieldTypes implements FieldBinding {
  private final EventFacts facts;
  private final Map<String, ColumnType> chosen = new LinkedHashMap<>();

  FieldTypes(EventFacts facts) {
    this.facts = facts;
  }

  /** Chooses the types for an expression whose value goes to a column of some type as it is. */
  void want(ScalarExpression expression, ColumnType column) {
    if (expression.field().isEmpty()) {
      suggest(expression, column);
      return;
    }
    String path = expression.field().get();
    ColumnType kept = facts.types().get(path);
    ColumnType wanted = kept != null && number(kept) && number(column) ? kept : column;
    ColumnType before = chosen.put(path, wanted);
    if (before != null && before != wanted) {
      chosen.put(path, common(path, before, wanted));
    }
  }

  /** Chooses types for the fields of an expression that have none yet. */
  void suggest(ScalarExpression expression, @Nullable ColumnType expected) {
    Map<String, ColumnType> implied = expression.wantedTypes(expected);
    for (String path : expression.fields()) {
      ColumnType kept = facts.types().get(path);
      chosen.putIfAbsent(
          path,
          kept != null && kept != ColumnType.TEXT
              ? kept
              : implied.getOrDefault(path, ColumnType.TEXT));
    }
  }

  private static ColumnType common(String path, ColumnType first, ColumnType second) {
    boolean exact = first != ColumnType.DOUBLE && second != ColumnType.DOUBLE;
    if (exact && number(first) && number(second)) {
      boolean decimal = first == ColumnType.DECIMAL || second == ColumnType.DECIMAL;
      return decimal ? ColumnType.DECIMAL : ColumnType.LONG;
    }
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "field " + path + " goes to columns of the types " + first + " and " + second,
        "Give its type in events.fields.types, and use columns that fit it.");
  }

  private static boolean number(ColumnType type) {
    return switch (type) {
      case INT, LONG, DECIMAL, DOUBLE -> true;
      default -> false;
    };
  }

  /** The fields to decode: all but those that every event has anyway. */
  RowSchema reads() {
    Map<String, ColumnType> read = new LinkedHashMap<>(chosen);
    read.keySet().removeIf(this::ofEvery);
    return AggregateBinder.schema(read);
  }

  private boolean ofEvery(String path) {
    return path.equals(facts.time())
        || (path.equals(facts.id()) && chosen.get(path) == ColumnType.TEXT);
  }

  @Override
  public ColumnType type(String path) {
    return path.equals(facts.time())
        ? ColumnType.TIMESTAMP
        : chosen.getOrDefault(path, ColumnType.TEXT);
  }

  @Override
  public Reader reader(String path) {
    if (!ofEvery(path)) {
      return event -> event.value(path);
    }
    return path.equals(facts.time())
        ? event -> ((Event) event).time()
        : event -> ((Event) event).id();
  }
}
