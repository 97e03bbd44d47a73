package io.errata.state.table;

import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import java.io.Serializable;
import java.util.List;

/**
 * What a live table is: its columns, and which of them are key and compared.
 *
 * @param name qualified and quoted as the database writes it: the table's identity in plan and ledger
 * @param columns all, in the table's order
 * @param key names of the key columns, in the spec's order
 * @param compare names of the compared columns, in the spec's order; none of the key
 */
public record TableDescription(String name, List<TableColumn> columns, List<String> key, List<String> compare)
    implements Serializable {
  public TableDescription {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    compare = List.copyOf(compare);
  }

  /**
   * @throws IllegalArgumentException where there is no such column
   */
  public TableColumn column(String name) {
    return columns.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Cannot find column " + name + " in " + this.name));
  }

  public RowSchema keySchema() {
    return RowSchema.of(key.stream().map(c -> column(c).column()).toList());
  }

  public RowSchema compareSchema() {
    return RowSchema.of(compare.stream().map(c -> column(c).column()).toList());
  }

  /** Key columns, then compared columns: the schema of {@link LiveRow#values()} and of every recomputed row. */
  public RowSchema values() {
    return keySchema().concat(compareSchema());
  }

  /** Changes where a column is added, dropped, renamed or changes its type, so that a plan made before is refused. */
  public Digest fingerprint() {
    StringBuilder text = new StringBuilder(name);
    for (TableColumn column : columns) {
      text.append('\n').append(column.name()).append('\t').append(column.sqlType()).append('\t').append(column.origin());
    }
    return Digest.ofText(text.append('\n').append(key).append(compare).toString());
  }
}
