package io.errata.state.table;

import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a live table is: its columns, and which of them are key and compared.
 *
 * @param name qualified and quoted as the database writes it: the table's identity in plan and
 *     ledger
 * @param columns all, in the table's order
 * @param key names of the key columns, in the spec's order
 * @param compare names of the compared columns, in the spec's order; none of the key
 */
public record TableDescription(
    String name, List<TableColumn> columns, List<String> key, List<String> compare)
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
        .orElseThrow(
            () -> new IllegalArgumentException("Cannot find column " + name + " in " + this.name));
  }

  public RowSchema keySchema() {
    return RowSchema.of(key.stream().map(c -> column(c).column()).toList());
  }

  public RowSchema compareSchema() {
    return RowSchema.of(compare.stream().map(c -> column(c).column()).toList());
  }

  /**
   * Key columns, then compared columns: the schema of {@link LiveRow#values()} and of every
   * recomputed row.
   */
  public RowSchema values() {
    return keySchema().concat(compareSchema());
  }

  /**
   * A computed row as this table would store it: its values brought to the types, scales and
   * lengths of the columns, in the order of {@link #values()}. Two rows that the table could not
   * tell apart conform to one.
   *
   * @param computed holds the key columns and the compared columns, in any order and in any type
   *     that their columns accept
   * @throws io.errata.api.ErrataException INVALID_VALUE where a value can't be stored, naming the
   *     column and never the value
   * @throws IllegalArgumentException where a column is missing
   */
  public Row conform(Row computed) {
    RowSchema schema = values();
    List<@Nullable Object> stored = new ArrayList<>(schema.size());
    for (String name : schema.names()) {
      stored.add(column(name).conform(computed.value(name)));
    }
    return Row.ofList(schema, stored);
  }

  /**
   * Changes where a column is added, dropped, renamed or changes its type, so that a plan made
   * before is refused.
   */
  public Digest fingerprint() {
    StringBuilder text = new StringBuilder(name);
    for (TableColumn column : columns) {
      text.append('\n')
          .append(column.name())
          .append('\t')
          .append(column.sqlType())
          .append('\t')
          .append(column.origin());
    }
    return Digest.ofText(text.append('\n').append(key).append(compare).toString());
  }
}
