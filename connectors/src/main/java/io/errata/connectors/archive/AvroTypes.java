package io.errata.connectors.archive;

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

  /** Decodes a value of a schema that is neither a union nor a structure. */
  static @Nullable Object decode(Schema schema, AvroBlock in) throws java.io.IOException {
    @Nullable String logical = logical(schema);
    return switch (schema.getType()) {
      case NULL -> null;
      case BOOLEAN -> in.nextBoolean();
      case INT -> {
        int value = in.nextInt();
        yield "date".equals(logical) ? (Object) LocalDate.ofEpochDay(value) : (Object) value;
      }
      case LONG -> ofLong(in.nextLong(), perSecond(logical));
      case FLOAT -> (double) in.nextFloat();
      case DOUBLE -> in.nextDouble();
      case STRING -> text(in, logical);
      case ENUM -> symbol(schema, in.nextInt());
      case BYTES -> ofBytes(schema, logical, in.nextBytes(in.nextLong()));
      case FIXED -> ofBytes(schema, logical, in.nextBytes(schema.getFixedSize()));
      case ARRAY, MAP, RECORD, UNION ->
          throw new IllegalArgumentException("Cannot decode a " + schema.getType());
    };
  }

  private static Object text(AvroBlock in, @Nullable String logical) throws java.io.IOException {
    Object text = in.nextText();
    if (!"uuid".equals(logical) || text instanceof Unreadable) {
      return text;
    }
    @Nullable Object uuid = Conversion.convert(text, ColumnType.UUID);
    return uuid == null ? text : uuid;
  }

  private static Object symbol(Schema schema, int index) throws java.io.IOException {
    if (index < 0 || index >= schema.getEnumSymbols().size()) {
      throw new io.errata.connectors.read.ContentException(
          "an enum's value is not one of its symbols");
    }
    return schema.getEnumSymbols().get(index);
  }

  private static Object ofLong(long value, long perSecond) {
    return perSecond == 0
        ? (Object) value
        : Instant.ofEpochSecond(
            Math.floorDiv(value, perSecond),
            Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond));
  }

  private static Object ofBytes(Schema schema, @Nullable String logical, byte[] bytes) {
    if ("decimal".equals(logical)) {
      int scale = schema.getObjectProp("scale") instanceof Number number ? number.intValue() : 0;
      return Conversion.decimal(bytes, scale);
    }
    if ("uuid".equals(logical) && bytes.length == 16) {
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      return new UUID(halves.getLong(), halves.getLong());
    }
    return Bytes.of(bytes);
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
