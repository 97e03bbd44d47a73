package io.errata.state.table;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a live table is: its columns, and which of them are key and compared. Immutable; equal by
 * all of it.
 */
@JsonPropertyOrder({"name", "columns", "key", "compare"})
public final class TableDescription implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private final List<TableColumn> columns;
  private final List<String> key;
  private final List<String> compare;

  // Asked for with each row.
  private final HashMap<String, TableColumn> byName = new HashMap<>();
  private final RowSchema keySchema;
  private final RowSchema compareSchema;
  private final RowSchema values;
  private final List<TableColumn> stored;

  /**
   * @param name qualified and quoted as the database writes it: the table's identity in plan and
   *     ledger
   * @param columns all, in the table's order
   * @param key names of the key columns, in the spec's order
   * @param compare names of the compared columns, in the spec's order; none of the key
   * @throws IllegalArgumentException where there is no column of a name, or two are named alike
   */
  @JsonCreator
  public TableDescription(
      @JsonProperty("name") String name,
      @JsonProperty("columns") List<TableColumn> columns,
      @JsonProperty("key") List<String> key,
      @JsonProperty("compare") List<String> compare) {
    this.name = name;
    this.columns = List.copyOf(columns);
    this.key = List.copyOf(key);
    this.compare = List.copyOf(compare);
    this.columns.forEach(column -> byName.putIfAbsent(column.name(), column));
    this.keySchema = RowSchema.of(this.key.stream().map(c -> column(c).column()).toList());
    this.compareSchema = RowSchema.of(this.compare.stream().map(c -> column(c).column()).toList());
    this.values = keySchema.concat(compareSchema);
    this.stored = values.names().stream().map(this::column).toList();
  }

  /** Its identity in plan and ledger. */
  @JsonProperty
  public String name() {
    return name;
  }

  /** All columns, in the table's order. */
  @JsonProperty
  public List<TableColumn> columns() {
    return columns;
  }

  /** The names of the key columns, in the spec's order. */
  @JsonProperty
  public List<String> key() {
    return key;
  }

  /** The names of the compared columns, in the spec's order. */
  @JsonProperty
  public List<String> compare() {
    return compare;
  }

  /**
   * @throws IllegalArgumentException where there is no such column
   */
  public TableColumn column(String wanted) {
    TableColumn column = byName.get(wanted);
    if (column == null) {
      throw new IllegalArgumentException("Cannot find column " + wanted + " in " + name);
    }
    return column;
  }

  public RowSchema keySchema() {
    return keySchema;
  }

  public RowSchema compareSchema() {
    return compareSchema;
  }

  /**
   * Key columns, then compared columns: the schema of {@link LiveRow#values()} and of every
   * recomputed row.
   */
  public RowSchema values() {
    return values;
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
    @Nullable Object[] row = new @Nullable Object[stored.size()];
    for (int i = 0; i < row.length; i++) {
      TableColumn column = stored.get(i);
      row[i] = column.conform(computed.value(column.name()));
    }
    return Row.of(values, row);
  }

  /**
   * As {@link #conform(Row)}, of a row in two parts.
   *
   * @param keyRow holds the key columns
   * @param computed holds the compared columns
   */
  public Row conform(Row keyRow, Row computed) {
    @Nullable Object[] row = new @Nullable Object[stored.size()];
    for (int i = 0; i < row.length; i++) {
      TableColumn column = stored.get(i);
      Row part = i < key.size() ? keyRow : computed;
      row[i] = column.conform(part.value(column.name()));
    }
    return Row.of(values, row);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof TableDescription that
        && name.equals(that.name)
        && columns.equals(that.columns)
        && key.equals(that.key)
        && compare.equals(that.compare);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, columns, key, compare);
  }

  @Override
  public String toString() {
    return name + " " + columns + ", key " + key + ", compared " + compare;
  }
}
