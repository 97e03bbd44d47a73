package io.errata.testkit;

import io.errata.state.table.TableColumn;
import java.util.List;
import java.util.Map;

/**
 * A table that a contract suite asks a store to make.
 *
 * @param schema the schema, unquoted, or empty for the store's default
 * @param name the table, unquoted
 * @param columns all, in order; the suites write {@link TableColumn#sqlType()} as PostgreSQL does
 * @param key names of the key columns, unique together
 * @param compare names of the compared columns
 * @param generated expressions of the GENERATED columns, by name
 */
public record StoredTable(
    String schema,
    String name,
    List<TableColumn> columns,
    List<String> key,
    List<String> compare,
    Map<String, String> generated) {
  public StoredTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    compare = List.copyOf(compare);
    generated = Map.copyOf(generated);
  }

  /** The place of a column, from 0. */
  public int ordinal(String column) {
    return columns.stream().map(TableColumn::name).toList().indexOf(column);
  }
}
