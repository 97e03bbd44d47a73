package io.errata.connectors.avro;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.read.Conversion;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Resolver;
import org.apache.avro.Resolver.Action;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What Avro's types mean, logical types included. A timestamp without a zone is taken as UTC. */
final class AvroTypes {
  private AvroTypes() {}

  /** The schema itself, or of a union with null the other branch; empty for a union of several. */
  static Optional<Schema> only(Schema schema) {
    if (!schema.isUnion()) {
      return Optional.of(schema);
    }
    List<Schema> others =
        schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? Optional.of(others.get(0)) : Optional.empty();
  }

  static SourceColumn column(Schema declared) {
    Optional<Schema> only = only(declared);
    if (only.isEmpty()) {
      return declared.getTypes().size() <= 1
          ? SourceColumn.alwaysNull("null")
          : SourceColumn.refused("union", "it has several types");
    }
    Schema schema = only.get();
    @Nullable String logical = logical(schema);
    String name = schema.getType().getName() + (logical == null ? "" : " " + logical);
    return switch (schema.getType()) {
      case BOOLEAN -> SourceColumn.of(ColumnType.BOOLEAN, name);
      case INT ->
          "time-millis".equals(logical)
              ? time(name)
              : SourceColumn.of("date".equals(logical) ? ColumnType.DATE : ColumnType.INT, name);
      case LONG ->
          "time-micros".equals(logical)
              ? time(name)
              : SourceColumn.of(
                  perSecond(logical) > 0 ? ColumnType.TIMESTAMP : ColumnType.LONG, name);
      case FLOAT, DOUBLE -> SourceColumn.of(ColumnType.DOUBLE, name);
      case STRING ->
          SourceColumn.of("uuid".equals(logical) ? ColumnType.UUID : ColumnType.TEXT, name);
      case ENUM -> SourceColumn.of(ColumnType.TEXT, name);
      case BYTES ->
          SourceColumn.of("decimal".equals(logical) ? ColumnType.DECIMAL : ColumnType.BYTES, name);
      case FIXED -> SourceColumn.of(fixed(schema, logical), name);
      case NULL -> SourceColumn.alwaysNull(name);
      case ARRAY, MAP -> SourceColumn.refused(name, "it has several values in one row");
      case RECORD -> SourceColumn.refused(name, "it is a structure; name one of its fields");
      case UNION -> SourceColumn.refused(name, "it has several types");
    };
  }

  private static SourceColumn time(String name) {
    return SourceColumn.refused(name, "no type of Errata's has its values");
  }

  private static ColumnType fixed(Schema schema, @Nullable String logical) {
    if ("decimal".equals(logical)) {
      return ColumnType.DECIMAL;
    }
    return "uuid".equals(logical) && schema.getFixedSize() == 16
        ? ColumnType.UUID
        : ColumnType.BYTES;
  }

  /** How values of a schema are decoded that is neither a union nor a structure. */
  static AvroValue value(Schema schema) {
    @Nullable String logical = logical(schema);
    return switch (schema.getType()) {
      case NULL -> in -> null;
      case BOOLEAN -> AvroBlock::nextBoolean;
      case INT ->
          "date".equals(logical) ? in -> LocalDate.ofEpochDay(in.nextInt()) : AvroBlock::nextInt;
      case LONG -> {
        long perSecond = perSecond(logical);
        yield perSecond == 0 ? AvroBlock::nextLong : in -> instant(in.nextLong(), perSecond);
      }
      case FLOAT -> in -> (double) in.nextFloat();
      case DOUBLE -> AvroBlock::nextDouble;
      case STRING -> {
        boolean isUuid = "uuid".equals(logical);
        yield in -> isUuid ? uuid(in.nextText()) : in.nextText();
      }
      case ENUM -> {
        List<String> symbols = schema.getEnumSymbols();
        yield in -> symbols.get(in.symbol(symbols.size()));
      }
      case BYTES -> {
        BytesValue value = bytes(schema, logical);
        yield in -> value.of(in.nextBytes(in.nextLong()));
      }
      case FIXED -> {
        BytesValue value = bytes(schema, logical);
        int size = schema.getFixedSize();
        yield in -> value.of(in.nextBytes(size));
      }
      case ARRAY, MAP, RECORD, UNION ->
          throw new IllegalArgumentException("Cannot decode a " + schema.getType());
    };
  }

  /** The same where the reader's schema is another one than the writer's, and fits to it. */
  static AvroValue value(Action action) {
    Schema writer = action.writer;
    Schema reader = action.reader;
    if (action instanceof Resolver.EnumAdjust symbols) {
      return symbol(symbols, reader);
    }
    if (writer.getType() == reader.getType()) {
      // Where both say what is meant, the writer knows in which unit or scale.
      boolean bothSay = means(writer) != null && means(reader) != null;
      return value(bothSay ? writer : reader);
    }
    long perSecond = perSecond(logical(reader));
    return switch (reader.getType()) {
      case LONG ->
          in -> {
            long number = in.nextInt();
            return perSecond == 0 ? (Object) number : instant(number, perSecond);
          };
      case FLOAT, DOUBLE -> promotedToDouble(writer);
      case BYTES -> {
        BytesValue value = bytes(reader, logical(reader));
        yield in -> value.of(in.nextBytes(in.nextLong()));
      }
      case STRING -> {
        boolean isUuid = "uuid".equals(logical(reader));
        yield in -> isUuid ? uuid(in.nextText()) : in.nextText();
      }
      default -> throw new IllegalArgumentException("Cannot read a " + writer.getType());
    };
  }

  /** Exactly or not at all, as everywhere: 64 bits have more digits than floating point. */
  private static AvroValue promotedToDouble(Schema writer) {
    return switch (writer.getType()) {
      case INT -> in -> (double) in.nextInt();
      case LONG -> in -> Conversion.convert(in.nextLong(), ColumnType.DOUBLE);
      default -> in -> (double) in.nextFloat();
    };
  }

  private static AvroValue symbol(Resolver.EnumAdjust symbols, Schema reader) {
    int[] adjustments = symbols.adjustments;
    return in -> {
      int adjusted = adjustments[in.symbol(adjustments.length)];
      return adjusted < 0
          ? new Unreadable("a symbol that the reader's schema lacks, and has no default for")
          : reader.getEnumSymbols().get(adjusted);
    };
  }

  /**
   * The type that a logical type makes of a schema, or null where there is none that makes another.
   */
  static @Nullable ColumnType means(Schema schema) {
    @Nullable String logical = logical(schema);
    if (logical == null) {
      return null;
    }
    return switch (schema.getType()) {
      case INT -> "date".equals(logical) ? ColumnType.DATE : null;
      case LONG -> perSecond(logical) > 0 ? ColumnType.TIMESTAMP : null;
      case STRING -> "uuid".equals(logical) ? ColumnType.UUID : null;
      case BYTES -> "decimal".equals(logical) ? ColumnType.DECIMAL : null;
      case FIXED -> fixed(schema, logical) == ColumnType.BYTES ? null : fixed(schema, logical);
      default -> null;
    };
  }

  private static Object uuid(Object text) {
    @Nullable Object uuid = Conversion.convert(text, ColumnType.UUID);
    return uuid == null ? text : uuid;
  }

  private static Object instant(long value, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(value, perSecond),
        Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond));
  }

  /** What bytes become. */
  private interface BytesValue {
    Object of(byte[] bytes);
  }

  private static BytesValue bytes(Schema schema, @Nullable String logical) {
    if ("decimal".equals(logical)) {
      int scale = schema.getObjectProp("scale") instanceof Number number ? number.intValue() : 0;
      return bytes -> Conversion.decimal(bytes, scale);
    }
    if ("uuid".equals(logical)
        && schema.getType() == Schema.Type.FIXED
        && schema.getFixedSize() == 16) {
      return bytes -> {
        ByteBuffer halves = ByteBuffer.wrap(bytes);
        return new UUID(halves.getLong(), halves.getLong());
      };
    }
    return Bytes::of;
  }

  private static long perSecond(@Nullable String logical) {
    if (logical == null) {
      return 0;
    }
    return switch (logical) {
      case "timestamp-millis", "local-timestamp-millis" -> 1_000;
      case "timestamp-micros", "local-timestamp-micros" -> 1_000_000;
      case "timestamp-nanos", "local-timestamp-nanos" -> 1_000_000_000;
      default -> 0;
    };
  }

  /** By name: Avro's own classes don't know nanoseconds yet. */
  private static @Nullable String logical(Schema schema) {
    return schema.getProp("logicalType");
  }
}
