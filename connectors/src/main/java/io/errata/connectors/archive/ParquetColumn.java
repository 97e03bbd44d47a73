package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.parquet.CorruptDeltaByteArrays;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.values.RequiresPreviousReader;
import org.apache.parquet.column.values.ValuesReader;
import org.jspecify.annotations.Nullable;

/**
 * A column of a row group that has at most one value in each row. Rows are asked for in their
 * order; a page is decompressed and opened when the first of its rows is, so that what lies behind
 * the last wanted row costs nothing.
 *
 * <p>Format: the Parquet format's README.md, Data Pages.
 */
final class ParquetColumn {
  private final ColumnDescriptor descriptor;
  private final PageReader pages;
  private final @Nullable String createdBy;
  private final ParquetValue value;
  private final @Nullable Dictionary dictionary;
  private final @Nullable Object[] made;

  // Of the page that is open. Where no row can be null there are no levels.
  private @Nullable ValuesReader levels;
  private @Nullable ValuesReader reader;
  private @Nullable PageValues values;
  private int left;

  private long next;

  /**
   * @param createdBy the writer, as the file's footer names it
   */
  ParquetColumn(ColumnDescriptor descriptor, PageReader pages, @Nullable String createdBy) {
    this.descriptor = descriptor;
    this.pages = pages;
    this.createdBy = createdBy;
    this.value = new ParquetValue(descriptor.getPrimitiveType());
    @Nullable DictionaryPage page = pages.readDictionaryPage();
    this.dictionary = page == null ? null : dictionary(page);
    this.made = new @Nullable Object[dictionary == null ? 0 : dictionary.getMaxId() + 1];
  }

  private Dictionary dictionary(DictionaryPage page) {
    try {
      return page.getEncoding().initDictionary(descriptor, page);
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
  }

  /**
   * The value of a row, counted from the row group's first. It is null where any group around it
   * is, too; a {@link io.errata.connectors.event.LazyValue} changes with the next row.
   *
   * @param row behind the one that was last asked for
   * @throws UncheckedIOException where the column can't be decoded up to there
   */
  @Nullable Object read(long row) {
    try {
      if (row > next) {
        skip(row - next);
      }
      next = row + 1;
      while (left <= 0) {
        open();
      }
      left--;
      return isPresent() ? values.next() : null;
    } catch (UncheckedIOException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
  }

  private void skip(long rows) throws IOException {
    for (long behind = rows; behind > 0; ) {
      while (left <= 0) {
        open();
      }
      int count = (int) Math.min(behind, left);
      int present = 0;
      for (int i = 0; i < count; i++) {
        present += isPresent() ? 1 : 0;
      }
      values.skip(present);
      left -= count;
      behind -= count;
    }
  }

  private boolean isPresent() {
    return levels == null || levels.readInteger() == descriptor.getMaxDefinitionLevel();
  }

  private void open() throws IOException {
    @Nullable DataPage page = pages.readPage();
    if (page == null) {
      throw new ContentException(named("its pages end before its rows do"));
    }
    left = page.getValueCount();
    ByteBufferInputStream data;
    Encoding encoding;
    if (page instanceof DataPageV2 second) {
      data = second.getData().toInputStream();
      encoding = second.getDataEncoding();
      // As a page of the first version has them: behind their length.
      BytesInput runs = second.getDefinitionLevels();
      BytesInput length = BytesInput.fromInt(Math.toIntExact(runs.size()));
      levels = levels(Encoding.RLE, BytesInput.concat(length, runs).toInputStream());
    } else {
      DataPageV1 first = (DataPageV1) page;
      data = first.getBytes().toInputStream();
      encoding = first.getValueEncoding();
      levels = levels(first.getDlEncoding(), data);
    }
    values = values(encoding, data);
  }

  /** From where they begin; what they have is taken. */
  private @Nullable ValuesReader levels(Encoding encoding, ByteBufferInputStream from)
      throws IOException {
    if (descriptor.getMaxDefinitionLevel() == 0) {
      return null;
    }
    ValuesReader opened = encoding.getValuesReader(descriptor, ValuesType.DEFINITION_LEVEL);
    opened.initFromPage(left, from);
    return opened;
  }

  private PageValues values(Encoding encoding, ByteBufferInputStream data) throws IOException {
    @Nullable ValuesReader previous = reader;
    reader = null;
    if (encoding == Encoding.PLAIN && value.isNumber()) {
      return new PageValues.PlainNumbers(data.slice(data.available()), value);
    }
    if (encoding == Encoding.PLAIN && value.isText()) {
      return new PageValues.PlainTexts(data.slice(data.available()), value);
    }
    if (encoding.usesDictionary()) {
      Dictionary known = dictionary;
      if (known == null) {
        throw new ContentException(named("a page needs a dictionary, and there is none"));
      }
      ValuesReader codes =
          encoding.getDictionaryBasedValuesReader(descriptor, ValuesType.VALUES, known);
      codes.initFromPage(left, data);
      return value.isPlainNumber()
          ? new PageValues.Decoded(codes, value)
          : new PageValues.Coded(codes, known, made, value);
    }
    ValuesReader opened = encoding.getValuesReader(descriptor, ValuesType.VALUES);
    opened.initFromPage(left, data);
    if (opened instanceof RequiresPreviousReader later
        && CorruptDeltaByteArrays.requiresSequentialReads(createdBy, encoding)) {
      later.setPreviousReader(previous);
    }
    reader = opened;
    return new PageValues.Decoded(opened, value);
  }

  private UncheckedIOException broken(Exception cause) {
    return new UncheckedIOException(
        cause instanceof ContentException known
            ? known
            : new ContentException(
                named("it is broken (" + cause.getClass().getSimpleName() + ")"), cause));
  }

  private String named(String problem) {
    return "column " + String.join(".", descriptor.getPath()) + ": " + problem;
  }
}
