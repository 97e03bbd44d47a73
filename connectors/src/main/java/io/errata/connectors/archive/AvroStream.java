package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import java.io.Closeable;
import java.io.IOException;

/**
 * Reads an Avro container file byte by byte through a buffer, and never asks for more than the file
 * has.
 */
final class AvroStream implements Closeable {
  private final StoreInput in;
  private final long size;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int limit;
  private long bufferStart;

  AvroStream(StoreInput in, long size) {
    this.in = in;
    this.size = size;
  }

  long position() {
    return bufferStart + at;
  }

  boolean isAtEnd() {
    return position() >= size;
  }

  void seek(long position) throws IOException {
    in.seek(position);
    bufferStart = position;
    at = 0;
    limit = 0;
  }

  int next() throws IOException {
    if (at == limit) {
      bufferStart += limit;
      at = 0;
      limit = Math.max(0, in.read(buffer, 0, buffer.length));
      if (limit == 0) {
        throw new ContentException("truncated");
      }
    }
    return buffer[at++] & 0xFF;
  }

  long nextLong() throws IOException {
    long bits = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int part = next();
      bits |= (long) (part & 0x7F) << shift;
      if (part < 0x80) {
        return (bits >>> 1) ^ -(bits & 1);
      }
    }
    throw new ContentException("a number has too many bytes");
  }

  /**
   * @throws ContentException where the file has fewer
   */
  byte[] nextBytes(long count) throws IOException {
    if (count < 0 || count > size - position() || count > Integer.MAX_VALUE - 16) {
      throw new ContentException("truncated, or a length is broken");
    }
    byte[] bytes = new byte[(int) count];
    for (int done = 0; done < bytes.length; ) {
      if (at == limit) {
        bytes[done++] = (byte) next();
        continue;
      }
      int part = Math.min(bytes.length - done, limit - at);
      System.arraycopy(buffer, at, bytes, done, part);
      at += part;
      done += part;
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
