package io.errata.jobs.aggregate;

import io.errata.api.ErrataException;
import io.errata.api.Event;
import io.errata.api.RejectedEventException;
import io.errata.connectors.expression.FieldBinding;
import io.errata.connectors.expression.ScalarExpression;
import io.errata.state.table.TableColumn;

/**
 * A key column and what it is made from.
 *
 * @param target the table's column
 */
record KeyColumn(
    String name, ScalarExpression expression, FieldBinding.Reader reader, TableColumn target) {
  String text() {
    return expression.toString();
  }

  Object value(Event event) {
    Object value = reader.read(event);
    if (value == null) {
      throw AggregateWorker.withoutKey(
          name,
          text(),
          "it is null for this event. Leave such events out with filter.where: … is not null");
    }
    try {
      Object stored = PrintedValue.plain(target, target.conform(value));
      if (stored != null) {
        return stored;
      }
    } catch (ErrataException e) {
      RejectedEventException rejected =
          AggregateWorker.withoutKey(name, text(), String.valueOf(e.getMessage()));
      rejected.initCause(e);
      throw rejected;
    }
    throw new IllegalStateException("A value conforms to a value");
  }
}
