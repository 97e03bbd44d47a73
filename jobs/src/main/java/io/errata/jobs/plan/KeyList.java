package io.errata.jobs.plan;

import io.errata.api.Column;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.format.CsvRows;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.Conversion;
import io.errata.connectors.store.FileStores;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a spec names in a file.
 *
 * @param forms the canonical forms of the keys
 */
record KeyList(SortedSet<String> forms) {
  /** The same for the same keys, in whatever order and notation. */
  Digest digest() {
    return Digest.ofText(String.join("\n", forms));
  }

  /**
   * Reads them, as values of the table's key.
   *
   * @throws ErrataException INVALID_SPEC where the file is not one of keys of the table, naming the
   *     row; LIMIT where there are more than {@link Retry#MOST}; UNAVAILABLE where it can't be read
   */
  static KeyList read(String file, TableDescription table) {
    Path path = FileStores.path(file);
    try {
      if (!FileStores.of(path).exists(path)) {
        throw invalid(file, "there is no such file", "Check filter.keys.file.");
      }
      try (CsvRows rows = CsvRows.of(FileStores.of(path).open(path), ',')) {
        return new KeyList(forms(file, rows, table));
      }
    } catch (ContentException e) {
      throw invalid(file, String.valueOf(e.getMessage()), "Write it as RFC 4180 says.");
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read the keys of " + file,
          "Check the file and the rights on it, then try again.",
          e);
    }
  }

  private static SortedSet<String> forms(String file, CsvRows rows, TableDescription table)
      throws IOException {
    List<String> names = table.keySchema().columns().stream().map(Column::name).toList();
    @Nullable List<String> header = rows.header();
    boolean isHeader =
        header != null
            && header.size() == names.size()
            && new TreeSet<>(header).equals(new TreeSet<>(names));
    if (header != null && !isHeader && names.size() > 1) {
      throw invalid(
          file,
          "its first line doesn't name the columns of the key",
          "Begin it with " + String.join(",", names) + ", in any order.");
    }
    List<String> columns = isHeader && header != null ? header : names;
    SortedSet<String> forms = new TreeSet<>();
    int number = isHeader ? 2 : 1;
    for (boolean any = header != null && (!isHeader || rows.next()); any; any = rows.next()) {
      forms.add(form(file, rows, number++, columns, table));
      if (forms.size() > Retry.MOST) {
        throw new ErrataException(
            ErrorCode.LIMIT,
            "Cannot take the keys of "
                + file
                + ": there are more than "
                + Retry.MOST
                + " (a plan keeps them in memory)",
            "Take fewer at once, or choose events by filter.where.");
      }
    }
    if (forms.isEmpty()) {
      throw invalid(file, "there is no key in it", "Leave filter.keys out to look at all keys.");
    }
    return forms;
  }

  private static String form(
      String file, CsvRows rows, int number, List<String> columns, TableDescription table) {
    if (rows.count() != columns.size()) {
      throw invalid(
          file,
          "row " + number + " has " + rows.count() + " fields",
          "Give " + String.join(",", columns) + " in each row, and nothing else.");
    }
    List<Object> values = new ArrayList<>();
    for (Column column : table.keySchema().columns()) {
      @Nullable Object text = rows.value(columns.indexOf(column.name()));
      @Nullable Object value = Conversion.convert(text, column.type());
      String place = "row " + number + ", column " + column.name() + ": ";
      if (value == null || value instanceof Unreadable) {
        throw invalid(
            file,
            place
                + (value instanceof Unreadable unreadable
                    ? unreadable.reason()
                    : "nothing stands there, and no key is null"),
            "Write a value of the type " + column.type() + " (\"\" for a text of no characters).");
      }
      try {
        values.add(table.column(column.name()).conform(value));
      } catch (ErrataException e) {
        throw invalid(file, place + "the table can't hold the value", "Correct or remove the row.");
      }
    }
    return CanonicalForm.of(Row.of(table.keySchema(), values.toArray()));
  }

  private static ErrataException invalid(String file, String why, String next) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC, "Cannot read the keys of " + file + " (" + why + ")", next);
  }
}
