package io.errata.jobs.sort;

import java.io.Closeable;
import java.io.EOFException;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a run that {@link RunWriter} wrote. */
final class RunReader implements SortedRecords, Closeable {
  /** Bytes that are read or written at once. */
  static final int BUFFER = 1 << 18;

  private final InputStream in;
  private byte[] buffer = new byte[BUFFER];
  private int next;
  private int end;
  private int at;
  private int size;

  RunReader(File file) throws IOException {
    in = new FileInputStream(file);
  }

  @Override
  public boolean next() throws IOException {
    if (!has(PackedRecords.HEAD)) {
      if (end > next) {
        throw new EOFException("A run ends within a record");
      }
      return false;
    }
    size = PackedRecords.size(buffer, next);
    if (!has(PackedRecords.HEAD + size)) {
      throw new EOFException("A run ends within a record");
    }
    at = next;
    next += PackedRecords.HEAD + size;
    return true;
  }

  private boolean has(int wanted) throws IOException {
    if (end - next >= wanted) {
      return true;
    }
    byte[] target = wanted > buffer.length ? new byte[wanted] : buffer;
    System.arraycopy(buffer, next, target, 0, end - next);
    end -= next;
    next = 0;
    buffer = target;
    while (end < wanted) {
      int read = in.read(buffer, end, buffer.length - end);
      if (read < 0) {
        return false;
      }
      end += read;
    }
    return true;
  }

  @Override
  public long hash() {
    return PackedRecords.hash(buffer, at);
  }

  @Override
  public long order() {
    return PackedRecords.order(buffer, at);
  }

  @Override
  public boolean isAlone() {
    return false;
  }

  @Override
  public byte[] bytes() {
    return buffer;
  }

  @Override
  public int offset() {
    return at + PackedRecords.HEAD;
  }

  @Override
  public int length() {
    return size;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
