package io.errata.state.table.csv;

import io.errata.api.Column;
import io.errata.api.ErrataException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the fields of a record mean: the table that a header and a spec describe. */
final class CsvLayout {
  private final TableDescription table;
  private final RowSchema keySchema;
  private final RowSchema valueSchema;
  private final int[] key;
  private final int[] values;

  CsvLayout(TableDescription table) {
    this.table = table;
    this.keySchema = table.keySchema();
    this.valueSchema = table.values();
    this.key = ordinals(table, keySchema);
    this.values = ordinals(table, valueSchema);
  }

  private static int[] ordinals(TableDescription table, RowSchema schema) {
    List<String> names = table.columns().stream().map(TableColumn::name).toList();
    return schema.names().stream().mapToInt(names::indexOf).toArray();
  }

  TableDescription table() {
    return table;
  }

  /**
   * The texts of the current record, which has a field for each column.
   *
   * @throws ErrataException INVALID_TABLE where it has more or fewer
   */
  List<@Nullable String> texts(CsvRecords records) {
    if (records.count() != table.columns().size()) {
      throw CsvErrors.invalid(
          "Cannot read "
              + table.name()
              + ": line "
              + records.line()
              + " has "
              + records.count()
              + " fields (the header has "
              + table.columns().size()
              + ")",
          "Mend the line: nobody can say which of its fields is missing or too many.");
    }
    return records.texts();
  }

  /**
   * The key of a record.
   *
   * @throws ErrataException INVALID_TABLE where a column of it is null or can't be read
   */
  Row key(List<@Nullable String> texts, long line) {
    return row(keySchema, key, texts, line);
  }

  /**
   * Key and compared columns of a record.
   *
   * @throws ErrataException INVALID_TABLE where one can't be read, or one of the key is null
   */
  Row values(List<@Nullable String> texts, long line) {
    return row(valueSchema, values, texts, line);
  }

  private Row row(RowSchema schema, int[] ordinals, List<@Nullable String> texts, long line) {
    List<@Nullable Object> row = new ArrayList<>(ordinals.length);
    for (int i = 0; i < ordinals.length; i++) {
      TableColumn column = table.columns().get(ordinals[i]);
      Object value;
      try {
        value = CsvText.value(column, texts.get(ordinals[i]));
      } catch (IllegalArgumentException e) {
        throw CsvErrors.invalid(
            "Cannot read "
                + table.name()
                + ": in line "
                + line
                + ", column "
                + column.name()
                + ": "
                + e.getMessage()
                + " ("
                + column.sqlType()
                + ")",
            "Mend the line, or give the column another type in table.csv.types.");
      }
      if (value == null && i < key.length) {
        throw CsvErrors.invalid(
            "Cannot read "
                + table.name()
                + ": in line "
                + line
                + ", key column "
                + column.name()
                + " is null",
            "Give the row a key, or take the line out.");
      }
      row.add(value);
    }
    return Row.ofList(schema, row);
  }

  /** Whether a row has these values, and nothing in all other columns. */
  boolean holdsOnly(Row wanted, List<@Nullable String> texts, long line) {
    for (int i = 0; i < texts.size(); i++) {
      String name = table.columns().get(i).name();
      if (!valueSchema.has(name) && texts.get(i) != null) {
        return false;
      }
    }
    return CanonicalForm.of(values(texts, line)).equals(CanonicalForm.of(wanted));
  }

  /** Whether two values of a column are one. */
  static boolean same(TableColumn column, @Nullable Object left, @Nullable Object right) {
    StringBuilder forms = new StringBuilder();
    CanonicalForm.append(forms, column.name(), left);
    String form = forms.toString();
    forms.setLength(0);
    CanonicalForm.append(forms, column.name(), right);
    return form.contentEquals(forms);
  }

  /** What two rows of one key have in common. */
  String place(Row keyed) {
    return CanonicalForm.of(keyed, table.key());
  }

  /** A key for people: {@code user_id=42, day=2024-06-10}. */
  String text(Row keyed) {
    List<String> parts = new ArrayList<>();
    for (Column column : keySchema.columns()) {
      Object value = keyed.value(column.name());
      String text = CsvText.text(table.column(column.name()), value, null, '\n');
      parts.add(column.name() + "=" + CsvText.content(text));
    }
    return String.join(", ", parts);
  }
}
