package io.errata.jobs.spec;

import io.errata.connectors.Window;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A spec, parsed and checked in itself; nothing was connected to yet. Paths are absolute or URIs,
 * secrets are resolved.
 *
 * @param name of the run, for people
 * @param window as written; half-open, UTC
 * @param events where events come from and what their fields are called
 * @param filter which events of the window are wanted
 * @param worker what recomputes the rows
 * @param base what running rows start from, where the rows are running
 * @param table the live table
 * @param completeTo where the live rows are complete, for running rows: an ISO time, or a query
 *     that begins with {@code select}
 * @param limits when to stop
 * @param execution how the plan is made
 * @param conflicts what apply does about rows that changed since
 * @param plans the folder that plans are written below: a path or a URI of a Flink file system
 * @param text the spec as it was used, overrides included, in YAML, with references instead of
 *     secrets: parsing it again anywhere gives this spec
 */
public record Spec(
    String name,
    Window window,
    EventsSpec events,
    FilterSpec filter,
    WorkerSpec worker,
    Optional<BaseSpec> base,
    LiveTableOptions table,
    Optional<String> completeTo,
    LimitsSpec limits,
    ExecutionSpec execution,
    ConflictPolicy conflicts,
    String plans,
    String text) {

  /**
   * Which events of the window are wanted.
   *
   * @param types event types; empty for all
   * @param where an SQL condition over the fields
   * @param keys the file with the keys of the live table that the plan is about; empty for all
   * @param first how many of the wanted events are used, from the first on in the order of events;
   *     empty for all. Rows are then made from part of their events, and the plan is never applied
   */
  public record FilterSpec(
      List<String> types, Optional<String> where, Optional<String> keys, OptionalLong first) {
    /** Of all keys. */
    public FilterSpec(List<String> types, Optional<String> where) {
      this(types, where, Optional.empty(), OptionalLong.empty());
    }

    public FilterSpec {
      types = List.copyOf(types);
    }
  }

  /**
   * What running rows start from.
   *
   * @param table a table beside the live table with the same key and compared columns, or empty
   *     where {@code path} is given
   * @param path a Parquet file or folder with the same key and compared columns, or empty where
   *     {@code table} is given
   * @param time the moment that the base shows: must be the window's start
   */
  public record BaseSpec(Optional<String> table, Optional<String> path, Instant time) {}

  /** This spec with its plans in another folder. */
  public Spec withPlans(String folder) {
    return new Spec(
        name,
        window,
        events,
        filter,
        worker,
        base,
        table,
        completeTo,
        limits,
        execution,
        conflicts,
        folder,
        text);
  }
}
