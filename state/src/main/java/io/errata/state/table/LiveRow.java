package io.errata.state.table;

import io.errata.api.Row;

/**
 * A row of the live table as a snapshot has it.
 *
 * @param values the key columns and the compared columns, of {@link TableDescription#values()}
 * @param image the whole row
 */
public record LiveRow(Row values, Image image) {}
