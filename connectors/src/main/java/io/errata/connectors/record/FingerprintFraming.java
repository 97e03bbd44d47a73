package io.errata.connectors.record;

import io.errata.connectors.read.ContentException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The bytes C3 01, and the CRC-64-AVRO fingerprint of a schema in eight bytes, little-endian.
 *
 * <p>Format: Apache Avro 1.11 specification, "Single-object encoding".
 */
final class FingerprintFraming implements AvroFraming {
  private static final int LENGTH = 10;

  private final Map<Long, Schema> schemas = new HashMap<>();

  FingerprintFraming(List<Schema> known) {
    known.forEach(schema -> schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema));
  }

  @Override
  public Long key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws ContentException {
    if (length < LENGTH) {
      throw new ContentException("it is cut off: " + length + " bytes hold no fingerprint");
    }
    if (data[offset] != (byte) 0xC3 || data[offset + 1] != 1) {
      throw new ContentException("its first bytes are not C3 01: it is no single object of Avro");
    }
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong(offset + 2);
  }

  @Override
  public int length() {
    return LENGTH;
  }

  @Override
  public String name(Object key) {
    return "schema with fingerprint " + String.format(Locale.ROOT, "%016x", (Long) key);
  }

  @Override
  public Schema schema(Object key) throws ContentException {
    @Nullable Schema schema = schemas.get((Long) key);
    if (schema == null) {
      throw new ContentException("it is not among the " + schemas.size() + " that are known");
    }
    return schema;
  }
}
