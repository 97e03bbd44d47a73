package io.errata.state.table.memory;

import io.errata.api.Column;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.TableColumn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One moment of a table. Never changed: a write makes another one, so that whoever holds this one
 * has a snapshot.
 *
 * @param columns all, in order
 * @param unique the columns that tell rows apart
 * @param rows the texts of all columns, by the canonical form of the unique ones
 */
record MemoryTable(
    List<TableColumn> columns,
    List<String> unique,
    NavigableMap<String, List<@Nullable String>> rows) {
  MemoryTable {
    columns = List.copyOf(columns);
    unique = List.copyOf(unique);
    rows = Collections.unmodifiableNavigableMap(rows);
  }

  /** The same with some rows replaced, added or, where they are null, removed. */
  MemoryTable with(Map<String, ? extends @Nullable List<@Nullable String>> changes) {
    NavigableMap<String, List<@Nullable String>> changed = new TreeMap<>(rows);
    changes.forEach(
        (key, texts) -> {
          if (texts == null) {
            changed.remove(key);
          } else {
            changed.put(key, Collections.unmodifiableList(new ArrayList<>(texts)));
          }
        });
    return new MemoryTable(columns, unique, changed);
  }

  int ordinal(String column) {
    return columns.stream().map(TableColumn::name).toList().indexOf(column);
  }

  /** The place of a row in {@link #rows}. */
  String place(Row row) {
    return CanonicalForm.of(row, unique);
  }

  String place(List<@Nullable String> texts) {
    return place(values(texts, unique));
  }

  Row values(List<@Nullable String> texts, List<String> names) {
    List<@Nullable Object> values = new ArrayList<>();
    List<Column> schema = new ArrayList<>();
    for (String name : names) {
      int ordinal = ordinal(name);
      schema.add(columns.get(ordinal).column());
      values.add(MemoryText.parse(columns.get(ordinal), texts.get(ordinal)));
    }
    return Row.ofList(RowSchema.of(schema), values);
  }
}
