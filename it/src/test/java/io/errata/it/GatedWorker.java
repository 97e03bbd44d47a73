package io.errata.it;

import io.errata.api.ColumnType;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Sums a user's amounts. A user who is named like a gate, a file, is waited for as long as the file
 * is there; a file beside it then says that somebody waits. Never on the class path's list of
 * workers.
 */
public final class GatedWorker implements Worker<GatedWorker.Sum> {
  /** How a gate's name ends at which the search for an event's keys waits. */
  static final String AT_KEYS = "gate-of-keys";

  /** How a gate's name ends at which the replay of a key's events waits. */
  static final String AT_REPLAY = "gate-of-replay";

  private static final int PAUSE_MILLIS = 20;

  private static final RowSchema READS =
      RowSchema.builder().column("user", ColumnType.TEXT).column("amount", ColumnType.LONG).build();
  private static final RowSchema KEY = RowSchema.builder().column("name", ColumnType.TEXT).build();
  private static final RowSchema COLUMNS =
      RowSchema.builder().column("total", ColumnType.LONG).build();

  /** The state of a user. */
  static final class Sum {
    private long value;
  }

  /** The file that is there once somebody waits at a gate. */
  static Path reached(Path gate) {
    return gate.resolveSibling(gate.getFileName() + ".reached");
  }

  @Override
  public String name() {
    return "gated";
  }

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
    String user = event.asText("user");
    pass(user, AT_KEYS);
    return List.of(Row.of(KEY, user));
  }

  @Override
  public Sum start(Row key) {
    return new Sum();
  }

  @Override
  public Sum apply(Sum sum, Row key, Event event, Effects effects) {
    pass(event.asText("user"), AT_REPLAY);
    sum.value += event.asLong("amount");
    return sum;
  }

  @Override
  public Optional<Row> result(Row key, Sum sum) {
    return Optional.of(Row.of(COLUMNS, sum.value));
  }

  private static void pass(String user, String gate) {
    if (!user.endsWith(gate)) {
      return;
    }
    Path file = Path.of(user);
    try {
      while (Files.exists(file)) {
        Files.writeString(reached(file), "");
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the task is given up", e);
    }
  }
}
