package io.errata.jobs.plan;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.jobs.graph.KeySelection;
import io.errata.state.table.KeyRange;
import io.errata.state.table.TableDescription;
import java.util.List;
import java.util.Optional;

/**
 * What a spec comes to once its table, worker and source were asked: all that the job needs,
 * checked.
 *
 * @param chosen the worker
 * @param table the live table
 * @param events the fields to decode
 * @param condition which events are wanted
 * @param window as it will be read: whole buckets, or up to where the live rows are complete
 * @param reason why that isn't the spec's window
 * @param keys which keys of the table the plan is about
 * @param range of the key column that holds the bucket, where one does
 * @param warnings what a person should know
 */
record Preparation(
    ChosenWorker chosen,
    TableDescription table,
    EventSchema events,
    Optional<Condition> condition,
    Window window,
    Optional<String> reason,
    KeySelection keys,
    Optional<KeyRange> range,
    List<String> warnings) {
  Preparation {
    warnings = List.copyOf(warnings);
  }

  /** The same over another window. */
  Preparation over(Window other) {
    return new Preparation(chosen, table, events, condition, other, reason, keys, range, warnings);
  }
}
