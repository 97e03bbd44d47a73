package io.errata.jobs.telemetry;

import io.errata.jobs.telemetry.Exposition.Type;

/** A metric of a run. docs/metrics.md has a table of them, which a test compares with this. */
enum RunMetric {
  ACTIVE("errata_run_active", Type.GAUGE, "1 while the run is under way, 0 once it has ended."),
  STARTED(
      "errata_run_started_timestamp_seconds",
      Type.GAUGE,
      "When the run began, in seconds since 1970."),
  PROGRESSED(
      "errata_run_progress_timestamp_seconds",
      Type.GAUGE,
      "When the run last came further, in seconds since 1970."),
  DURATION(
      "errata_run_duration_seconds", Type.GAUGE, "How long the run took; only once it has ended."),
  EXIT_STATUS(
      "errata_run_exit_status", Type.GAUGE, "The exit status; only once the run has ended."),
  STAGE("errata_stage", Type.GAUGE, "1 for the stage that the run is in, 0 for those before."),
  STAGE_SECONDS("errata_stage_seconds", Type.GAUGE, "How long each stage has taken so far."),
  STEPS(
      "errata_steps_total",
      Type.COUNTER,
      "Steps so far: an event is read and then deduped, a row is compared."),
  STEPS_EXPECTED(
      "errata_steps_expected", Type.GAUGE, "About how many steps there will be; 0 if not known."),
  READ("errata_events_read_total", Type.COUNTER, "Events of the window that were read."),
  REJECTED(
      "errata_events_rejected_total",
      Type.COUNTER,
      "Events of the window that could not be decoded or broke a rule; their keys are quarantined."),
  DUPLICATE(
      "errata_events_duplicate_total", Type.COUNTER, "Copies of events beyond the first, dropped."),
  USED("errata_events_used_total", Type.COUNTER, "Events given to the worker."),
  LAG(
      "errata_window_lag_seconds",
      Type.GAUGE,
      "Event time between the newest event that was read and the end of the window."),
  COMPARED(
      "errata_rows_compared_total",
      Type.COUNTER,
      "Rows that were recomputed and compared with the live table."),
  DRIFT("errata_drift_rows_total", Type.COUNTER, "Rows that differ, by what would correct them."),
  QUARANTINED(
      "errata_quarantined_rows",
      Type.GAUGE,
      "Rows that are not corrected because one of their events could not be used."),
  SPILLED(
      "errata_spilled_bytes_total",
      Type.COUNTER,
      "Bytes that stages wrote to disk because they did not fit in memory."),
  WRITE_ROWS(
      "errata_write_rows", Type.GAUGE, "Rows that an apply or rollback has written, by kind."),
  WRITE_CONFLICTS(
      "errata_write_conflicts",
      Type.GAUGE,
      "Rows that an apply or rollback found changed since the plan."),
  WRITE_OUTCOME("errata_write_outcome", Type.GAUGE, "1 for how an apply or rollback ended.");

  private final String metric;
  private final Type type;
  private final String help;

  RunMetric(String metric, Type type, String help) {
    this.metric = metric;
    this.type = type;
    this.help = help;
  }

  String metric() {
    return metric;
  }

  Type type() {
    return type;
  }

  String help() {
    return help;
  }
}
