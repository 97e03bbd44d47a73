package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.connectors.event.AsciiText;
import io.errata.connectors.event.PlainNumber;
import io.errata.connectors.format.Utf8;
import java.nio.ByteBuffer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Makes the values of a column of what its pages hold. One that is a {@link
 * io.errata.connectors.event.LazyValue} changes when the next one is made.
 */
final class ParquetValue {
  private final ParquetLeaf leaf;
  private final PrimitiveTypeName physical;
  private final AsciiText text = new AsciiText();
  private final PlainNumber number = new PlainNumber();

  ParquetValue(PrimitiveType type) {
    this.leaf = ParquetLeaf.of(type);
    this.physical = type.getPrimitiveTypeName();
  }

  /** Whether its values have 32 or 64 bits. */
  boolean isNumber() {
    return switch (physical) {
      case INT32, INT64, FLOAT, DOUBLE -> true;
      case BOOLEAN, INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> false;
    };
  }

  /** Whether a value is as cheap to make again as to find. */
  boolean isPlainNumber() {
    return leaf.scale >= 0;
  }

  boolean isText() {
    return leaf.column.type() == ColumnType.TEXT && physical == PrimitiveTypeName.BINARY;
  }

  PrimitiveTypeName physical() {
    return physical;
  }

  Object next(ValuesReader from) {
    return switch (physical) {
      case BOOLEAN -> from.readBoolean();
      case INT32 -> of(from.readInteger());
      case INT64 -> of(from.readLong());
      case FLOAT -> (double) from.readFloat();
      case DOUBLE -> from.readDouble();
      case INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> of(from.readBytes());
    };
  }

  Object of(Dictionary dictionary, int code) {
    return switch (physical) {
      case BOOLEAN -> dictionary.decodeToBoolean(code);
      case INT32 -> of(dictionary.decodeToInt(code));
      case INT64 -> of(dictionary.decodeToLong(code));
      case FLOAT -> (double) dictionary.decodeToFloat(code);
      case DOUBLE -> dictionary.decodeToDouble(code);
      case INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> of(dictionary.decodeToBinary(code));
    };
  }

  Object of(int value) {
    return leaf.ofInt.apply(value);
  }

  Object of(long value) {
    return leaf.scale >= 0 && PlainNumber.fits(value)
        ? number.set(value, leaf.scale)
        : leaf.ofLong.apply(value);
  }

  private Object of(Binary value) {
    if (isText()) {
      ByteBuffer bytes = value.toByteBuffer();
      int length = bytes.remaining();
      if (length == value.length() && bytes.hasArray()) {
        int from = bytes.arrayOffset() + bytes.position();
        if (Utf8.isAscii(bytes.array(), from, length)) {
          return text.set(bytes.array(), from, length);
        }
      }
    }
    return leaf.ofBinary.apply(value);
  }

  /** The value of a text's bytes, which are not copied. */
  Object ofText(byte[] bytes, int from, int length) {
    return Utf8.isAscii(bytes, from, length)
        ? text.set(bytes, from, length)
        : Utf8.decode(bytes, from, length);
  }
}
