package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * The compressions of Parquet's pages; without Hadoop, whose configuration takes longer to load
 * than a small window to read.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Pages(null);
      case SNAPPY -> new Pages(BlockDecompressor.SNAPPY);
      case GZIP -> new Pages(BlockDecompressor.GZIP);
      case ZSTD -> new Pages(BlockDecompressor.ZSTD);
      case LZ4_RAW -> new Pages(BlockDecompressor.LZ4);
      default -> throw new UnsupportedOperationException("compression " + codec);
    };
  }

  /** Whether a column chunk can be decompressed. */
  static boolean supports(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW -> true;
      default -> false;
    };
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("nothing is written here");
  }

  @Override
  public void release() {}

  /** All bytes in one array; they are copied only where they don't lie in one. */
  static ByteBuffer together(BytesInput bytes) throws IOException {
    ByteBufferInputStream in = bytes.toInputStream();
    return in.slice(in.available());
  }

  private record Pages(@org.jspecify.annotations.Nullable BlockDecompressor codec)
      implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput compressed, int size) throws IOException {
      ByteBuffer in = together(compressed);
      return codec == null
          ? BytesInput.from(in)
          : BytesInput.from(
              codec.decompressed(
                  in.array(), in.arrayOffset() + in.position(), in.remaining(), size));
    }

    @Override
    public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size)
        throws IOException {
      byte[] in = new byte[compressedSize];
      input.get(in);
      byte[] out = codec == null ? in : codec.decompressed(in, 0, in.length, size);
      if (out.length > output.remaining()) {
        throw new ContentException("a page is larger than its header says");
      }
      output.put(out);
    }

    @Override
    public void release() {}
  }
}
