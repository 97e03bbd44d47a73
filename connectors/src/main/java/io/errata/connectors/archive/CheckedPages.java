package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.PrimitiveIterator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a row group, each looked at before it is decoded: a few bytes of one may claim that
 * billions of values follow, for which the library would take memory before it misses them.
 *
 * <p>Format: the Parquet format's Encodings.md.
 */
record CheckedPages(PageReadStore pages) implements PageReadStore {
  /**
   * Values of one page, or of one run of it, for which memory is taken at once. Writers end a page
   * at about 1 MB and a run of packed values at 504.
   */
  static final int MAX_VALUES = 1 << 22;

  /** Values of a dictionary; writers end it at about 1 MB. */
  static final int MAX_DICTIONARY = 1 << 22;

  @Override
  public PageReader getPageReader(ColumnDescriptor column) {
    return new Checked(pages.getPageReader(column), column);
  }

  @Override
  public long getRowCount() {
    return pages.getRowCount();
  }

  @Override
  public Optional<Long> getRowIndexOffset() {
    return pages.getRowIndexOffset();
  }

  @Override
  public Optional<PrimitiveIterator.OfLong> getRowIndexes() {
    return pages.getRowIndexes();
  }

  @Override
  public void close() {
    pages.close();
  }

  private record Checked(PageReader pages, ColumnDescriptor column) implements PageReader {
    @Override
    public long getTotalValueCount() {
      return pages.getTotalValueCount();
    }

    @Override
    public @Nullable DictionaryPage readDictionaryPage() {
      @Nullable DictionaryPage page = pages.readDictionaryPage();
      if (page != null) {
        long bytes = page.getBytes().size();
        if (page.getDictionarySize() < 0
            || page.getDictionarySize() * (long) leastBytes() > bytes
            || page.getDictionarySize() > MAX_DICTIONARY) {
          throw refused(
              "a dictionary of " + bytes + " bytes claims " + page.getDictionarySize() + " values");
        }
      }
      return page;
    }

    /** Of a value in plain encoding. */
    private int leastBytes() {
      return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
        case INT64, DOUBLE -> Long.BYTES;
        case INT96 -> 12;
        case FIXED_LEN_BYTE_ARRAY -> Math.max(1, column.getPrimitiveType().getTypeLength());
        case BOOLEAN -> 1;
        case INT32, FLOAT, BINARY -> Integer.BYTES;
      };
    }

    @Override
    public @Nullable DataPage readPage() {
      try {
        @Nullable DataPage page = pages.readPage();
        if (page instanceof DataPageV1 first) {
          return checked(first);
        }
        return page instanceof DataPageV2 second ? checked(second) : page;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private DataPage checked(DataPageV1 page) throws IOException {
      ByteBuffer bytes = ParquetCodecs.together(page.getBytes());
      Walk walk = new Walk(bytes, page.getValueCount());
      walk.levels(column.getMaxRepetitionLevel(), page.getRlEncoding());
      walk.levels(column.getMaxDefinitionLevel(), page.getDlEncoding());
      walk.values(page.getValueEncoding());
      return new DataPageV1(
          BytesInput.from(bytes),
          page.getValueCount(),
          page.getUncompressedSize(),
          page.getStatistics(),
          page.getRlEncoding(),
          page.getDlEncoding(),
          page.getValueEncoding());
    }

    private DataPage checked(DataPageV2 page) throws IOException {
      ByteBuffer levels = ParquetCodecs.together(page.getDefinitionLevels());
      ByteBuffer data = ParquetCodecs.together(page.getData());
      if (column.getMaxDefinitionLevel() > 0) {
        new Walk(levels, page.getValueCount())
            .runs(levels.remaining(), Walk.width(column.getMaxDefinitionLevel()));
      }
      new Walk(data, page.getValueCount()).values(page.getDataEncoding());
      return DataPageV2.uncompressed(
          page.getRowCount(),
          page.getNullCount(),
          page.getValueCount(),
          page.getRepetitionLevels(),
          BytesInput.from(levels),
          page.getDataEncoding(),
          BytesInput.from(data),
          page.getStatistics());
    }

    private UncheckedIOException refused(String problem) {
      return new UncheckedIOException(
          new ContentException("column " + String.join(".", column.getPath()) + ": " + problem));
    }
  }

  /** Steps over the parts of one page. */
  private static final class Walk {
    /** Writers that reserve a byte for a run's header fill up to what that can say. */
    private static final long MOST_PADDING = 504;

    private final ByteBuffer bytes;
    private final int values;

    Walk(ByteBuffer bytes, int values) {
      this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      this.values = values;
    }

    /** How many bits a level has. */
    static int width(int highest) {
      return Integer.SIZE - Integer.numberOfLeadingZeros(highest);
    }

    /** The levels of a page of the first version: their length, and the runs. */
    @SuppressWarnings("deprecation")
    void levels(int highest, Encoding encoding) throws IOException {
      if (highest == 0) {
        return;
      }
      int width = width(highest);
      if (encoding == Encoding.BIT_PACKED) {
        skip((values * (long) width + 7) / 8);
        return;
      }
      int length = length();
      runs(length, width);
    }

    private int length() throws ContentException {
      if (bytes.remaining() < Integer.BYTES) {
        throw broken();
      }
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw broken();
      }
      return length;
    }

    void values(Encoding encoding) throws IOException {
      switch (encoding) {
        case RLE -> {
          if (bytes.hasRemaining()) {
            runs(length(), 1);
          }
        }
        case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
          if (bytes.hasRemaining()) {
            int width = bytes.get();
            if (width < 0 || width > Integer.SIZE) {
              throw broken();
            }
            runs(bytes.remaining(), width);
          }
        }
        case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> deltas();
        case DELTA_BYTE_ARRAY -> {
          deltas();
          deltas();
        }
        default -> {}
      }
    }

    /**
     * Runs of one value, or of packed ones. What lies behind the last value is not looked at, and
     * neither is what the last run lacks: nobody reads it.
     */
    void runs(int length, int width) throws ContentException {
      int end = bytes.position() + length;
      for (long read = 0; read < values && bytes.position() < end; ) {
        long header = number();
        if (header < 0 || ((header & 1) == 1 && header >>> 1 > MAX_VALUES)) {
          throw tooLong(header >>> 1);
        }
        long count = header >>> 1;
        if ((header & 1) == 0) {
          read += count;
          bytes.position(Math.min(end, bytes.position() + (width + 7) / 8));
        } else {
          if (count * 8 > Math.min(MAX_VALUES, values + MOST_PADDING)) {
            throw tooLong(count);
          }
          read += count * 8;
          bytes.position((int) Math.min(end, bytes.position() + count * width));
        }
      }
      bytes.position(end);
    }

    private ContentException tooLong(long groups) {
      return new ContentException(
          "a page of " + values + " values claims a run of " + groups + " times 8");
    }

    /** A header, then blocks of packed differences. */
    private void deltas() throws ContentException {
      if (!bytes.hasRemaining()) {
        return;
      }
      long blockSize = number();
      long miniBlocks = number();
      long total = number();
      number(); // the first value
      boolean fits =
          blockSize > 0
              && blockSize <= MAX_VALUES
              && miniBlocks > 0
              && miniBlocks <= blockSize
              && blockSize % miniBlocks == 0
              && total >= 0
              && total <= Math.min(values, 4L * MAX_VALUES);
      if (!fits) {
        throw new ContentException(
            "a page of " + values + " values claims " + total + " in blocks of " + blockSize);
      }
      long perMiniBlock = blockSize / miniBlocks;
      for (long left = total - 1; left > 0; ) {
        number(); // the least difference
        int widths = bytes.position();
        skip(miniBlocks);
        for (int i = 0; i < miniBlocks && left > 0; i++) {
          skip((bytes.get(widths + i) & 0xFF) * perMiniBlock / 8);
          left -= perMiniBlock;
        }
      }
    }

    private void skip(long count) throws ContentException {
      if (count < 0 || count > bytes.remaining()) {
        throw broken();
      }
      bytes.position(bytes.position() + (int) count);
    }

    private long number() throws ContentException {
      long number = 0;
      for (int shift = 0; shift < 70; shift += 7) {
        if (!bytes.hasRemaining()) {
          throw broken();
        }
        byte part = bytes.get();
        number |= (long) (part & 0x7F) << shift;
        if (part >= 0) {
          return number;
        }
      }
      throw broken();
    }

    private static ContentException broken() {
      return new ContentException("a page is broken: something in it reaches beyond its end");
    }
  }
}
