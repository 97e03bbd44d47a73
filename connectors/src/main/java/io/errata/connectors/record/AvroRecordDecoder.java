package io.errata.connectors.record;

import io.errata.connectors.avro.AvroBlock;
import io.errata.connectors.avro.AvroFields;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records in Avro, each with its writer's schema. How values of a writer's schema are
 * brought to the reader's is settled once for each.
 */
final class AvroRecordDecoder implements RecordDecoder {
  private final AvroFraming framing;
  private final Map<String, Schema> readers;
  private final List<String> paths;
  private final @Nullable Object[] values;
  private final Map<String, Map<Object, Resolved>> resolved = new HashMap<>();

  /** Either fields, or why the schema's records can't be read. */
  private record Resolved(@Nullable AvroFields fields, String problem) {}

  /**
   * @param readers the reader's schema by topic
   */
  AvroRecordDecoder(AvroFraming framing, Map<String, Schema> readers, List<String> paths) {
    this.framing = framing;
    this.readers = readers;
    this.paths = paths;
    this.values = new @Nullable Object[paths.size()];
  }

  @Override
  public @Nullable String decode(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws IOException {
    Arrays.fill(values, null);
    Object key;
    try {
      key = framing.key(data, offset, length, from);
    } catch (ContentException e) {
      return e.getMessage();
    }
    Resolved how =
        resolved
            .computeIfAbsent(from.topic(), absent -> new HashMap<>())
            .computeIfAbsent(key, absent -> resolve(from.topic(), key));
    AvroFields fields = how.fields();
    if (fields == null) {
      return framing.name(key) + ": " + how.problem();
    }
    AvroBlock in = new AvroBlock(data, offset + framing.length(), length - framing.length());
    try {
      fields.read(in, values);
    } catch (ContentException e) {
      return framing.name(key) + ": " + e.getMessage();
    }
    return in.isAtEnd() ? null : framing.name(key) + ": it has more bytes than its schema tells of";
  }

  private Resolved resolve(String topic, Object key) {
    @Nullable Schema reader = readers.get(topic);
    if (reader == null) {
      throw new IllegalStateException("Every topic has a schema to be read by");
    }
    try {
      return new Resolved(AvroFields.of(framing.schema(key), reader, paths), "");
    } catch (ContentException e) {
      return new Resolved(null, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public @Nullable Object[] values() {
    return values;
  }
}
