/**
 * Live tables in CSV files (RFC 4180, UTF-8, with a header row), without a database: rows are
 * written by replacing the file, and a ledger lies beside it.
 */
@NullMarked
package io.errata.state.table.csv;

import org.jspecify.annotations.NullMarked;
