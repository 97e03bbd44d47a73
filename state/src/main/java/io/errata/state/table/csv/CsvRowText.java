package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows in the way in which the file is written. */
final class CsvRowText {
  private final TableDescription table;
  private final char delimiter;

  CsvRowText(TableDescription table, char delimiter) {
    this.table = table;
    this.delimiter = delimiter;
  }

  /** A row with other compared columns; all other texts stay as they are. */
  List<@Nullable String> updated(List<@Nullable String> before, Row after) {
    List<@Nullable String> texts = new ArrayList<>(before);
    for (int i = 0; i < texts.size(); i++) {
      TableColumn column = table.columns().get(i);
      if (table.compare().contains(column.name())) {
        Object value = after.value(column.name());
        // What means the same stays as somebody has written it.
        if (!CsvLayout.same(column, CsvText.value(column, before.get(i)), value)) {
          texts.set(i, CsvText.text(column, value, before.get(i), delimiter));
        }
      }
    }
    return texts;
  }

  /**
   * A new row, with nothing in the columns that nobody computes.
   *
   * @param model a row of the file, which says where quotes stand
   */
  List<@Nullable String> inserted(Row after, List<@Nullable String> model) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      TableColumn column = table.columns().get(i);
      Object value = after.schema().has(column.name()) ? after.value(column.name()) : null;
      texts.add(CsvText.text(column, value, model.get(i), delimiter));
    }
    return texts;
  }

  /** A row as it stands in the file, without its line end. */
  String line(List<@Nullable String> texts) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      line.append(i == 0 ? "" : String.valueOf(delimiter)).append(text == null ? "" : text);
    }
    return line.toString();
  }
}
