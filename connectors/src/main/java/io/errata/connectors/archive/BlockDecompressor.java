package io.errata.connectors.archive;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import io.errata.connectors.read.ContentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses blocks in memory, in Java alone: native libraries need a temporary folder that may
 * hold programs, which not every cluster has. Says no to a block whose decompressed size isn't the
 * one that its file claims.
 */
enum BlockDecompressor {
  SNAPPY {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      byte[] out = new byte[checked(SnappyDecompressor.getUncompressedLength(in, offset), size)];
      return exact(
          out, new SnappyDecompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  ZSTD {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      long claimed = ZstdDecompressor.getDecompressedSize(in, offset, length);
      byte[] out = new byte[checked(claimed < 0 ? size : claimed, size)];
      return exact(out, new ZstdDecompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  LZ4 {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      byte[] out = new byte[checked(size, size)];
      return exact(out, new Lz4Decompressor().decompress(in, offset, length, out, 0, out.length));
    }
  },
  GZIP {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      try (GzipStream stream = new GzipStream(new ByteArrayInputStream(in, offset, length))) {
        byte[] out = stream.readNBytes(size);
        if (stream.read() >= 0) {
          throw wrongSize();
        }
        return exact(out, size);
      }
    }
  },
  /** Raw, as in Avro. */
  DEFLATE {
    @Override
    byte[] decompress(byte[] in, int offset, int length, int size) throws IOException {
      Inflater inflater = new Inflater(true);
      try {
        inflater.setInput(in, offset, length);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream(4 * length);
        byte[] buffer = new byte[8192];
        while (!inflater.finished()) {
          int count = inflater.inflate(buffer);
          if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
            throw new ContentException("a compressed block is cut off");
          }
          out.write(buffer, 0, count);
          if (out.size() > MAX_BLOCK) {
            throw wrongSize();
          }
        }
        return out.toByteArray();
      } catch (DataFormatException e) {
        throw new ContentException("a compressed block is broken", e);
      } finally {
        inflater.end();
      }
    }
  };

  /**
   * Larger blocks are not made by any writer; a small one that grows to more is made to do harm.
   */
  private static final int MAX_BLOCK = 1 << 30;

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
    if (claimed < 0 || claimed > MAX_BLOCK || (size != UNKNOWN && claimed != size)) {
      throw wrongSize();
    }
    return (int) claimed;
  }

  private static byte[] exact(byte[] out, int written) throws ContentException {
    if (written != out.length) {
      throw wrongSize();
    }
    return out;
  }

  private static ContentException wrongSize() {
    return new ContentException("a compressed block has another size than its file says");
  }
}
