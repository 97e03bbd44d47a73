package io.errata.it.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.connectors.event.EventField;
import io.errata.testkit.EventStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/** Writes the contract's events into files of every format. */
public final class EventFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MessageType PARQUET =
      MessageTypeParser.parseMessageType(
          """
          message event {
            optional binary id (STRING);
            optional int64 ts (TIMESTAMP(MICROS,true));
            optional binary kind (ENUM);
            optional int64 seq;
            optional boolean flag;
            optional int32 count;
            optional fixed_len_byte_array(16) amount (DECIMAL(38,4));
            optional double ratio;
            optional binary note (STRING);
            optional int32 day (DATE);
            optional fixed_len_byte_array(16) code (UUID);
            optional group place { optional int32 zip; }
          }
          """);
  private static final Schema AVRO = schema();

  private EventFiles() {}

  static void writeParquet(Path file, List<Map<String, Object>> rows) throws IOException {
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(PARQUET)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(2_000L)
            .withMinRowCountForPageSizeCheck(1)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(PARQUET);
      for (Map<String, Object> row : rows) {
        Group group = groups.newGroup();
        for (EventField field : EventStore.FIELDS) {
          @Nullable Object value = row.get(field.path());
          if (value != null && field.path().equals("place.zip")) {
            group.addGroup("place").append("zip", (Integer) value);
          } else if (value != null) {
            add(group, field.path(), value);
          }
        }
        writer.write(group);
      }
    }
  }

  private static void add(Group group, String name, Object value) {
    if (value instanceof String text) {
      group.add(name, text);
    } else if (value instanceof Instant time) {
      group.add(name, micros(time));
    } else if (value instanceof Long number) {
      group.add(name, number);
    } else if (value instanceof Integer number) {
      group.add(name, number);
    } else if (value instanceof Boolean bool) {
      group.add(name, bool);
    } else if (value instanceof Double number) {
      group.add(name, number);
    } else if (value instanceof LocalDate date) {
      group.add(name, (int) date.toEpochDay());
    } else if (value instanceof BigDecimal decimal) {
      group.add(name, Binary.fromConstantByteArray(fixed(decimal)));
    } else if (value instanceof java.util.UUID code) {
      group.add(name, Binary.fromConstantByteArray(bytes(code)));
    }
  }

  private static byte[] fixed(BigDecimal decimal) {
    byte[] unscaled = decimal.setScale(EventStore.SCALE).unscaledValue().toByteArray();
    byte[] all = new byte[16];
    java.util.Arrays.fill(all, (byte) (unscaled[0] < 0 ? -1 : 0));
    System.arraycopy(unscaled, 0, all, 16 - unscaled.length, unscaled.length);
    return all;
  }

  private static byte[] bytes(java.util.UUID code) {
    return ByteBuffer.allocate(16)
        .putLong(code.getMostSignificantBits())
        .putLong(code.getLeastSignificantBits())
        .array();
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  static void writeAvro(Path file, List<Map<String, Object>> rows) throws IOException {
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(AVRO))) {
      writer.setCodec(CodecFactory.deflateCodec(6));
      writer.setSyncInterval(1_000);
      writer.create(AVRO, file.toFile());
      for (Map<String, Object> row : rows) {
        writer.append(avro(AVRO, row));
      }
    }
  }

  /** The schema of all events in Avro. */
  public static Schema avroSchema() {
    return AVRO;
  }

  /** One event in Avro, by a schema that has the fields of {@link #avroSchema()} in any order. */
  public static GenericRecord avro(Schema schema, Map<String, Object> row) {
    GenericRecord event = new GenericData.Record(schema);
    for (EventField field : EventStore.FIELDS) {
      @Nullable Object value = row.get(field.path());
      if (value != null && field.path().equals("place.zip")) {
        Schema place = schema.getField("place").schema().getTypes().get(1);
        GenericRecord nested = new GenericData.Record(place);
        nested.put("zip", value);
        event.put("place", nested);
      } else if (value != null) {
        event.put(field.path(), avro(value));
      }
    }
    return event;
  }

  private static Object avro(Object value) {
    if (value instanceof Instant time) {
      return micros(time);
    }
    if (value instanceof LocalDate date) {
      return (int) date.toEpochDay();
    }
    if (value instanceof BigDecimal decimal) {
      return ByteBuffer.wrap(decimal.setScale(EventStore.SCALE).unscaledValue().toByteArray());
    }
    return value instanceof java.util.UUID code ? code.toString() : value;
  }

  private static Schema schema() {
    Schema decimal =
        LogicalTypes.decimal(38, EventStore.SCALE).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema micros = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema date = LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
    Schema uuid = LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));
    Schema place = SchemaBuilder.record("place").fields().optionalInt("zip").endRecord();
    return SchemaBuilder.record("event")
        .fields()
        .optionalString("id")
        .name("ts")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), micros))
        .withDefault(null)
        .optionalString("kind")
        .optionalLong("seq")
        .optionalBoolean("flag")
        .optionalInt("count")
        .name("amount")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), decimal))
        .withDefault(null)
        .optionalDouble("ratio")
        .optionalString("note")
        .name("day")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), date))
        .withDefault(null)
        .name("code")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), uuid))
        .withDefault(null)
        .name("place")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), place))
        .withDefault(null)
        .endRecord();
  }

  static void writeCsv(Path file, List<Map<String, Object>> rows) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(String.join(",", EventStore.FIELDS.stream().map(EventField::path).toList()))
        .append("\r\n");
    for (Map<String, Object> row : rows) {
      text.append(csv(row)).append("\r\n");
    }
    Files.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** One event as a row of CSV, with the fields in the order of {@link EventStore#FIELDS}. */
  public static String csv(Map<String, Object> row) {
    return String.join(
        ",", EventStore.FIELDS.stream().map(field -> csv(row.get(field.path()))).toList());
  }

  private static String csv(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    return value instanceof String text ? '"' + text.replace("\"", "\"\"") + '"' : value.toString();
  }

  static void writeJsonLines(Path file, List<Map<String, Object>> rows) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Map<String, Object> row : rows) {
      text.append(json(row)).append('\n');
    }
    Files.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** One event as a JSON object. */
  public static String json(Map<String, Object> row) {
    ObjectNode event = JSON.createObjectNode();
    for (EventField field : EventStore.FIELDS) {
      @Nullable Object value = row.get(field.path());
      if (field.path().equals("place.zip")) {
        event.putObject("place").put("zip", (Integer) value);
      } else if (value instanceof Boolean bool) {
        event.put(field.path(), bool);
      } else if (value instanceof BigDecimal
          || value instanceof Double
          || value instanceof Long
          || value instanceof Integer) {
        event.putRawValue(
            field.path(), new com.fasterxml.jackson.databind.util.RawValue(value.toString()));
      } else {
        event.put(field.path(), value == null ? null : value.toString());
      }
    }
    return event.toString();
  }
}
