package io.errata.jobs.telemetry;

/** An attribute of a span. docs/metrics.md has a table of them, which a test compares with this. */
enum TraceAttribute {
  SPEC("errata.spec"),
  RUN("errata.run"),
  TABLE("errata.table"),
  FROM("errata.window.from"),
  TO("errata.window.to"),
  PLAN("errata.plan"),
  LIMITS("errata.limits"),
  READ("errata.events.read"),
  IN_WINDOW("errata.events.in_window"),
  FILTERED("errata.events.filtered"),
  DUPLICATES("errata.events.duplicates"),
  REJECTED("errata.events.rejected"),
  USED("errata.events.used"),
  RECOMPUTED("errata.rows.recomputed"),
  LIVE("errata.rows.live"),
  EQUAL("errata.rows.equal"),
  INSERT("errata.rows.insert"),
  UPDATE("errata.rows.update"),
  DELETE("errata.rows.delete"),
  QUARANTINED("errata.rows.quarantined"),
  OUTCOME("errata.write.outcome"),
  INSERTED("errata.write.insert"),
  UPDATED("errata.write.update"),
  DELETED("errata.write.delete"),
  CONFLICTS("errata.write.conflicts"),
  LEDGER("errata.write.ledger"),
  EXIT_STATUS("errata.exit_status"),
  ERROR("error.type"),
  ERROR_KIND("errata.error.kind"),
  EXCEPTION("exception.type");

  private final String key;

  TraceAttribute(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }
}
