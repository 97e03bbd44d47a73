package io.errata.jobs.graph;

import io.errata.api.Column;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.event.EventRecord;
import io.errata.jobs.graph.WorkerWatch.Step;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that an event touches, as the live table would store them. */
final class KeyRows {
  private final ReplayWorker worker;
  private final RowSchema schema;
  private final List<TableColumn> columns;
  private final WorkerWatch watch;
  private final KeySelection selection;

  /**
   * @param selection the keys that there are
   */
  KeyRows(ReplayWorker worker, TableDescription table, WorkerWatch watch, KeySelection selection) {
    this.selection = selection;
    this.worker = worker;
    this.watch = watch;
    this.schema = table.keySchema();
    this.columns = schema.names().stream().map(table::column).toList();
  }

  /**
   * Keys by their canonical form, in the worker's order.
   *
   * @throws Throwable of any kind that {@link Reasons} has a reason for, where the keys can't be
   *     known
   */
  Map<String, Row> of(EventRecord event) {
    Map<String, Row> keys = new LinkedHashMap<>();
    watch.begin(Step.KEYS, null, event);
    try {
      for (Row key : worker.inForce(event).keys(event)) {
        Row stored = stored(key);
        String form = CanonicalForm.of(stored);
        if (selection.includes(form)) {
          keys.put(form, stored);
        }
      }
    } finally {
      watch.end();
    }
    return keys;
  }

  private Row stored(Row key) {
    Object[] values = new Object[schema.size()];
    for (int i = 0; i < values.length; i++) {
      TableColumn column = columns.get(i);
      Object value = key.value(column.name());
      if (value == null) {
        throw new RejectedEventException(
            "key column " + column.name() + " is null (leave such events out with filter.where)");
      }
      try {
        values[i] = column.conform(value);
      } catch (ErrataException e) {
        if (e.code() != ErrorCode.INVALID_VALUE) {
          throw e;
        }
        throw new RejectedEventException(e.getMessage());
      }
    }
    return Row.of(schema, values);
  }

  /** A key for people: {@code user_id=42, day=2024-06-10}. */
  static String text(Row key) {
    List<String> parts = new ArrayList<>();
    for (Column column : key.schema().columns()) {
      parts.add(column.name() + "=" + key.value(column.name()));
    }
    return String.join(", ", parts);
  }
}
