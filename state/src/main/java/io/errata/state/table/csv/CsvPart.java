package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.table.KeyRange;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.io.Serializable;
import java.util.Optional;

/**
 * A range of whole rows of a file.
 *
 * @param from the first byte, which is the line end before the first row
 * @param to behind the last byte
 * @param row how many rows stand before the first
 * @param line the line that the first byte stands in, from 1
 * @param digest of the bytes, as 64 hexadecimal digits
 * @param range which of the rows are in scope, as text; empty for all
 */
record CsvPart(long from, long to, long row, long line, String digest, Optional<Range> range) {
  private static final String SEPARATOR = "\n";

  /** A {@link KeyRange} with its values as they stand in the file. */
  record Range(String from, String to, String column) {
    static Range of(KeyRange range, TableDescription table) {
      TableColumn column = table.column(range.column());
      return new Range(text(column, range.from()), text(column, range.to()), range.column());
    }

    private static String text(TableColumn column, Serializable value) {
      return String.valueOf(CsvText.text(column, value, null, ','));
    }

    @SuppressWarnings("unchecked") // all three are of the column's class, which is comparable
    boolean holds(Row row, TableDescription table) {
      TableColumn key = table.column(column);
      Comparable<Object> value = (Comparable<Object>) row.value(column);
      return value != null
          && value.compareTo(CsvText.value(key, from)) >= 0
          && value.compareTo(CsvText.value(key, to)) < 0;
    }
  }

  static CsvPart parse(String text) {
    // The column comes last: its name may hold anything.
    String[] lines = text.split(SEPARATOR, 4);
    String[] parts = lines[0].split(" ");
    return new CsvPart(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]),
        parts[4],
        lines.length == 1
            ? Optional.empty()
            : Optional.of(new Range(lines[1], lines[2], lines[3])));
  }

  CsvPart within(Range wanted) {
    return new CsvPart(from, to, row, line, digest, Optional.of(wanted));
  }

  @Override
  public String toString() {
    return from
        + " "
        + to
        + " "
        + row
        + " "
        + line
        + " "
        + digest
        + range
            .map(r -> SEPARATOR + r.from() + SEPARATOR + r.to() + SEPARATOR + r.column())
            .orElse("");
  }
}
