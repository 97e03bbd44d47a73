package io.errata.it;

import io.errata.api.ColumnType;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.util.List;
import java.util.Optional;

/**
 * What workers for the table of {@link ClusterCase} have in common: a sum of a user's amounts, as
 * far as {@link #add} has it.
 */
abstract class TotalsWorker implements Worker<TotalsWorker.Sum> {
  private static final RowSchema READS =
      RowSchema.builder().column("user", ColumnType.TEXT).column("amount", ColumnType.LONG).build();
  private static final RowSchema KEY = RowSchema.builder().column("name", ColumnType.TEXT).build();
  private static final RowSchema COLUMNS =
      RowSchema.builder().column("total", ColumnType.LONG).build();

  /** The state of a user. */
  static final class Sum {
    private long value;
  }

  /** What an event adds to its user's sum. */
  abstract long add(String user, long amount);

  @Override
  public int version() {
    return 1;
  }

  @Override
  public RowSchema reads() {
    return READS;
  }

  @Override
  public RowSchema key() {
    return KEY;
  }

  @Override
  public RowSchema columns() {
    return COLUMNS;
  }

  @Override
  public List<Row> keys(Event event) {
    return List.of(Row.of(KEY, event.asText("user")));
  }

  @Override
  public Sum start(Row key) {
    return new Sum();
  }

  @Override
  public Sum apply(Sum sum, Row key, Event event, Effects effects) {
    sum.value += add(event.asText("user"), event.asLong("amount"));
    return sum;
  }

  @Override
  public Optional<Row> result(Row key, Sum sum) {
    return Optional.of(Row.of(COLUMNS, sum.value));
  }
}
