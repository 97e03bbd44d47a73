package io.errata.state.table.csv;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a row stands in its file, so that a rollback can put it back there.
 *
 * @param row how many rows stand before it
 * @param separator the line ends before it
 */
record CsvPlace(long row, String separator) {
  /** Behind all rows that there can be, after the line end that the file uses. */
  static final CsvPlace LAST = new CsvPlace(Long.MAX_VALUE, "");

  private static final Pattern TEXT = Pattern.compile("[0-9]{1,18} [rn]*");

  /** Reads what {@link #toString()} has written; {@link #LAST} for anything else. */
  static CsvPlace parse(@Nullable String text) {
    if (text == null || !TEXT.matcher(text).matches()) {
      return LAST;
    }
    int blank = text.indexOf(' ');
    return new CsvPlace(
        Long.parseLong(text.substring(0, blank)),
        text.substring(blank + 1).replace('r', '\r').replace('n', '\n'));
  }

  /** The number, a blank, and {@code r} and {@code n} for the line ends. */
  @Override
  public String toString() {
    return row + " " + separator.replace('\r', 'r').replace('\n', 'n');
  }
}
