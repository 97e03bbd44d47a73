package io.errata.connectors;

import io.errata.api.Bucket;
import java.io.Serializable;
import java.time.Instant;

/**
 * A stretch of event time, UTC, {@code [from, to)}.
 *
 * @param from inclusive
 * @param to exclusive, behind {@code from}
 */
public record Window(Instant from, Instant to) implements Serializable {
  public Window {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "Cannot make a window: it begins at " + from + " and ends at " + to);
    }
  }

  public boolean contains(Instant time) {
    return !time.isBefore(from) && time.isBefore(to);
  }

  /** The smallest window of whole buckets that holds this one. */
  public Window widen(Bucket bucket) {
    Instant start = bucket.start(from);
    Instant lastStart = bucket.start(to);
    return new Window(start, lastStart.equals(to) ? to : bucket.end(to));
  }

  @Override
  public String toString() {
    return "[" + from + ", " + to + ")";
  }
}
