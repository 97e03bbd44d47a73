package io.errata.jobs.sort;

import java.io.Closeable;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a sorted run to a file, packed as in memory. */
final class RunWriter implements Closeable {
  private final OutputStream out;
  private byte[] buffer = new byte[RunReader.BUFFER];
  private int used;
  private long written;

  RunWriter(File file) throws IOException {
    out = new FileOutputStream(file);
  }

  void write(SortedRecords record) throws IOException {
    int size = PackedRecords.HEAD + record.length();
    if (used + size > buffer.length) {
      flush();
      if (size > buffer.length) {
        buffer = new byte[size];
      }
    }
    PackedRecords.writeHead(buffer, used, record.length(), record.hash(), record.order());
    System.arraycopy(
        record.bytes(), record.offset(), buffer, used + PackedRecords.HEAD, record.length());
    used += size;
  }

  private void flush() throws IOException {
    out.write(buffer, 0, used);
    written += used;
    used = 0;
  }

  /** Writes what is left; gives the bytes of the file. */
  long finish() throws IOException {
    flush();
    return written;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
