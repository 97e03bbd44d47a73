package io.errata.jobs.worker;

import io.errata.api.Event;
import io.errata.api.RejectedEventException;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The versions of one worker that replay a window: one, or several of which each is in force from
 * its effective date on. Used by one thread.
 */
public final class ReplayWorker {
  private final List<Worker<Object>> versions;
  private final boolean asOf;

  private ReplayWorker(List<Worker<Object>> versions, boolean asOf) {
    this.versions = versions;
    this.asOf = asOf;
  }

  /** One version, in force whenever an event happened. */
  public static ReplayWorker of(Worker<?> worker) {
    return new ReplayWorker(List.of(open(worker)), false);
  }

  /**
   * Several versions, each in force from its effective date on.
   *
   * @param versions at least one, with distinct effective dates and one schema of keys and columns
   */
  public static ReplayWorker asOf(List<? extends Worker<?>> versions) {
    List<Worker<Object>> sorted = new ArrayList<>();
    for (Worker<?> version : versions) {
      sorted.add(open(version));
    }
    sorted.sort(Comparator.comparing(Worker::effectiveFrom));
    return new ReplayWorker(List.copyOf(sorted), true);
  }

  // The states of a worker only ever go back to the worker that made them, or to a version of it
  // that
  // the catalog found to share their class.
  @SuppressWarnings("unchecked")
  private static Worker<Object> open(Worker<?> worker) {
    return (Worker<Object>) worker;
  }

  /**
   * The version in force at a time.
   *
   * @throws RejectedEventException where the first version is effective only later
   */
  public Worker<Object> inForce(Instant time) {
    if (!asOf) {
      return versions.get(0);
    }
    for (int i = versions.size() - 1; i >= 0; i--) {
      if (!versions.get(i).effectiveFrom().isAfter(time)) {
        return versions.get(i);
      }
    }
    throw new RejectedEventException(
        "no version of worker " + versions.get(0).name() + " is in force at the time of the event");
  }

  /**
   * The version in force for an event, whose time is asked for only where it decides: the key of an
   * event without a readable time can be known.
   *
   * @throws RejectedEventException as {@link #inForce(Instant)}, and where the time can't be read
   */
  public Worker<Object> inForce(Event event) {
    return asOf ? inForce(event.time()) : versions.get(0);
  }

  /** All versions, by effective date. */
  public List<Worker<Object>> versions() {
    return versions;
  }

  /** The key columns: the same for all versions. */
  public RowSchema key() {
    return versions.get(0).key();
  }

  /** The computed columns: the same for all versions. */
  public RowSchema columns() {
    return versions.get(0).columns();
  }
}
