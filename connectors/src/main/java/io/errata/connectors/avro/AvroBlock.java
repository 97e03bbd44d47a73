package io.errata.connectors.avro;

import io.errata.connectors.event.RawEvent;
import io.errata.connectors.format.Utf8;
import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.Schema;

/**
 * The values of one block, or of one record. Unlike Avro's own decoder it never allocates what a
 * length says before it knows that the block has it. Not thread-safe.
 *
 * <p>Format: Apache Avro 1.11 specification, "Binary Encoding".
 */
public final class AvroBlock {
  private static final int DEEPEST = 200;

  /** Values without bytes, one behind the other: a schema of a few lines can demand any number. */
  private static final int MAX_EMPTY = 100_000;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int emptyAt;
  private int empty;

  /**
   * The values of some bytes.
   *
   * @param bytes has them, among others that aren't looked at
   */
  public AvroBlock(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  public boolean isAtEnd() {
    return at == end;
  }

  /** Where in the array the byte is that is read next. */
  public int position() {
    return at;
  }

  /** What was read since a position. */
  public RawEvent rawSince(int position) {
    return RawEvent.head(bytes, position, at - position);
  }

  private int take(long count) throws IOException {
    if (count < 0 || count > end - at) {
      throw new ContentException("a value reaches beyond its end");
    }
    int start = at;
    at += (int) count;
    return start;
  }

  boolean nextBoolean() throws IOException {
    int value = bytes[take(1)];
    if (value != 0 && value != 1) {
      throw new ContentException("a boolean is neither true nor false");
    }
    return value == 1;
  }

  long nextLong() throws IOException {
    long bits = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int part = bytes[take(1)];
      bits |= (long) (part & 0x7F) << shift;
      if (part >= 0) {
        return (bits >>> 1) ^ -(bits & 1);
      }
    }
    throw new ContentException("a number has too many bytes");
  }

  int nextInt() throws IOException {
    long value = nextLong();
    if (value != (int) value) {
      throw new ContentException("a number is out of range");
    }
    return (int) value;
  }

  float nextFloat() throws IOException {
    return littleEndian(4).getFloat();
  }

  double nextDouble() throws IOException {
    return littleEndian(8).getDouble();
  }

  private ByteBuffer littleEndian(int count) throws IOException {
    return ByteBuffer.wrap(bytes, take(count), count).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] nextBytes(long count) throws IOException {
    int start = take(count);
    return Arrays.copyOfRange(bytes, start, at);
  }

  Object nextText() throws IOException {
    long length = nextLong();
    int start = take(length);
    return Utf8.decode(bytes, start, (int) length);
  }

  /** Which of so many symbols an enum's value is, from 0. */
  int symbol(int count) throws IOException {
    int index = nextInt();
    if (index < 0 || index >= count) {
      throw new ContentException("an enum's value is not one of its symbols");
    }
    return index;
  }

  /**
   * Steps over a value of any schema. It must be one, as if it were read: bytes that are none mean
   * that those behind them are not what they seem either.
   */
  void skip(Schema schema) throws IOException {
    skip(schema, 0);
  }

  private void skip(Schema schema, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new ContentException("values are nested too deeply");
    }
    countEmpty();
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> nextBoolean();
      case INT -> nextInt();
      case LONG -> nextLong();
      case ENUM -> symbol(schema.getEnumSymbols().size());
      case FLOAT -> take(4);
      case DOUBLE -> take(8);
      case STRING, BYTES -> take(nextLong());
      case FIXED -> take(schema.getFixedSize());
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          skip(field.schema(), depth + 1);
        }
      }
      case UNION -> skip(schema.getTypes().get(branch(schema.getTypes().size())), depth + 1);
      case ARRAY -> skipItems(schema.getElementType(), false, depth);
      case MAP -> skipItems(schema.getValueType(), true, depth);
    }
  }

  private void countEmpty() throws ContentException {
    if (at != emptyAt) {
      emptyAt = at;
      empty = 0;
    } else if (++empty > MAX_EMPTY) {
      throw new ContentException("its schema has more than " + MAX_EMPTY + " values of no bytes");
    }
  }

  /** Which of so many branches a union's value is of, from 0. */
  int branch(int count) throws IOException {
    int index = nextInt();
    if (index < 0 || index >= count) {
      throw new ContentException("a union's value is none of its types");
    }
    return index;
  }

  private void skipItems(Schema item, boolean named, int depth) throws IOException {
    for (long count = nextLong(); count != 0; count = nextLong()) {
      if (count < 0) {
        take(nextLong());
        continue;
      }
      for (long i = 0; i < count; i++) {
        int before = at;
        if (named) {
          take(nextLong());
        }
        skip(item, depth + 1);
        if (at == before) {
          break; // items of no bytes: however many, they are over
        }
      }
    }
  }
}
