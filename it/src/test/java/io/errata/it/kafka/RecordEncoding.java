package io.errata.it.kafka;

import io.errata.connectors.event.EventField;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.record.AvroRecordFormat;
import io.errata.connectors.record.CsvRecordFormat;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.it.archive.EventFiles;
import io.errata.servers.RegistryServer;
import io.errata.testkit.EventStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** How the contract's events become values of records, and how those are read. */
enum RecordEncoding {
  JSON {
    @Override
    RecordFormat format() {
      return new JsonRecordFormat();
    }

    @Override
    Writer writer(String topic) {
      return row -> EventFiles.json(row).getBytes(StandardCharsets.UTF_8);
    }
  },

  /** One row without a header in each record. */
  CSV {
    @Override
    RecordFormat format() {
      return new CsvRecordFormat(EventStore.FIELDS.stream().map(EventField::path).toList(), ',');
    }

    @Override
    Writer writer(String topic) {
      return row -> EventFiles.csv(row).getBytes(StandardCharsets.UTF_8);
    }
  },

  /**
   * The wire format of a registry. Every other record is written with an older version of the
   * schema, which has the same fields in another order: who reads it by the latest reads rubbish.
   */
  AVRO {
    @Override
    RecordFormat format() {
      return AvroRecordFormat.ofRegistry(
          RegistryOptions.of(RegistryServer.shared().url()), SchemaChoice.LATEST);
    }

    @Override
    Writer writer(String topic) {
      Schema latest = EventFiles.avroSchema();
      Schema older = backwards(latest);
      int olderId = RegistryServer.shared().register(topic + "-value", older.toString());
      int latestId = RegistryServer.shared().register(topic + "-value", latest.toString());
      boolean[] turn = {false};
      return row -> {
        turn[0] = !turn[0];
        return turn[0] ? framed(latestId, latest, row) : framed(olderId, older, row);
      };
    }
  };

  /** Writes one event after another. */
  interface Writer {
    byte[] value(Map<String, Object> row) throws IOException;
  }

  abstract RecordFormat format();

  /** One for the records of a new topic. */
  abstract Writer writer(String topic);

  private static Schema backwards(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    Collections.reverse(fields);
    return Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
  }

  private static byte[] framed(int id, Schema schema, Map<String, Object> row) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0);
    bytes.write(ByteBuffer.allocate(4).putInt(id).array());
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(EventFiles.avro(schema, row), out);
    return bytes.toByteArray();
  }
}
