package io.errata.connectors.event;

import io.errata.api.Bytes;
import io.errata.connectors.event.SplitReceipt.Offsets;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Writes any value that an event or a row can hold, each behind a byte that says which: the values
 * of {@link io.errata.api.ColumnType}, null and {@link Unreadable}. Exact: nanoseconds, the scale
 * of decimals, the bits of NaN. Text and bytes may have any length up to 2 GiB.
 *
 * <p>The form is fixed; a tag is never used for something else.
 */
public final class ValueCodec {
  private static final int NULL = 0;
  private static final int FALSE = 1;
  private static final int TRUE = 2;
  private static final int INT = 3;
  private static final int LONG = 4;
  private static final int DOUBLE = 5;
  private static final int SMALL_DECIMAL = 6;
  private static final int DECIMAL = 7;
  private static final int TEXT = 8;
  private static final int BYTES = 9;
  private static final int DATE = 10;
  private static final int TIMESTAMP = 11;
  private static final int UUID_TAG = 12;
  private static final int UNREADABLE = 13;

  static final VarHandle INT_AT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle LONG_AT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private ValueCodec() {}

  /**
   * Writes a value with its tag.
   *
   * @throws IllegalArgumentException where the value is of a class that no column type has
   */
  public static void write(@Nullable Object value, DataOutputView out) throws IOException {
    if (value == null) {
      out.writeByte(NULL);
    } else if (value instanceof AsciiText text) {
      out.writeByte(TEXT);
      writeText(text, out);
    } else if (value instanceof PlainNumber number && number.isWhole()) {
      out.writeByte(LONG);
      out.writeLong(number.unscaled());
    } else if (value instanceof PlainNumber number) {
      writeDecimal(number.unscaled(), number.scale(), out);
    } else if (value instanceof String text) {
      out.writeByte(TEXT);
      writeText(text, out);
    } else if (value instanceof Long number) {
      out.writeByte(LONG);
      out.writeLong(number);
    } else if (value instanceof Integer number) {
      out.writeByte(INT);
      out.writeInt(number);
    } else if (value instanceof Instant time) {
      out.writeByte(TIMESTAMP);
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
    } else if (value instanceof BigDecimal decimal) {
      writeDecimal(decimal, out);
    } else if (value instanceof Double number) {
      out.writeByte(DOUBLE);
      out.writeLong(Double.doubleToRawLongBits(number));
    } else if (value instanceof Boolean bool) {
      out.writeByte(bool ? TRUE : FALSE);
    } else if (value instanceof LocalDate date) {
      out.writeByte(DATE);
      out.writeLong(date.toEpochDay());
    } else if (value instanceof UUID uuid) {
      out.writeByte(UUID_TAG);
      out.writeLong(uuid.getMostSignificantBits());
      out.writeLong(uuid.getLeastSignificantBits());
    } else if (value instanceof Bytes bytes) {
      out.writeByte(BYTES);
      writeBytes(bytes.toArray(), out);
    } else if (value instanceof Unreadable unreadable) {
      out.writeByte(UNREADABLE);
      writeText(unreadable.reason(), out);
    } else {
      throw new IllegalArgumentException("Cannot write a value of " + value.getClass());
    }
  }

  /** Reads what {@link #write} wrote. */
  public static @Nullable Object read(DataInputView in) throws IOException {
    int tag = in.readByte();
    return switch (tag) {
      case NULL -> null;
      case FALSE -> false;
      case TRUE -> true;
      case INT -> in.readInt();
      case LONG -> in.readLong();
      case DOUBLE -> Double.longBitsToDouble(in.readLong());
      case SMALL_DECIMAL -> {
        int scale = in.readInt();
        yield BigDecimal.valueOf(in.readLong(), scale);
      }
      case DECIMAL -> {
        int scale = in.readInt();
        yield new BigDecimal(new BigInteger(readBytes(in)), scale);
      }
      case TEXT -> readText(in);
      case BYTES -> Bytes.of(readBytes(in));
      case DATE -> LocalDate.ofEpochDay(in.readLong());
      case TIMESTAMP -> {
        long seconds = in.readLong();
        yield Instant.ofEpochSecond(seconds, in.readInt());
      }
      case UUID_TAG -> {
        long high = in.readLong();
        yield new UUID(high, in.readLong());
      }
      case UNREADABLE -> new Unreadable(readText(in));
      default ->
          throw new IOException("Cannot read a value: tag " + tag + " (0 to " + UNREADABLE + ")");
    };
  }

  /** Reads as many values as there are columns. */
  static @Nullable Object[] readAll(int count, DataInputView in) throws IOException {
    @Nullable Object[] values = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = read(in);
    }
    return values;
  }

  /**
   * Writes text of any length; {@link java.io.DataOutput#writeUTF} ends at 64 KiB. An unpaired
   * surrogate, which no column's text has, becomes a question mark.
   */
  public static void writeText(CharSequence text, DataOutputView out) throws IOException {
    if (text instanceof AsciiText ascii) {
      writeLength(ascii.length(), out);
      out.write(ascii.bytes(), ascii.offset(), ascii.length());
    } else {
      writeBytes(text.toString().getBytes(StandardCharsets.UTF_8), out);
    }
  }

  /** Reads what {@link #writeText} wrote. */
  public static String readText(DataInputView in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static void writeDecimal(BigDecimal decimal, DataOutputView out) throws IOException {
    if (decimal.precision() <= PlainNumber.MAX_DIGITS) {
      writeDecimal(decimal.unscaledValue().longValue(), decimal.scale(), out);
    } else {
      out.writeByte(DECIMAL);
      out.writeInt(decimal.scale());
      writeBytes(decimal.unscaledValue().toByteArray(), out);
    }
  }

  /** Writes a decimal of at most {@link PlainNumber#MAX_DIGITS} digits, with its tag. */
  static void writeDecimal(long unscaled, int scale, DataOutputView out) throws IOException {
    out.writeByte(SMALL_DECIMAL);
    out.writeInt(scale);
    out.writeLong(unscaled);
  }

  private static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
    writeLength(bytes.length, out);
    out.write(bytes);
  }

  /** In one byte where it is less than 128: most texts are. */
  private static void writeLength(int length, DataOutputView out) throws IOException {
    int rest = length;
    while (rest >= 0x80) {
      out.writeByte(rest | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static byte[] readBytes(DataInputView in) throws IOException {
    int length = 0;
    int shift = 0;
    int part;
    do {
      part = in.readUnsignedByte();
      length |= (part & 0x7F) << shift;
      shift += 7;
    } while (part >= 0x80 && shift < 35);
    if (length < 0 || part >= 0x80) {
      throw new IOException("Cannot read a value: its length is not one");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }

  /** Where the value that begins at a place of some bytes ends. */
  static int skip(byte[] bytes, int at) {
    int body = at + 1;
    return switch (bytes[at]) {
      case NULL, FALSE, TRUE -> body;
      case INT -> body + 4;
      case LONG, DOUBLE, DATE -> body + 8;
      case SMALL_DECIMAL, TIMESTAMP -> body + 12;
      case UUID_TAG -> body + 16;
      case DECIMAL -> skipText(bytes, body + 4);
      case TEXT, BYTES, UNREADABLE -> skipText(bytes, body);
      default -> throw new IllegalArgumentException("Cannot skip a value: tag " + bytes[at]);
    };
  }

  /** Where the text that {@link #writeText} wrote at a place ends. */
  public static int skipText(byte[] bytes, int at) {
    int next = at;
    int length = 0;
    int shift = 0;
    byte part;
    do {
      part = bytes[next++];
      length |= (part & 0x7F) << shift;
      shift += 7;
    } while (part < 0);
    return next + length;
  }

  /** Where the bytes begin of the text that {@link #writeText} wrote at a place. */
  public static int startOfText(byte[] bytes, int at) {
    int next = at;
    while (bytes[next] < 0) {
      next++;
    }
    return next + 1;
  }

  /** Whether the value at a place is null. */
  public static boolean isNull(byte[] bytes, int at) {
    return bytes[at] == NULL;
  }

  /** Whether the value at a place is a text of ASCII characters other than NUL. */
  public static boolean isPlainText(byte[] bytes, int at) {
    if (bytes[at] != TEXT) {
      return false;
    }
    int end = skipText(bytes, at + 1);
    for (int i = startOfText(bytes, at + 1); i < end; i++) {
      if (bytes[i] <= 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the value at a place is an INT or a LONG. */
  public static boolean isInteger(byte[] bytes, int at) {
    return bytes[at] == LONG || bytes[at] == INT;
  }

  /** The INT or LONG at a place. */
  public static long integer(byte[] bytes, int at) {
    return bytes[at] == LONG ? (long) LONG_AT.get(bytes, at + 1) : (int) INT_AT.get(bytes, at + 1);
  }

  /** Writes the receipt of a split. */
  public static void writeReceipt(SplitReceipt receipt, DataOutputView out) throws IOException {
    writeText(receipt.split(), out);
    writeText(receipt.input(), out);
    out.writeLong(receipt.read());
    out.writeLong(receipt.inWindow());
    out.writeLong(receipt.filtered());
    out.writeLong(receipt.rejected());
    @Nullable Offsets offsets = receipt.offsets();
    out.writeBoolean(offsets != null);
    if (offsets != null) {
      out.writeLong(offsets.first());
      out.writeLong(offsets.last());
      out.writeLong(offsets.vacant());
      out.writeLong(offsets.inSlack());
      out.writeLong(offsets.atEdge());
    }
    write(receipt.gap(), out);
  }

  /** Reads what {@link #writeReceipt} wrote. */
  public static SplitReceipt readReceipt(DataInputView in) throws IOException {
    String split = readText(in);
    String input = readText(in);
    long read = in.readLong();
    long inWindow = in.readLong();
    long filtered = in.readLong();
    long rejected = in.readLong();
    @Nullable Offsets offsets =
        in.readBoolean()
            ? new Offsets(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong())
            : null;
    return new SplitReceipt(
        split, input, read, inWindow, filtered, rejected, offsets, (String) read(in));
  }
}
