package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.connectors.event.AsciiText;
import io.errata.connectors.event.PlainNumber;
import io.errata.connectors.format.Utf8;
import java.nio.ByteBuffer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Takes values from Parquet's column readers. */
final class ParquetConverters {
  private ParquetConverters() {}

  /** One node for each of a projection's. */
  static GroupConverter of(GroupType group) {
    Converter[] children = new Converter[group.getFieldCount()];
    for (int i = 0; i < children.length; i++) {
      Type field = group.getType(i);
      children[i] =
          field.isPrimitive()
              ? new Leaf(
                  ParquetLeaf.of(field.asPrimitiveType()),
                  field.asPrimitiveType().getPrimitiveTypeName())
              : of(field.asGroupType());
    }
    return new Group(children);
  }

  private static final class Group extends GroupConverter {
    private final Converter[] children;

    Group(Converter[] children) {
      this.children = children;
    }

    @Override
    public Converter getConverter(int field) {
      return children[field];
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  /**
   * Keeps the last value of a column, which may be a {@link io.errata.connectors.event.LazyValue}.
   * Values of a dictionary are decoded once.
   */
  static final class Leaf extends PrimitiveConverter {
    private final ParquetLeaf leaf;
    private final boolean hasDictionary;
    private final boolean isText;
    private @Nullable Object last;
    private @Nullable Dictionary dictionary;
    private @Nullable Object[] decoded = new @Nullable Object[0];
    private AsciiText text = new AsciiText();
    private PlainNumber number = new PlainNumber();

    Leaf(ParquetLeaf leaf, PrimitiveTypeName physical) {
      this.leaf = leaf;
      this.isText = leaf.column.type() == ColumnType.TEXT;
      this.hasDictionary = physical != PrimitiveTypeName.BOOLEAN;
    }

    @Nullable Object take() {
      return last;
    }

    @Override
    public boolean hasDictionarySupport() {
      return hasDictionary;
    }

    @Override
    public void setDictionary(Dictionary dictionary) {
      this.dictionary = dictionary;
      this.decoded = new @Nullable Object[dictionary.getMaxId() + 1];
    }

    @Override
    public void addValueFromDictionary(int id) {
      last = decoded[id];
      if (last == null) {
        decode(id);
        decoded[id] = last;
        // They stay with the dictionary.
        text = new AsciiText();
        number = new PlainNumber();
      }
    }

    private void decode(int id) {
      if (dictionary == null) {
        throw new IllegalStateException("a value of a dictionary without one");
      } else if (leaf.ofInt != null) {
        addInt(dictionary.decodeToInt(id));
      } else if (leaf.ofLong != null) {
        addLong(dictionary.decodeToLong(id));
      } else if (leaf.ofBinary != null) {
        addBinary(dictionary.decodeToBinary(id));
      } else {
        decodeFloating(dictionary, id);
      }
    }

    private void decodeFloating(Dictionary values, int id) {
      if (values
          instanceof
          org.apache.parquet.column.values.dictionary.PlainValuesDictionary.PlainFloatDictionary) {
        addFloat(values.decodeToFloat(id));
      } else {
        addDouble(values.decodeToDouble(id));
      }
    }

    @Override
    public void addBoolean(boolean value) {
      last = value;
    }

    @Override
    public void addInt(int value) {
      last = leaf.ofInt.apply(value);
    }

    @Override
    public void addLong(long value) {
      last =
          leaf.scale >= 0 && PlainNumber.fits(value)
              ? number.set(value, leaf.scale)
              : leaf.ofLong.apply(value);
    }

    @Override
    public void addFloat(float value) {
      last = (double) value;
    }

    @Override
    public void addDouble(double value) {
      last = value;
    }

    @Override
    public void addBinary(Binary value) {
      if (isText) {
        ByteBuffer bytes = value.toByteBuffer();
        int length = bytes.remaining();
        if (length == value.length() && bytes.hasArray()) {
          int from = bytes.arrayOffset() + bytes.position();
          if (Utf8.isAscii(bytes.array(), from, length)) {
            last = text.set(bytes.array(), from, length);
            return;
          }
        }
      }
      last = leaf.ofBinary.apply(value);
    }
  }
}
