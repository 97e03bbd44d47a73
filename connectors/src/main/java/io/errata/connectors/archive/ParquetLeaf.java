package io.errata.connectors.archive;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.Utf8;
import io.errata.connectors.read.Conversion;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.BsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * How the values of one Parquet column are decoded: one function for the physical type that the
 * column has. A timestamp without a zone is taken as UTC.
 *
 * <p>Types: the Parquet format's LogicalTypes.md.
 */
final class ParquetLeaf {
  /** The Julian day of 1970-01-01, from which INT96 counts. */
  private static final long JULIAN_EPOCH = 2_440_588;

  private static final long SECONDS_PER_DAY = 86_400;

  final SourceColumn column;
  final @Nullable IntFunction<Object> ofInt;
  final @Nullable LongFunction<Object> ofLong;
  final @Nullable Function<Binary, Object> ofBinary;

  /** The digits behind the point of a column whose values are numbers in 64 bits; -1 of others. */
  final int scale;

  private ParquetLeaf(
      SourceColumn column,
      @Nullable IntFunction<Object> ofInt,
      @Nullable LongFunction<Object> ofLong,
      @Nullable Function<Binary, Object> ofBinary) {
    this(column, ofInt, ofLong, ofBinary, -1);
  }

  private ParquetLeaf(
      SourceColumn column,
      @Nullable IntFunction<Object> ofInt,
      @Nullable LongFunction<Object> ofLong,
      @Nullable Function<Binary, Object> ofBinary,
      int scale) {
    this.scale = scale;
    this.column = column;
    this.ofInt = ofInt;
    this.ofLong = ofLong;
    this.ofBinary = ofBinary;
  }

  static ParquetLeaf of(PrimitiveType type) {
    @Nullable LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    String name =
        type.getPrimitiveTypeName().name().toLowerCase(java.util.Locale.ROOT)
            + (logical == null ? "" : " " + logical);
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> new ParquetLeaf(SourceColumn.of(ColumnType.BOOLEAN, name), null, null, null);
      case FLOAT, DOUBLE ->
          new ParquetLeaf(SourceColumn.of(ColumnType.DOUBLE, name), null, null, null);
      case INT32 -> ofInt32(logical, name);
      case INT64 -> ofInt64(logical, name);
      case INT96 -> ofBinary(ColumnType.TIMESTAMP, name, ParquetLeaf::int96);
      case BINARY, FIXED_LEN_BYTE_ARRAY -> ofBytes(type, logical, name);
    };
  }

  private static ParquetLeaf ofInt32(@Nullable LogicalTypeAnnotation logical, String name) {
    if (logical == null) {
      return ofInt(ColumnType.INT, name, Integer::valueOf);
    }
    if (logical instanceof IntLogicalTypeAnnotation integer) {
      return integer.isSigned() || integer.getBitWidth() < 32
          ? ofInt(ColumnType.INT, name, Integer::valueOf)
          : ofInt(ColumnType.LONG, name, Integer::toUnsignedLong);
    }
    if (logical instanceof DateLogicalTypeAnnotation) {
      return ofInt(ColumnType.DATE, name, LocalDate::ofEpochDay);
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      int scale = decimal.getScale();
      return ofInt(ColumnType.DECIMAL, name, value -> Conversion.decimal(value, scale));
    }
    return refused(name);
  }

  private static ParquetLeaf ofInt64(@Nullable LogicalTypeAnnotation logical, String name) {
    if (logical == null) {
      return ofNumber(ColumnType.LONG, name, Long::valueOf, 0);
    }
    if (logical instanceof IntLogicalTypeAnnotation integer) {
      return integer.isSigned()
          ? ofNumber(ColumnType.LONG, name, Long::valueOf, 0)
          : ofLong(ColumnType.DECIMAL, name, value -> new BigDecimal(Long.toUnsignedString(value)));
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      int scale = decimal.getScale();
      return ofNumber(ColumnType.DECIMAL, name, value -> Conversion.decimal(value, scale), scale);
    }
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      return ofLong(ColumnType.TIMESTAMP, name, timestamp(timestamp.getUnit()));
    }
    return refused(name);
  }

  private static LongFunction<Object> timestamp(TimeUnit unit) {
    // Division by a constant is a multiplication.
    return switch (unit) {
      case MILLIS -> Instant::ofEpochMilli;
      case MICROS ->
          value ->
              Instant.ofEpochSecond(
                  Math.floorDiv(value, 1_000_000L), Math.floorMod(value, 1_000_000L) * 1_000);
      case NANOS -> value -> Instant.ofEpochSecond(0, value);
    };
  }

  private static ParquetLeaf ofBytes(
      PrimitiveType type, @Nullable LogicalTypeAnnotation logical, String name) {
    if (logical == null || logical instanceof BsonLogicalTypeAnnotation) {
      return ofBinary(ColumnType.BYTES, name, value -> Bytes.of(bytes(value)));
    }
    if (logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation
        || logical instanceof JsonLogicalTypeAnnotation) {
      return ofBinary(ColumnType.TEXT, name, ParquetLeaf::text);
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      int scale = decimal.getScale();
      return ofBinary(ColumnType.DECIMAL, name, value -> Conversion.decimal(bytes(value), scale));
    }
    if (logical instanceof UUIDLogicalTypeAnnotation
        && type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY) {
      return ofBinary(ColumnType.UUID, name, ParquetLeaf::uuid);
    }
    return refused(name);
  }

  private static Object text(Binary value) {
    byte[] bytes = bytes(value);
    return Utf8.decode(bytes, 0, bytes.length);
  }

  /** The library makes an array of the length that a file claims, and looks then what is there. */
  private static byte[] bytes(Binary value) {
    if (value.toByteBuffer().remaining() != value.length()) {
      throw new IllegalArgumentException("a value is longer than what holds it");
    }
    return value.getBytesUnsafe();
  }

  private static Object uuid(Binary value) {
    ByteBuffer bytes = value.toByteBuffer();
    return new UUID(bytes.getLong(bytes.position()), bytes.getLong(bytes.position() + 8));
  }

  /** Nanoseconds of the day in 8 bytes, then the Julian day in 4, both little-endian. */
  private static Object int96(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    long nanos = bytes.getLong();
    return Instant.ofEpochSecond((bytes.getInt() - JULIAN_EPOCH) * SECONDS_PER_DAY, nanos);
  }

  private static ParquetLeaf ofInt(ColumnType type, String name, IntFunction<Object> decode) {
    return new ParquetLeaf(SourceColumn.of(type, name), decode, null, null);
  }

  private static ParquetLeaf ofLong(ColumnType type, String name, LongFunction<Object> decode) {
    return new ParquetLeaf(SourceColumn.of(type, name), null, decode, null);
  }

  /** As {@link #ofLong}, of numbers that need no object while they have few digits. */
  private static ParquetLeaf ofNumber(
      ColumnType type, String name, LongFunction<Object> decode, int scale) {
    return new ParquetLeaf(SourceColumn.of(type, name), null, decode, null, scale);
  }

  private static ParquetLeaf ofBinary(
      ColumnType type, String name, Function<Binary, Object> decode) {
    return new ParquetLeaf(SourceColumn.of(type, name), null, null, decode);
  }

  private static ParquetLeaf refused(String name) {
    return new ParquetLeaf(
        SourceColumn.refused(name, "no type of Errata's has its values"), null, null, null);
  }
}
