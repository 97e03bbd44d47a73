package io.errata.api;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** An ordered list of columns with distinct names. Immutable; equal by names, types and order. */
public final class RowSchema implements Serializable {
  private static final long serialVersionUID = 1;

  private final List<Column> columns;
  private final HashMap<String, Integer> ordinals;

  private RowSchema(List<Column> columns) {
    this.columns = List.copyOf(columns);
    this.ordinals = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (ordinals.put(columns.get(i).name(), i) != null) {
        throw new IllegalArgumentException(
            "Cannot make a row schema: column " + columns.get(i).name() + " is named twice");
      }
    }
  }

  /**
   * @throws IllegalArgumentException where two columns have one name
   */
  public static RowSchema of(List<Column> columns) {
    return new RowSchema(columns);
  }

  /**
   * @throws IllegalArgumentException where two columns have one name
   */
  public static RowSchema of(Column... columns) {
    return new RowSchema(List.of(columns));
  }

  /** Starts a schema that is built column by column. */
  public static Builder builder() {
    return new Builder();
  }

  public List<Column> columns() {
    return columns;
  }

  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  public int size() {
    return columns.size();
  }

  public boolean has(String name) {
    return ordinals.containsKey(name);
  }

  /**
   * The place of a column, from 0.
   *
   * @throws IllegalArgumentException where there is no such column
   */
  public int ordinal(String name) {
    Integer ordinal = ordinals.get(name);
    if (ordinal == null) {
      throw new IllegalArgumentException(
          "Cannot find column " + name + " (there are " + names() + ")");
    }
    return ordinal;
  }

  /**
   * @throws IllegalArgumentException where there is no such column
   */
  public Column column(String name) {
    return columns.get(ordinal(name));
  }

  /**
   * The named columns, in the order of the names.
   *
   * @throws IllegalArgumentException where there is no such column
   */
  public RowSchema project(List<String> names) {
    return of(names.stream().map(this::column).toList());
  }

  /** These columns, then the other's. */
  public RowSchema concat(RowSchema other) {
    List<Column> all = new ArrayList<>(columns);
    all.addAll(other.columns);
    return of(all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowSchema that && columns.equals(that.columns);
  }

  @Override
  public int hashCode() {
    return columns.hashCode();
  }

  @Override
  public String toString() {
    return columns.toString();
  }

  /** Collects columns in order. */
  public static final class Builder {
    private final List<Column> columns = new ArrayList<>();

    private Builder() {}

    public Builder column(String name, ColumnType type) {
      columns.add(new Column(name, type));
      return this;
    }

    /**
     * @throws IllegalArgumentException where two columns have one name
     */
    public RowSchema build() {
      return of(columns);
    }
  }
}
