package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import io.errata.fuzz.Budget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Any bytes as a compressed file or block: it is refused in words, or becomes what Java's own
 * decompression makes of it.
 */
public final class GzipFuzz {
  private GzipFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> gzip(data));
    if (data.length > 4) {
      int size = (data[0] & 0xFF) | (data[1] & 0xFF) << 8 | (data[2] & 0xFF) << 16 | data[3] << 24;
      for (BlockDecompressor codec : BlockDecompressor.values()) {
        Budget.spend(() -> block(codec, data, BlockDecompressor.UNKNOWN));
        if (size >= 0) {
          Budget.spend(() -> block(codec, data, size));
        }
      }
    }
  }

  private static void block(BlockDecompressor codec, byte[] data, int size) throws IOException {
    boolean needsSize = codec == BlockDecompressor.LZ4 || codec == BlockDecompressor.GZIP;
    if (needsSize && size == BlockDecompressor.UNKNOWN) {
      return;
    }
    try {
      byte[] out = codec.decompressed(data, 4, data.length - 4, size);
      if (size != BlockDecompressor.UNKNOWN && out.length != size) {
        throw new AssertionError(codec + " gives another size than it was asked for");
      }
    } catch (ContentException e) {
      return; // in words
    }
  }

  private static void gzip(byte[] data) throws IOException {
    byte[] whole;
    try (GzipStream stream = new GzipStream(new ByteArrayInputStream(data))) {
      whole = read(stream);
    } catch (ContentException e) {
      return;
    }
    if (whole.length > 0 || data.length > 0) {
      try (GZIPInputStream reference = new GZIPInputStream(new ByteArrayInputStream(data))) {
        if (!Arrays.equals(whole, read(reference))) {
          throw new AssertionError("Java decompresses it to something else");
        }
      }
    }
  }

  private static byte[] read(java.io.InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int n = in.read(buffer); n >= 0 && out.size() < 1 << 22; n = in.read(buffer)) {
      out.write(buffer, 0, n);
    }
    return out.toByteArray();
  }
}
