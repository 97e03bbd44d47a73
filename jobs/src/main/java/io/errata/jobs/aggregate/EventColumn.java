package io.errata.jobs.aggregate;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.connectors.expression.FieldBinding;
import io.errata.state.table.TableColumn;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A column that is made from events.
 *
 * @param ordinal its place among the columns of the spec
 * @param text its expression as written
 * @param field the path of its argument, where that is a field and nothing more
 * @param argument the value of an event
 * @param filter whether an event counts, or null where all do
 * @param accumulator makes an empty one
 * @param target the table's column
 */
record EventColumn(
    String name,
    int ordinal,
    String text,
    Optional<String> field,
    FieldBinding.Reader argument,
    FieldBinding.@Nullable Reader filter,
    Supplier<Accumulator> accumulator,
    TableColumn target) {
  Accumulator start() {
    return accumulator.get();
  }

  void add(Accumulator gathered, Event event) {
    if (filter == null || Boolean.TRUE.equals(filter.read(event))) {
      gathered.add(argument.read(event));
    }
  }

  @Nullable Object result(Row key, Accumulator gathered) {
    try {
      return PrintedValue.plain(target, target.conform(gathered.result(target)));
    } catch (ErrataException | ArithmeticException e) {
      throw failed(name, text, key, e);
    }
  }

  static ErrataException failed(String name, String text, Row key, RuntimeException cause) {
    return new ErrataException(
        ErrorCode.INVALID_VALUE,
        "Cannot compute " + name + " = " + text + " for the row " + key + ": " + cause.getMessage(),
        cause instanceof ErrataException known
            ? known.next()
            : "Correct the events, or widen the column.",
        cause);
  }
}
