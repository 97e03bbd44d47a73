package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A gzip file of one or more members. Unlike {@link java.util.zip.GZIPInputStream} it doesn't take
 * a broken or late member for the end of the file, and gives out all that it could decompress
 * before it says that the rest can't be.
 *
 * <p>Format: RFC 1952.
 */
final class GzipStream extends InputStream {
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[1 << 16];
  private final byte[] single = new byte[1];
  private int at;
  private int limit;
  private boolean inMember;
  private boolean ended;

  GzipStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (!inMember && !startMember()) {
        return -1;
      }
      int count = inflate(target, offset, length);
      if (count > 0) {
        crc.update(target, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      }
    }
  }

  private int inflate(byte[] target, int offset, int length) throws IOException {
    try {
      int count = inflater.inflate(target, offset, length);
      if (count == 0 && inflater.needsDictionary()) {
        throw new ContentException("gzip is broken");
      }
      if (count == 0 && inflater.needsInput()) {
        if (!fill()) {
          throw new ContentException("gzip is cut off");
        }
        inflater.setInput(buffer, 0, limit);
      }
      return count;
    } catch (DataFormatException e) {
      throw new ContentException("gzip is broken", e);
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  /** Whether there was another member. */
  private boolean startMember() throws IOException {
    if (ended || (at == limit && !fill())) {
      ended = true;
      return false;
    }
    if (next() != 0x1F || next() != 0x8B || next() != 8) {
      throw new ContentException("not gzip, or something else follows it");
    }
    int flags = next();
    skip(6);
    if ((flags & FEXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & FNAME) != 0) {
      skipText();
    }
    if ((flags & FCOMMENT) != 0) {
      skipText();
    }
    if ((flags & FHCRC) != 0) {
      skip(2);
    }
    inflater.reset();
    inflater.setInput(buffer, at, limit - at);
    crc.reset();
    inMember = true;
    return true;
  }

  private void endMember() throws IOException {
    at = limit - inflater.getRemaining();
    long expectedCrc = next32();
    long expectedSize = next32();
    if (expectedCrc != crc.getValue()
        || expectedSize != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
      throw new ContentException("gzip is broken: its checksum doesn't hold");
    }
    inMember = false;
  }

  private long next32() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      next();
    }
  }

  private void skipText() throws IOException {
    while (next() != 0) {
      // the name and the comment end with a zero
    }
  }

  private int next() throws IOException {
    if (at == limit && !fill()) {
      throw new ContentException("gzip is cut off");
    }
    return buffer[at++] & 0xFF;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
