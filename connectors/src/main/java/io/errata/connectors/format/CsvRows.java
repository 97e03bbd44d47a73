package io.errata.connectors.format;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.errata.connectors.event.RawEvent;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.read.ContentException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file, RFC 4180. Bytes are taken as characters, since no byte of a UTF-8
 * sequence is a delimiter, quote or line end, and decoded field by field: so a broken sequence
 * spoils one field and not the file. Lines with nothing on them are no rows.
 */
public final class CsvRows implements Closeable {
  /** One field, or one row's fields together, may have as many characters. */
  private static final int MAX_ROW = 64 << 20;

  /** Memory that a row may leave taken behind it. */
  private static final int LARGE_ROW = 1 << 20;

  /** As many fields as a header row may name. */
  private static final int MAX_FIELDS = 100_000;

  private final CloseableIterator<Row> rows;
  private final Row row;

  private CsvRows(ByteReader in, char delimiter) {
    this.row = new Row(delimiter);
    this.rows =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .skipEmptyLines(true)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .allowExtraCharsAfterClosingQuote(false)
            .allowUnclosedQuote(false)
            .maxBufferSize(MAX_ROW)
            .build(new Handler(row), in)
            .iterator();
  }

  /** The rows of a whole file; closed with them, or where it can't be read. */
  public static CsvRows of(InputStream file, char delimiter) throws IOException {
    ByteReader in = new ByteReader(file);
    try {
      in.skipByteOrderMark();
      return new CsvRows(in, delimiter);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The rows of some bytes. */
  public static CsvRows of(byte[] bytes, int offset, int length, char delimiter) {
    return new CsvRows(new ByteReader(bytes, offset, length), delimiter);
  }

  /** The first row as names, or null where there is none. */
  public @Nullable List<String> header() throws IOException {
    row.wantAll();
    if (!next()) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < row.count; i++) {
      names.add(row.values[i] instanceof String name ? name : "");
    }
    return names;
  }

  /** Decodes only these fields from here on. */
  public void want(boolean[] fields) {
    row.wanted = Optional.of(fields);
    row.values = new @Nullable Object[fields.length];
  }

  /**
   * Moves to the next row; false behind the last.
   *
   * @throws ContentException where what follows is no CSV, or too long for a row
   */
  public boolean next() throws IOException {
    try {
      if (!rows.hasNext()) {
        return false;
      }
      rows.next();
      return true;
    } catch (CsvParseException e) {
      // Its message is not ours to show: it may hold the row.
      throw new ContentException(
          row.isTooLong
              ? "a row has more than "
                  + MAX_ROW
                  + " characters"
                  + (row.wanted.isEmpty() ? " or " + MAX_FIELDS + " fields" : "")
              : "not CSV: a quote is not closed, or something follows it, or a field is too long",
          e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** How many fields the current row has. */
  public int count() {
    return row.count;
  }

  /**
   * A wanted field of the current row: text, null where nothing stands there, or {@link
   * Unreadable}.
   */
  public @Nullable Object value(int field) {
    return row.values[field];
  }

  /** About how many characters the current row has. */
  public int size() {
    return row.size;
  }

  /** The fields of the current row as they stand in the file, without the end of the line. */
  public RawEvent whole() {
    return RawEvent.whole(row.raw, 0, row.rawLength);
  }

  /** The beginning of them. */
  public RawEvent head() {
    return RawEvent.head(row.raw, 0, row.rawLength);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }

  /** The current row; one instance for all of them. */
  private static final class Row {
    private Optional<boolean[]> wanted = Optional.empty();
    private @Nullable Object[] values = new @Nullable Object[0];
    private int count;
    private int size;
    private boolean isTooLong;

    // Kept of every row: that one is rejected is known when its fields are converted.
    private final char delimiter;
    private byte[] raw = new byte[256];
    private int rawLength;

    Row(char delimiter) {
      this.delimiter = delimiter;
    }

    void wantAll() {
      wanted = Optional.empty();
    }

    void begin() {
      count = 0;
      size = 0;
      rawLength = 0;
      if (raw.length > LARGE_ROW) {
        raw = new byte[LARGE_ROW];
      }
    }

    void add(int field, char[] characters, int offset, int length, boolean quoted) {
      count = field + 1;
      size += length + 1;
      if (size > MAX_ROW || (wanted.isEmpty() && field >= MAX_FIELDS)) {
        // Nobody knows whether it has an end.
        isTooLong = true;
        throw new IllegalStateException();
      }
      keep(field, characters, offset, length, quoted);
      boolean decode = wanted.isEmpty() || (field < wanted.get().length && wanted.get()[field]);
      if (decode) {
        if (field >= values.length) {
          values = Arrays.copyOf(values, Math.max(16, 2 * field));
        }
        values[field] = length == 0 && !quoted ? null : text(characters, offset, length);
      }
    }

    private void keep(int field, char[] characters, int offset, int length, boolean quoted) {
      // A delimiter, two quotes, and as many characters, each of which may be a quote.
      int most = rawLength + 2 * length + 3;
      if (most > raw.length) {
        raw = Arrays.copyOf(raw, Math.max(most, 2 * raw.length));
      }
      if (field > 0) {
        raw[rawLength++] = (byte) delimiter;
      }
      if (quoted) {
        raw[rawLength++] = '"';
      }
      for (int i = offset; i < offset + length; i++) {
        raw[rawLength++] = (byte) characters[i];
        if (quoted && characters[i] == '"') {
          raw[rawLength++] = '"';
        }
      }
      if (quoted) {
        raw[rawLength++] = '"';
      }
    }

    private static Object text(char[] characters, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (characters[i] > 0x7F) {
          byte[] bytes = new byte[length];
          for (int j = 0; j < length; j++) {
            bytes[j] = (byte) characters[offset + j];
          }
          return Utf8.decode(bytes, 0, length);
        }
      }
      return new String(characters, offset, length);
    }
  }

  private static final class Handler extends AbstractBaseCsvCallbackHandler<Row> {
    private final Row row;

    Handler(Row row) {
      this.row = row;
    }

    @Override
    protected void handleBegin(long line) {
      row.begin();
    }

    @Override
    protected void handleField(
        int field, char[] characters, int offset, int length, boolean quoted) {
      row.add(field, characters, offset, length, quoted);
    }

    @Override
    protected Row buildRecord() {
      return row;
    }
  }
}
