package io.errata.connectors.archive;

import io.errata.connectors.avro.AvroBlock;
import io.errata.connectors.avro.AvroFields;
import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.event.RawEvent;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the blocks that begin in a stretch of an Avro file. Rows are not numbered in the file:
 * a row's offset is the byte at which its block begins, plus its place in the block, from 0.
 */
final class AvroDecoder implements RowDecoder {
  private final AvroStream in;
  private final AvroHeader header;
  private final AvroFields fields;
  private final @Nullable Object[] values;
  private final int time;
  private final long end;

  private AvroBlock block = new AvroBlock(new byte[0], 0, 0);
  private long blockStart;
  private long blockRows;
  private long row = -1;
  private int rowStart;

  /**
   * @param reader the schema that rows are brought to; null where they are read as they were
   *     written
   */
  AvroDecoder(AvroStream in, ReadSplit split, FieldPlan plan, @Nullable FixedSchema reader)
      throws IOException {
    this.in = in;
    header = AvroHeader.read(in);
    fields =
        reader == null
            ? AvroFields.of(header.schema(), plan.paths())
            : AvroFields.of(header.schema(), AvroSchema.parse(reader.text()), plan.paths());
    values = new @Nullable Object[plan.size()];
    time = plan.time();
    end = split.offset() + split.length();
    long firstBlock = in.position();
    if (split.offset() > firstBlock) {
      // From one marker before: it tells whether a block begins just here.
      in.seek(Math.max(firstBlock, split.offset()) - AvroHeader.SYNC_SIZE);
      findSync();
    }
  }

  /** Moves behind the next sync marker, or to the end. */
  private void findSync() throws IOException {
    byte[] marker = header.sync();
    int[] borders = borders(marker);
    for (int matched = 0; matched < marker.length && !in.isAtEnd(); ) {
      byte next = (byte) in.next();
      while (matched > 0 && marker[matched] != next) {
        matched = borders[matched - 1];
      }
      matched += marker[matched] == next ? 1 : 0;
    }
  }

  /** For each start of a text, how much of its own start it ends with (Knuth, Morris, Pratt). */
  private static int[] borders(byte[] text) {
    int[] borders = new int[text.length];
    for (int i = 1, matched = 0; i < text.length; i++) {
      while (matched > 0 && text[i] != text[matched]) {
        matched = borders[matched - 1];
      }
      matched += text[i] == text[matched] ? 1 : 0;
      borders[i] = matched;
    }
    return borders;
  }

  @Override
  public boolean next() throws IOException {
    row++;
    while (row >= blockRows) {
      if (!block.isAtEnd()) {
        throw new ContentException("a block has more bytes than rows");
      }
      if (in.isAtEnd() || in.position() >= end) {
        return false;
      }
      openBlock();
      row = 0;
    }
    Arrays.fill(values, null);
    rowStart = block.position();
    fields.read(block, values);
    return true;
  }

  private void openBlock() throws IOException {
    blockStart = in.position();
    blockRows = in.nextLong();
    if (blockRows < 0) {
      throw new ContentException("a block's number of rows is broken");
    }
    long size = in.nextLong();
    if (size > BlockDecompressor.MAX_BLOCK) {
      throw new ContentException(
          "a block has more than " + (BlockDecompressor.MAX_BLOCK >> 20) + " MiB");
    }
    byte[] bytes = in.nextBytes(size);
    if (!Arrays.equals(in.nextBytes(AvroHeader.SYNC_SIZE), header.sync())) {
      throw new ContentException("a sync marker is not where it must be");
    }
    byte[] plain = decompressed(bytes);
    if (blockRows > plain.length) {
      throw new ContentException(
          "a block of " + plain.length + " bytes claims to have " + blockRows + " rows");
    }
    block = new AvroBlock(plain, 0, plain.length);
  }

  private byte[] decompressed(byte[] bytes) throws IOException {
    return switch (header.codec()) {
      case "null" -> bytes;
      case "deflate" ->
          BlockDecompressor.DEFLATE.decompressed(bytes, 0, bytes.length, BlockDecompressor.UNKNOWN);
      case "snappy" -> snappy(bytes);
      case "zstandard" ->
          BlockDecompressor.ZSTD.decompressed(bytes, 0, bytes.length, BlockDecompressor.UNKNOWN);
      default ->
          throw new ContentException(
              "compressed by " + header.codec() + ", which is not known here");
    };
  }

  /** The block ends with the checksum of what it becomes. */
  private static byte[] snappy(byte[] bytes) throws IOException {
    int checksumSize = 4;
    if (bytes.length < checksumSize) {
      throw new ContentException("a compressed block is cut off");
    }
    int length = bytes.length - checksumSize;
    byte[] plain =
        BlockDecompressor.SNAPPY.decompressed(bytes, 0, length, BlockDecompressor.UNKNOWN);
    CRC32 crc = new CRC32();
    crc.update(plain);
    if ((int) crc.getValue() != java.nio.ByteBuffer.wrap(bytes, length, checksumSize).getInt()) {
      throw new ContentException("a compressed block is broken: its checksum doesn't hold");
    }
    return plain;
  }

  @Override
  public long offset() {
    return blockStart + row;
  }

  @Override
  public @Nullable String rejection() {
    return null;
  }

  @Override
  public @Nullable Object time() {
    return values[time];
  }

  @Override
  public void values(@Nullable Object[] target) {
    System.arraycopy(values, 0, target, 0, target.length);
  }

  /** In Avro's binary encoding, by the schema of the file. */
  @Override
  public RawEvent raw() {
    return block.rawSince(rowStart);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
