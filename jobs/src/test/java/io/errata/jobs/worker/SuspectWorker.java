package io.errata.jobs.worker;

import io.errata.api.ColumnType;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.util.List;
import java.util.Optional;

/** A worker that does nothing wrong; each subclass does one thing. */
public class SuspectWorker implements Worker<Long> {
  static final RowSchema KEY = RowSchema.builder().column("k", ColumnType.TEXT).build();
  static final RowSchema COLUMNS = RowSchema.builder().column("n", ColumnType.LONG).build();

  @Override
  public String name() {
    return "suspect";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public RowSchema reads() {
    return KEY;
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
    return List.of(Row.of(KEY, event.asText("k")));
  }

  @Override
  public Long start(Row key) {
    return 0L;
  }

  @Override
  public Long apply(Long state, Row key, Event event, Effects effects) {
    return state + step(event);
  }

  long step(Event event) {
    return event.id().length();
  }

  @Override
  public Optional<Row> result(Row key, Long state) {
    return Optional.of(Row.of(COLUMNS, state));
  }
}
