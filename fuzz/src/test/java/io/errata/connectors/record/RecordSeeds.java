package io.errata.connectors.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** A whole record in each encoding, and with each of the schemas. */
public final class RecordSeeds {
  private RecordSeeds() {}

  /** Inputs by their paths below the seeds. */
  public static Map<String, byte[]> all() throws IOException {
    Map<String, byte[]> seeds = new TreeMap<>();
    for (int id : List.of(1, 2, 3)) {
      Schema schema = schema(id);
      seeds.put("avro-record/registry-" + id, seed(0, id(id), encoded(schema, event(schema))));
      ByteBuffer fingerprint =
          ByteBuffer.allocate(10)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0xC3)
              .put((byte) 1)
              .putLong(SchemaNormalization.parsingFingerprint64(schema));
      seeds.put(
          "avro-record/single-object-" + id,
          seed(1, fingerprint.array(), encoded(schema, event(schema))));
      byte[] text = (schema + "\0").getBytes(StandardCharsets.UTF_8);
      seeds.put("avro-record/own-schema-" + id, seed(3, text, encoded(schema, event(schema))));
    }
    seeds.put("avro-record/plain", seed(2, new byte[0], encoded(schema(1), event(schema(1)))));
    seeds.put("avro-record/unfit", seed(0, id(258), new byte[] {2}));
    seeds.put("avro-record/unknown-id", seed(0, id(987_654), new byte[] {2, 'a'}));
    seeds.put(
        "avro-record/json",
        seed(0, new byte[0], "{\"id\":\"e1\"}".getBytes(StandardCharsets.UTF_8)));
    return seeds;
  }

  private static Schema schema(int id) {
    return FuzzedAvroFormat.SCHEMAS.getOrDefault(id, Schema.create(Schema.Type.NULL));
  }

  private static byte[] id(int id) {
    return ByteBuffer.allocate(5).put((byte) 0).putInt(id).array();
  }

  private static byte[] seed(int mode, byte[] head, byte[] value) {
    return ByteBuffer.allocate(1 + head.length + value.length)
        .put((byte) mode)
        .put(head)
        .put(value)
        .array();
  }

  private static GenericRecord event(Schema schema) {
    GenericRecord event = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      switch (field.name()) {
        case "id" ->
            event.put(
                "id",
                field.schema().getType() == Schema.Type.BYTES
                    ? ByteBuffer.wrap("e1".getBytes(StandardCharsets.UTF_8))
                    : "e1");
        case "ts" -> event.put("ts", 1_718_020_800_000_000L);
        case "seq" ->
            event.put(
                "seq", field.schema().getType() == Schema.Type.INT ? (Object) 7 : (Object) 7L);
        case "note" -> event.put("note", "note");
        case "amount" ->
            event.put(
                "amount",
                ByteBuffer.wrap(BigDecimal.valueOf(-505, 2).unscaledValue().toByteArray()));
        case "user" ->
            event.put("user", new GenericRecordBuilder(field.schema()).set("name", "ann").build());
        case "more" -> event.put("more", List.of(Map.of("a", 1.5f), Map.of()));
        case "kind" -> event.put("kind", new GenericData.EnumSymbol(field.schema(), "B"));
        case "mark" ->
            event.put("mark", new GenericData.Fixed(field.schema(), new byte[] {1, 2, 3}));
        case "flag" -> event.put("flag", true);
        case "inner" -> event.put("inner", null);
        default -> throw new IllegalStateException("a field without a value: " + field.name());
      }
    }
    return event;
  }

  private static byte[] encoded(Schema schema, GenericRecord event) throws IOException {
    if (schema.getField("inner") != null) {
      GenericRecord outer = new GenericRecordBuilder((GenericData.Record) event).build();
      outer.put("inner", event);
      return bytes(schema, outer);
    }
    return bytes(schema, event);
  }

  private static byte[] bytes(Schema schema, GenericRecord event) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(event, out);
    return bytes.toByteArray();
  }
}
