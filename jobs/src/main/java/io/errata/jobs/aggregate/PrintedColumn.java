package io.errata.jobs.aggregate;

import io.errata.state.table.TableColumn;

/** A key or event column whose value a template holds. */
record PrintedColumn(String name, TableColumn target) {}
