package io.errata.jobs.graph;

import java.util.Locale;

/** What the tasks of a job count, for whoever watches it. */
public enum Count {
  /** Events of the window that were read. */
  EVENTS_READ,
  /** Of those, the ones that could not be decoded or broke a rule. */
  EVENTS_REJECTED,
  /** Events that were compared with their copies. */
  EVENTS_DEDUPED,
  /** Copies of events beyond the first. */
  EVENTS_DUPLICATE,
  /** Events given to the worker; one that touches two keys counts once. */
  EVENTS_USED,
  /** Keys that were recomputed and compared. */
  ROWS_COMPARED,
  /** Of those, keys that are not corrected because of their events. */
  ROWS_QUARANTINED,
  /** Rows to insert. */
  DRIFT_INSERT,
  /** Rows to update. */
  DRIFT_UPDATE,
  /** Rows to delete. */
  DRIFT_DELETE,
  /** Bytes that stages wrote to disk because they did not fit in memory. */
  BYTES_SPILLED;

  /** The group of the metrics of tasks. */
  static final String GROUP = "errata";

  /** The name of the accumulator. */
  String accumulator() {
    return GROUP + "." + metric();
  }

  /** The name of the metric, in {@link #GROUP}. */
  String metric() {
    return name().toLowerCase(Locale.ROOT);
  }
}
