package io.errata.api;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable row: a schema and one value or null for each of its columns. Equal by schema and
 * values.
 */
public final class Row implements Fields {
  private final RowSchema schema;
  private final @Nullable Object[] values;

  private Row(RowSchema schema, @Nullable Object[] values) {
    this.schema = schema;
    this.values = values;
  }

  /**
   * Checks and copies the values, which stand in the order of the schema's columns.
   *
   * @throws IllegalArgumentException where the number of values or the class of one doesn't fit the
   *     schema
   */
  public static Row of(RowSchema schema, @Nullable Object... values) {
    if (values.length != schema.size()) {
      throw new IllegalArgumentException(
          "Cannot make a row of "
              + values.length
              + " values (the schema has "
              + schema.size()
              + " columns)");
    }
    for (int i = 0; i < values.length; i++) {
      Column column = schema.columns().get(i);
      if (values[i] != null && !column.type().javaType().isInstance(values[i])) {
        throw new IllegalArgumentException(
            "Cannot put a "
                + values[i].getClass().getSimpleName()
                + " into column "
                + column.name()
                + " ("
                + column.type()
                + ")");
      }
    }
    return new Row(schema, values.clone());
  }

  /** As {@link #of(RowSchema, Object...)}, from a list. */
  public static Row ofList(RowSchema schema, List<? extends @Nullable Object> values) {
    return of(schema, values.toArray());
  }

  @Override
  public RowSchema schema() {
    return schema;
  }

  @Override
  public @Nullable Object value(String name) {
    return values[schema.ordinal(name)];
  }

  /** The value at a column's place, from 0. */
  public @Nullable Object value(int ordinal) {
    return values[ordinal];
  }

  /** The named columns, in the order of the names. */
  public Row project(List<String> names) {
    Object[] projected = new Object[names.size()];
    for (int i = 0; i < projected.length; i++) {
      projected[i] = value(names.get(i));
    }
    return new Row(schema.project(names), projected);
  }

  /** These columns, then the other's. */
  public Row concat(Row other) {
    Object[] all = Arrays.copyOf(values, values.length + other.values.length);
    System.arraycopy(other.values, 0, all, values.length, other.values.length);
    return new Row(schema.concat(other.schema), all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row that
        && schema.equals(that.schema)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(schema, Arrays.hashCode(values));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ", ")
          .append(schema.columns().get(i).name())
          .append('=')
          .append(values[i]);
    }
    return text.append('}').toString();
  }
}
