package io.errata.it;

import io.errata.api.Event;
import io.errata.api.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Sums a user's amounts. A user who is named like a gate, a file, is waited for as long as the file
 * is there; a file beside it then says which process waits. Never on the class path's list of
 * workers.
 */
public final class GatedWorker extends TotalsWorker {
  /** How a gate's name ends at which the search for an event's keys waits. */
  static final String AT_KEYS = "gate-of-keys";

  /** How a gate's name ends at which the replay of a key's events waits. */
  static final String AT_REPLAY = "gate-of-replay";

  private static final int PAUSE_MILLIS = 20;

  private static Path reached(Path gate) {
    return gate.resolveSibling(gate.getFileName() + ".reached");
  }

  /** The id of the process whose task waits at a gate; empty before one has come there. */
  static OptionalLong waitingAt(Path gate) {
    try {
      String written = Files.exists(reached(gate)) ? Files.readString(reached(gate)) : "";
      return written.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(written));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "gated";
  }

  @Override
  public List<Row> keys(Event event) {
    pass(event.asText("user"), AT_KEYS);
    return super.keys(event);
  }

  @Override
  long add(String user, long amount) {
    pass(user, AT_REPLAY);
    return amount;
  }

  private static void pass(String user, String gate) {
    if (!user.endsWith(gate)) {
      return;
    }
    Path file = Path.of(user);
    try {
      if (Files.exists(file)) {
        Files.writeString(reached(file), Long.toString(ProcessHandle.current().pid()));
      }
      while (Files.exists(file)) {
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
