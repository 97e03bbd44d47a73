package io.errata.jobs.aggregate;

import io.errata.api.Bucket;
import io.errata.api.Effects;
import io.errata.api.ErrataException;
import io.errata.api.Event;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The declared worker: one row for each key, with aggregates of its events.
 *
 * <p>The functions are {@code sum}, {@code count}, {@code min}, {@code max}, {@code first}, {@code
 * last}, {@code count_distinct}, {@code avg}, and {@code md5} and {@code sha256} of a template of
 * other columns. As in SQL, nulls don't count but for {@code count()}, {@code first} and {@code
 * last}, and a function of no value is null. Each but the templates may have a {@code filter (where
 * …)}.
 *
 * <ul>
 *   <li>{@code sum} is exact and rounded once, to the column's type: integers and decimals half
 *       away from zero at the column's scale, doubles to the nearest; a sum that the column can't
 *       hold is an error that names the key.
 *   <li>{@code avg} is the exact quotient, rounded once in the same way; at 16 digits behind the
 *       point in a column without a scale.
 *   <li>{@code first} and {@code last} give what the first and last event in the total order say,
 *       null included.
 *   <li>{@code count_distinct} tells values apart by their canonical form, so 1.0 and 1.00 are one.
 * </ul>
 *
 * <p>A worker that doesn't depend on the order of events is a {@link CombinableAggregateWorker}.
 */
public class AggregateWorker implements Worker<AggregateState> {
  /** The name of every declared worker. */
  public static final String NAME = "aggregate";

  private final AggregateDefinition definition;

  AggregateWorker(AggregateDefinition definition) {
    this.definition = definition;
  }

  /**
   * Reads the expressions and checks them against the table and the events' types.
   *
   * @throws ErrataException INVALID_SPEC where an expression can't be read, uses what isn't
   *     allowed, or doesn't fit the table or the events; it names the column and the expression
   */
  public static AggregateWorker of(AggregateSpec spec, TableDescription table, EventFacts facts) {
    AggregateDefinition definition = AggregateDefinition.of(spec, table, facts);
    return definition.ordered()
        ? new AggregateWorker(definition)
        : new CombinableAggregateWorker(definition);
  }

  final AggregateDefinition bound() {
    return definition;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int version() {
    return 1;
  }

  /**
   * The expressions as one line of JSON that doesn't depend on how they were written: what the plan
   * id is made from.
   */
  public String definition() {
    return definition.toJson();
  }

  @Override
  public RowSchema reads() {
    return definition.reads();
  }

  @Override
  public RowSchema key() {
    return definition.keySchema();
  }

  /** All columns of the spec in its order, which may be more than the table compares. */
  @Override
  public RowSchema columns() {
    return definition.columnSchema();
  }

  /**
   * The finest bucket of the event time that the key holds; buckets of other times say nothing
   * about the window.
   */
  @Override
  public Optional<Bucket> bucket() {
    return definition.bucket();
  }

  @Override
  public List<Row> keys(Event event) {
    List<KeyColumn> columns = definition.key();
    @Nullable Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = columns.get(i).value(event);
    }
    return List.of(Row.of(definition.keySchema(), values));
  }

  @Override
  public AggregateState start(Row key) {
    List<EventColumn> columns = definition.eventColumns();
    Accumulator[] accumulators = new Accumulator[columns.size()];
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i] = columns.get(i).start();
    }
    return new AggregateState(accumulators);
  }

  /**
   * Goes on from a row's values.
   *
   * @throws UnsupportedOperationException where a column's value doesn't say what it was made from:
   *     an average, a number of distinct values, a sum of doubles
   */
  @Override
  public AggregateState resume(Row key, Row base) {
    AggregateState state = start(key);
    List<EventColumn> columns = definition.eventColumns();
    for (int i = 0; i < columns.size(); i++) {
      EventColumn column = columns.get(i);
      try {
        state.at(i).resume(base.value(column.name()));
      } catch (UnsupportedOperationException e) {
        throw new UnsupportedOperationException(
            "Cannot resume column "
                + column.name()
                + " = "
                + column.text()
                + " from a base row: "
                + e.getMessage(),
            e);
      }
    }
    return state;
  }

  @Override
  public AggregateState apply(AggregateState state, Row key, Event event, Effects effects) {
    List<EventColumn> columns = definition.eventColumns();
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).add(state.at(i), event);
    }
    return state;
  }

  /**
   * The row.
   *
   * @throws ErrataException INVALID_VALUE where the table can't hold a value; it names the column,
   *     the expression and the key
   */
  @Override
  public Optional<Row> result(Row key, AggregateState state) {
    @Nullable Object[] values = new Object[definition.columnSchema().size()];
    List<EventColumn> columns = definition.eventColumns();
    for (int i = 0; i < columns.size(); i++) {
      EventColumn column = columns.get(i);
      values[column.ordinal()] = column.result(key, state.at(i));
    }
    if (!definition.templateColumns().isEmpty()) {
      fillTemplates(key, values);
    }
    return Optional.of(Row.of(definition.columnSchema(), values));
  }

  private void fillTemplates(Row key, @Nullable Object[] values) {
    Map<String, @Nullable String> rendered = new HashMap<>();
    for (PrintedColumn printed : definition.printedColumns()) {
      Object value =
          definition.keySchema().has(printed.name())
              ? key.value(printed.name())
              : values[definition.columnSchema().ordinal(printed.name())];
      rendered.put(printed.name(), PrintedValue.of(printed.target(), value));
    }
    for (TemplateColumn column : definition.templateColumns()) {
      Object value = column.result(key, rendered);
      values[column.ordinal()] = value;
      rendered.put(column.name(), PrintedValue.of(column.target(), value));
    }
  }

  /** The spec's expressions, for people. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    definition.key().forEach(column -> texts.add(column.name() + " = " + column.text()));
    definition.eventColumns().forEach(column -> texts.add(column.name() + " = " + column.text()));
    definition
        .templateColumns()
        .forEach(column -> texts.add(column.name() + " = " + column.text()));
    return String.join(", ", texts);
  }

  /**
   * The value of a key column for an event, as a reason to leave the event out where there is none.
   */
  static RejectedEventException withoutKey(String column, String text, String reason) {
    return new RejectedEventException(
        "Cannot tell key column " + column + " = " + text + ": " + reason);
  }
}
