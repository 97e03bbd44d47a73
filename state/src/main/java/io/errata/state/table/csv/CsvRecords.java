package io.errata.state.table.csv;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.errata.api.ErrataException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the records of a CSV file and gives each as it was understood and as the bytes that it
 * is, so that a file can be written again with every byte of it that is not to be changed.
 *
 * <p>A file is a sequence of records, each with what stands before it, which is line ends, and
 * behind the last one the rest, which is line ends too. Lines with nothing on them are no records.
 *
 * <p>Bytes are taken as characters, since no byte of a UTF-8 sequence is a delimiter, quote or line
 * end, and decoded field by field.
 */
final class CsvRecords implements Closeable {
  /** What one record may take, in bytes. */
  private static final int MAX_RECORD = 64 << 20;

  private final String name;
  private final Kept kept;
  private final CloseableIterator<Boolean> records;
  private final List<Integer> ends = new ArrayList<>();
  private final char delimiter;
  private final long firstLine;

  /**
   * Of the current record, from the first byte that is kept: where it begins, and where a field.
   */
  private int start;

  private int at;
  private boolean misunderstood;
  private long line;
  private long offset;

  /**
   * @param in closed with this
   * @param name the file's, for messages
   * @param firstLine the number of the line that the first byte stands in, from 1
   * @param offset the place of the first byte in the file
   */
  CsvRecords(InputStream in, String name, char delimiter, long firstLine, long offset) {
    this.name = name;
    this.delimiter = delimiter;
    this.firstLine = firstLine;
    this.offset = offset;
    this.kept = new Kept(in);
    this.records =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .skipEmptyLines(true)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .allowExtraCharsAfterClosingQuote(false)
            .allowUnclosedQuote(false)
            .maxBufferSize(MAX_RECORD)
            .build(new Handler(), kept)
            .iterator();
  }

  /**
   * Moves to the next record.
   *
   * @return false behind the last
   * @throws ErrataException INVALID_TABLE where the file can't be understood
   * @throws IOException where it can't be read
   */
  boolean next() throws IOException {
    offset += at;
    kept.drop(at);
    start = 0;
    at = 0;
    ends.clear();
    try {
      if (!records.hasNext()) {
        return false;
      }
      records.next();
    } catch (CsvParseException e) {
      // Its message is not ours to show: it may hold the record.
      throw notCsv();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (misunderstood) {
      throw notCsv();
    }
    return true;
  }

  private ErrataException notCsv() {
    return CsvErrors.invalid(
        "Cannot read "
            + name
            + ": it is not CSV behind line "
            + (line == 0 ? firstLine : line)
            + " (a quote is not closed, or something follows it, or a record is too long)",
        "Mend the file; a quote inside of a quoted field is written twice.");
  }

  /** The line that the current record begins in, from 1. */
  long line() {
    return line;
  }

  /** Where in the file the line ends before the current record begin. */
  long offset() {
    return offset;
  }

  /** How many bytes the current record has, with the line ends before it. */
  int length() {
    return at;
  }

  /** The line ends before the current record. */
  byte[] separator() {
    return kept.copy(0, start);
  }

  /** The current record itself. */
  byte[] content() {
    return kept.copy(start, at);
  }

  /** How many fields the current record has. */
  int count() {
    return ends.size();
  }

  /**
   * The texts of the current record's fields, quotes included; null where nothing stands.
   *
   * @throws ErrataException INVALID_TABLE where one is not UTF-8
   */
  List<@Nullable String> texts() {
    List<@Nullable String> texts = new ArrayList<>(ends.size());
    int from = start;
    for (int end : ends) {
      texts.add(from == end ? null : text(from, end));
      from = end + 1;
    }
    return texts;
  }

  private String text(int from, int end) {
    try {
      return kept.text(from, end);
    } catch (CharacterCodingException e) {
      throw CsvErrors.invalid(
          "Cannot read " + name + ": line " + line + " is not UTF-8",
          "Write the file in UTF-8; other encodings can't be told apart.");
    }
  }

  /** After the last record: what is left, which is line ends or nothing. */
  byte[] rest() {
    byte[] rest = kept.copy(0, kept.size());
    for (byte b : rest) {
      if (b != '\n' && b != '\r') {
        throw notCsv();
      }
    }
    return rest;
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Finds each field that the parser has understood in the bytes, and sees that it is the same. */
  private final class Handler extends AbstractBaseCsvCallbackHandler<Boolean> {
    @Override
    protected void handleBegin(long startingLine) {
      line = firstLine + startingLine - 1;
    }

    @Override
    protected void handleField(
        int field, char[] characters, int offset, int length, boolean quoted) {
      if (field == 0) {
        while (at < kept.size() && (kept.at(at) == '\n' || kept.at(at) == '\r')) {
          at++;
        }
        start = at;
      } else {
        expect(delimiter);
      }
      if (quoted) {
        expect('"');
      }
      for (int i = offset; i < offset + length; i++) {
        expect(characters[i]);
        if (quoted && characters[i] == '"') {
          expect('"');
        }
      }
      if (quoted) {
        expect('"');
      }
      ends.add(at);
    }

    private void expect(char wanted) {
      misunderstood |= at >= kept.size() || kept.at(at) != wanted;
      at++;
    }

    @Override
    protected Boolean buildRecord() {
      return true;
    }
  }

  /** Gives each byte as the character of its number, and keeps it until it is dropped. */
  private static final class Kept extends Reader {
    private final InputStream in;
    private byte[] bytes = new byte[1 << 16];
    private int from;
    private int to;

    Kept(InputStream in) {
      this.in = in;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (to == bytes.length) {
        byte[] larger = size() > bytes.length / 2 ? new byte[2 * bytes.length] : bytes;
        System.arraycopy(bytes, from, larger, 0, size());
        to = size();
        from = 0;
        bytes = larger;
      }
      int count = in.read(bytes, to, Math.min(length, bytes.length - to));
      for (int i = 0; i < count; i++) {
        target[offset + i] = (char) (bytes[to + i] & 0xFF);
      }
      to += Math.max(0, count);
      return count;
    }

    int size() {
      return to - from;
    }

    char at(int place) {
      return (char) (bytes[from + place] & 0xFF);
    }

    void drop(int count) {
      from += count;
    }

    byte[] copy(int start, int end) {
      return Arrays.copyOfRange(bytes, from + start, from + end);
    }

    String text(int start, int end) throws CharacterCodingException {
      for (int i = from + start; i < from + end; i++) {
        if (bytes[i] < 0) {
          return StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, from + start, end - start))
              .toString();
        }
      }
      return new String(bytes, from + start, end - start, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
