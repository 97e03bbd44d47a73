package io.errata.state.plan;

import static org.apache.parquet.schema.LogicalTypeAnnotation.dateType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.uuidType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import io.errata.api.Bytes;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.TableColumn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Types;

/**
 * How one column of a live table lies in Parquet: with its natural logical type, so that any tool
 * reads it as what it is. Decimals that are limited to 38 digits are Parquet decimals; others are
 * text, as no tool reads longer ones.
 */
final class ColumnFormat {
  private static final int DECIMAL_BYTES = 16;
  private static final int DECIMAL_DIGITS = 38;

  private final TableColumn column;
  private final PrimitiveType type;

  private ColumnFormat(TableColumn column, PrimitiveType type) {
    this.column = column;
    this.type = type;
  }

  static ColumnFormat of(TableColumn column) {
    var type =
        switch (column.type()) {
          case BOOLEAN -> Types.optional(BOOLEAN);
          case INT -> Types.optional(INT32);
          case LONG -> Types.optional(INT64);
          case DECIMAL ->
              fixed(column)
                  ? Types.optional(FIXED_LEN_BYTE_ARRAY)
                      .length(DECIMAL_BYTES)
                      .as(decimalType(column.scale(), column.precision()))
                  : Types.optional(BINARY).as(stringType());
          case DOUBLE -> Types.optional(DOUBLE);
          case TEXT -> Types.optional(BINARY).as(stringType());
          case BYTES -> Types.optional(BINARY);
          case DATE -> Types.optional(INT32).as(dateType());
          case TIMESTAMP -> Types.optional(INT64).as(timestampType(true, TimeUnit.MICROS));
          case UUID -> Types.optional(FIXED_LEN_BYTE_ARRAY).length(2 * Long.BYTES).as(uuidType());
        };
    return new ColumnFormat(column, type.named(column.name()));
  }

  PrimitiveType type() {
    return type;
  }

  void write(Group group, int field, Object value) {
    switch (column.type()) {
      case BOOLEAN -> group.add(field, (Boolean) value);
      case INT -> group.add(field, (Integer) value);
      case LONG -> group.add(field, (Long) value);
      case DECIMAL -> {
        BigDecimal decimal = (BigDecimal) value;
        group.add(field, fixed(column) ? unscaled(decimal) : Binary.fromString(decimal.toString()));
      }
      case DOUBLE -> group.add(field, (Double) value);
      case TEXT -> group.add(field, (String) value);
      case BYTES -> group.add(field, Binary.fromConstantByteArray(((Bytes) value).toArray()));
      case DATE -> group.add(field, days((LocalDate) value));
      case TIMESTAMP -> group.add(field, micros((Instant) value));
      case UUID -> {
        UUID uuid = (UUID) value;
        byte[] bytes =
            ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
        group.add(field, Binary.fromConstantByteArray(bytes));
      }
    }
  }

  Object read(Group group, int field) {
    return switch (column.type()) {
      case BOOLEAN -> group.getBoolean(field, 0);
      case INT -> group.getInteger(field, 0);
      case LONG -> group.getLong(field, 0);
      case DECIMAL ->
          fixed(column)
              ? new BigDecimal(new BigInteger(group.getBinary(field, 0).getBytes()), column.scale())
              : new BigDecimal(group.getString(field, 0));
      case DOUBLE -> group.getDouble(field, 0);
      case TEXT -> group.getString(field, 0);
      case BYTES -> Bytes.of(group.getBinary(field, 0).getBytes());
      case DATE -> LocalDate.ofEpochDay(group.getInteger(field, 0));
      case TIMESTAMP -> {
        long micros = group.getLong(field, 0);
        yield Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
      }
      case UUID -> {
        ByteBuffer bytes = ByteBuffer.wrap(group.getBinary(field, 0).getBytes());
        yield new UUID(bytes.getLong(), bytes.getLong());
      }
    };
  }

  private static boolean fixed(TableColumn column) {
    return column.precision() > 0
        && column.precision() <= DECIMAL_DIGITS
        && column.scale() >= 0
        && column.scale() <= column.precision();
  }

  private Binary unscaled(BigDecimal decimal) {
    BigDecimal scaled;
    try {
      scaled = decimal.setScale(column.scale(), RoundingMode.UNNECESSARY);
    } catch (ArithmeticException e) {
      throw unfit(e);
    }
    if (scaled.precision() > column.precision()) {
      throw unfit(new ArithmeticException("Too many digits"));
    }
    byte[] digits = scaled.unscaledValue().toByteArray();
    byte[] bytes = new byte[DECIMAL_BYTES];
    Arrays.fill(bytes, (byte) (scaled.signum() < 0 ? -1 : 0));
    System.arraycopy(digits, 0, bytes, DECIMAL_BYTES - digits.length, digits.length);
    return Binary.fromConstantByteArray(bytes);
  }

  private int days(LocalDate date) {
    try {
      return Math.toIntExact(date.toEpochDay());
    } catch (ArithmeticException e) {
      throw unfit(e);
    }
  }

  private long micros(Instant time) {
    try {
      // From the next second down, as the one before the first that fits has a part that does.
      long second = time.getEpochSecond();
      return second < 0
          ? Math.addExact(
              Math.multiplyExact(second + 1, 1_000_000L), time.getNano() / 1_000 - 1_000_000L)
          : Math.addExact(Math.multiplyExact(second, 1_000_000L), time.getNano() / 1_000);
    } catch (ArithmeticException e) {
      throw unfit(e);
    }
  }

  private ErrataException unfit(ArithmeticException cause) {
    return new ErrataException(
        ErrorCode.INVALID_VALUE,
        "Cannot write a correction: a value of column "
            + column.name()
            + " doesn't fit ("
            + column.sqlType()
            + ")",
        "Correct the event or the worker that it came from.",
        cause);
  }
}
