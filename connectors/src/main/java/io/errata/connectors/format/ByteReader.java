package io.errata.connectors.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/** Gives each byte as the character of its number. */
final class ByteReader extends Reader {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final byte[] buffer;
  private int at;
  private int limit;

  ByteReader(InputStream in) {
    this.in = in;
    this.buffer = new byte[1 << 16];
  }

  /** Of bytes that are all there. */
  ByteReader(byte[] bytes, int offset, int length) {
    this.in = InputStream.nullInputStream();
    this.buffer = bytes;
    this.at = offset;
    this.limit = offset + length;
  }

  /** To be called before anything is read. */
  void skipByteOrderMark() throws IOException {
    limit = in.readNBytes(buffer, 0, BYTE_ORDER_MARK.length);
    at = limit == 3 && java.util.Arrays.equals(buffer, 0, 3, BYTE_ORDER_MARK, 0, 3) ? 3 : 0;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (at == limit) {
      at = 0;
      limit = Math.max(0, in.read(buffer, 0, buffer.length));
      if (limit == 0) {
        return -1;
      }
    }
    int count = Math.min(length, limit - at);
    for (int i = 0; i < count; i++) {
      target[offset + i] = (char) (buffer[at++] & 0xFF);
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
