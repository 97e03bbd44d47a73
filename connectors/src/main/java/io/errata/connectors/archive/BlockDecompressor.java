package io.errata.connectors.archive;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import io.airlift.compress.zstd.ZstdInputStream;
import io.errata.connectors.read.ContentException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Decompresses blocks in memory, in Java alone: native libraries need a temporary folder that may
 * hold programs, which not every cluster has. Says no to a block whose decompressed size isn't the
 * one that its file claims.
 */
enum BlockDecompressor {
  SNAPPY {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      int claimed = checked(SnappyDecompressor.getUncompressedLength(in, offset), size);
      byte[] out = new byte[plausible(claimed, length, MOST_OF_SNAPPY)];
      return exact(
          out, new SnappyDecompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  ZSTD {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      long said = ZstdDecompressor.getDecompressedSize(in, offset, length);
      int claimed = said < 0 ? size : checked(said, size);
      if (claimed == UNKNOWN || claimed > MAX_TRUSTED) {
        try {
          return read(new ZstdInputStream(new ByteArrayInputStream(in, offset, length)), claimed);
        } catch (ContentException e) {
          throw e;
        } catch (IOException e) {
          throw new ContentException("a compressed block is cut off or broken", e);
        }
      }
      byte[] out = new byte[claimed];
      return exact(out, new ZstdDecompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  LZ4 {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      byte[] out = new byte[plausible(checked(size, size), length, MOST_OF_LZ4)];
      return exact(out, new Lz4Decompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  GZIP {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      return read(new GzipStream(new ByteArrayInputStream(in, offset, length)), size);
    }
  },
  /** Raw, as in Avro. */
  DEFLATE {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      Inflater inflater = new Inflater(true);
      try {
        return read(
            new InflaterInputStream(new ByteArrayInputStream(in, offset, length), inflater), size);
      } catch (EOFException e) {
        throw new ContentException("a compressed block is cut off", e);
      } catch (ZipException e) {
        throw new ContentException("a compressed block is broken", e);
      } finally {
        inflater.end();
      }
    }
  };

  /**
   * Larger blocks are not made by any writer; a small one that grows to more is made to do harm.
   */
  static final int MAX_BLOCK = 256 << 20;

  /** Up to here a claimed size is believed before there is as much. */
  private static final int MAX_TRUSTED = 8 << 20;

  /** How many times a block can grow: a copy of 64 bytes takes 3. */
  private static final int MOST_OF_SNAPPY = 22;

  /** How many times a block can grow: each further byte of a length stands for 255. */
  private static final int MOST_OF_LZ4 = 256;

  /** Where the format doesn't say how large a block becomes. */
  static final int UNKNOWN = -1;

  /**
   * @param size what it must become, or {@link #UNKNOWN}
   * @throws ContentException where it can't be decompressed, or becomes another size
   */
  abstract byte[] decompress(byte[] in, int offset, int length, int size) throws IOException;

  byte[] decompressed(byte[] in, int offset, int length, int size) throws IOException {
    try {
      return decompress(in, offset, length, size);
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new ContentException("a compressed block is broken", e);
    }
  }

  private static int checked(long claimed, int size) throws ContentException {
    if (claimed < 0 || (size != UNKNOWN && claimed != size)) {
      throw wrongSize();
    }
    if (claimed > MAX_BLOCK) {
      throw tooLarge();
    }
    return (int) claimed;
  }

  /** A size before it is allocated, which a few bytes may claim to be anything. */
  private static int plausible(int claimed, int length, int most) throws ContentException {
    if (claimed > (long) most * length + most) {
      throw wrongSize();
    }
    return claimed;
  }

  /** Takes memory as the bytes come, since few of them can claim to become many. */
  private static byte[] read(InputStream in, int size) throws IOException {
    if (size > MAX_BLOCK) {
      throw tooLarge();
    }
    try (in) {
      byte[] out = in.readNBytes(size == UNKNOWN ? MAX_BLOCK : size);
      if (in.read() >= 0) {
        throw size == UNKNOWN ? tooLarge() : wrongSize();
      }
      if (size != UNKNOWN && out.length != size) {
        throw wrongSize();
      }
      return out;
    }
  }

  private static byte[] exact(byte[] out, int written) throws ContentException {
    if (written != out.length) {
      throw wrongSize();
    }
    return out;
  }

  private static ContentException tooLarge() {
    return new ContentException(
        "a compressed block becomes more than " + (MAX_BLOCK >> 20) + " MiB");
  }

  private static ContentException wrongSize() {
    return new ContentException("a compressed block has another size than its file says");
  }
}
