package io.errata.connectors.archive;

import io.errata.connectors.event.AsciiText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.jspecify.annotations.Nullable;

/**
 * The values of one page of a column in turn, without its nulls. Where the page ends before them
 * both methods throw some unchecked exception.
 */
abstract sealed class PageValues {
  /** As {@link ParquetValue} makes them: a lazy one changes with the next. */
  abstract Object next();

  abstract void skip(int count);

  /** Each behind its length, for which the library would make three objects. */
  static final class PlainTexts extends PageValues {
    private final ByteBuffer bytes;
    private final ParquetValue value;

    /**
     * @param bytes in an array
     */
    PlainTexts(ByteBuffer bytes, ParquetValue value) {
      this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      this.value = value;
    }

    @Override
    Object next() {
      int length = bytes.getInt();
      int from = bytes.position();
      move(length);
      return value.ofText(bytes.array(), bytes.arrayOffset() + from, length);
    }

    private void move(int length) {
      int from = bytes.position();
      Objects.checkFromIndexSize(from, length, bytes.limit());
      bytes.position(from + length);
    }

    @Override
    void skip(int count) {
      for (int i = 0; i < count; i++) {
        move(bytes.getInt());
      }
    }
  }

  /** Numbers of 32 or 64 bits, which the library would take byte by byte. */
  static final class PlainNumbers extends PageValues {
    private final ByteBuffer bytes;
    private final ParquetValue value;

    PlainNumbers(ByteBuffer bytes, ParquetValue value) {
      this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      this.value = value;
    }

    @Override
    Object next() {
      return switch (value.physical()) {
        case INT32 -> value.of(bytes.getInt());
        case INT64 -> value.of(bytes.getLong());
        case FLOAT -> (double) bytes.getFloat();
        case DOUBLE -> bytes.getDouble();
        case BOOLEAN, INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> throw notNumbers();
      };
    }

    @Override
    void skip(int count) {
      int width =
          switch (value.physical()) {
            case INT32, FLOAT -> Integer.BYTES;
            case INT64, DOUBLE -> Long.BYTES;
            case BOOLEAN, INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> throw notNumbers();
          };
      bytes.position(Math.addExact(bytes.position(), Math.multiplyExact(count, width)));
    }

    private IllegalStateException notNumbers() {
      return new IllegalStateException(value.physical() + " is no number");
    }
  }

  /** Places in a dictionary, each value of which is made once. */
  static final class Coded extends PageValues {
    private final ValuesReader codes;
    private final Dictionary dictionary;
    private final @Nullable Object[] made;
    private final ParquetValue value;

    /**
     * @param made one place for each value of the dictionary, kept from page to page
     */
    Coded(ValuesReader codes, Dictionary dictionary, @Nullable Object[] made, ParquetValue value) {
      this.codes = codes;
      this.dictionary = dictionary;
      this.made = made;
      this.value = value;
    }

    @Override
    Object next() {
      int code = codes.readValueDictionaryId();
      @Nullable Object known = made[code];
      if (known != null) {
        return known;
      }
      Object next = value.of(dictionary, code);
      if (next instanceof AsciiText text) {
        next = text.copy();
      }
      made[code] = next;
      return next;
    }

    @Override
    void skip(int count) {
      codes.skip(count);
    }
  }

  /** All else, decoded by the library one by one. */
  static final class Decoded extends PageValues {
    private final ValuesReader values;
    private final ParquetValue value;

    Decoded(ValuesReader values, ParquetValue value) {
      this.values = values;
      this.value = value;
    }

    @Override
    Object next() {
      return value.next(values);
    }

    @Override
    void skip(int count) {
      values.skip(count);
    }
  }
}
