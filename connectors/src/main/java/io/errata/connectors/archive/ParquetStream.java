package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadPace;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.io.DelegatingSeekableInputStream;

/**
 * A Parquet file, opened, whose footer was looked at. The footer is kept, so that the library has
 * it without asking the store again.
 */
final class ParquetStream extends DelegatingSeekableInputStream {
  private static final int SMALLEST_FILE = 12;

  /** The footer's length and the magic. */
  private static final int TAIL = 8;

  /** Read at once from the end: most footers are smaller. */
  private static final int FIRST_READ = 32 << 10;

  /** Ten thousand columns in a hundred row groups are smaller. */
  private static final int MAX_FOOTER = 256 << 20;

  private final Source source;

  private ParquetStream(Source source) {
    super(source);
    this.source = source;
  }

  /**
   * Opens a file.
   *
   * @param size of the file when it was listed
   * @param pace is asked about all bytes that are taken from the store
   * @throws ContentException where it doesn't end as a Parquet file does, or its footer claims what
   *     can't be
   */
  static ParquetStream open(String path, long size, ReadPace pace) throws IOException {
    if (size < SMALLEST_FILE) {
      throw new ContentException("truncated: " + size + " bytes are too few for a Parquet file");
    }
    StoreInput in = StoreInput.open(path, pace);
    try {
      byte[] end = read(in, size, (int) Math.min(size, FIRST_READ));
      long footer = footerLength(end, size);
      if (footer + TAIL > end.length) {
        end = read(in, size, (int) footer + TAIL);
      }
      ThriftShape.check(end, end.length - TAIL - (int) footer, end.length - TAIL);
      return new ParquetStream(new Source(in, end, size - end.length));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static byte[] read(StoreInput in, long size, int count) throws IOException {
    in.seek(size - count);
    byte[] end = in.readNBytes(count);
    if (end.length < count) {
      throw new EOFException();
    }
    return end;
  }

  /** The library's own messages for these hold bytes of the file. */
  private static long footerLength(byte[] end, long size) throws IOException {
    String magic = new String(end, end.length - 4, 4, StandardCharsets.ISO_8859_1);
    if (magic.equals("PARE")) {
      throw new ContentException("encrypted: its footer can't be read");
    }
    if (!magic.equals("PAR1")) {
      throw new ContentException("truncated, or no Parquet file: it doesn't end with a footer");
    }
    long length =
        ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(end.length - TAIL)
            & 0xFFFF_FFFFL;
    if (length > size - SMALLEST_FILE) {
      throw new ContentException("its footer is said to be larger than the file");
    }
    if (length > MAX_FOOTER) {
      throw new ContentException("its footer has more than " + (MAX_FOOTER >> 20) + " MiB");
    }
    return length;
  }

  @Override
  public long getPos() {
    return source.position;
  }

  @Override
  public void seek(long position) {
    source.position = position;
  }

  /** The store up to where the kept end begins, and then that. */
  private static final class Source extends InputStream {
    private final StoreInput in;
    private final byte[] end;
    private final long endStart;
    private long position;

    Source(StoreInput in, byte[] end, long endStart) {
      this.in = in;
      this.end = end;
      this.endStart = endStart;
    }

    @Override
    public int read() throws IOException {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count;
      if (position >= endStart) {
        count = (int) Math.min(length, end.length - (position - endStart));
        if (count <= 0) {
          return -1;
        }
        System.arraycopy(end, (int) (position - endStart), target, offset, count);
      } else {
        if (in.position() != position) {
          in.seek(position);
        }
        count = in.read(target, offset, (int) Math.min(length, endStart - position));
      }
      position += Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
