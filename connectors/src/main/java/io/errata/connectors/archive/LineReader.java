package io.errata.connectors.archive;

import io.errata.connectors.format.JsonObjectParser;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a stretch of a text file, as bytes. A line belongs to the stretch in which it
 * begins.
 */
final class LineReader implements Closeable {
  /** The longest line that is kept; of a longer one only its start and end are known. */
  static final int MAX_LINE = JsonObjectParser.MAX_LENGTH;

  private final InputStream in;
  private final long end;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int limit;
  private long position;
  private long start;
  private byte[] line = new byte[1024];
  private int length;
  private boolean tooLong;

  /**
   * @param in positioned at {@code begin}
   * @param end where the stretch ends, exclusive; lines that begin before it are read to their end
   */
  LineReader(InputStream in, long begin, long end) {
    this.in = in;
    this.position = begin;
    this.end = end;
  }

  /** Moves to the next line, empty ones as well. */
  boolean next() throws IOException {
    start = position;
    length = 0;
    tooLong = false;
    if (position >= end) {
      return false;
    }
    while (true) {
      if (at == limit && !fill()) {
        return position > start;
      }
      int stop = at;
      while (stop < limit && buffer[stop] != '\n') {
        stop++;
      }
      append(stop - at);
      position += stop - at;
      at = stop;
      if (at < limit) {
        at++;
        position++;
        return true;
      }
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  private void append(int count) {
    if (length + count > MAX_LINE) {
      tooLong = true;
    }
    if (!tooLong) {
      if (length + count > line.length) {
        line = Arrays.copyOf(line, Math.min(MAX_LINE, Math.max(2 * line.length, length + count)));
      }
      System.arraycopy(buffer, at, line, length, count);
      length += count;
    }
  }

  /** Where the line begins in the text. */
  long start() {
    return start;
  }

  /** The line's bytes; valid until the next. */
  byte[] line() {
    return line;
  }

  /** How many of them, without the line's end. */
  int length() {
    return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
  }

  /** How many bytes the line has in the text, with its end; also of one that is too long. */
  long size() {
    return position - start;
  }

  boolean isTooLong() {
    return tooLong;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
