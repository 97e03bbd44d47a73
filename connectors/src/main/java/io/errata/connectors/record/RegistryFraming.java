package io.errata.connectors.record;

import io.errata.connectors.read.ContentException;
import io.errata.connectors.registry.RegisteredSchema;
import io.errata.connectors.registry.SchemaRegistry;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A byte 0, and the id of a schema in a registry in four bytes, big-endian.
 *
 * <p>Format: Confluent's documentation of its Schema Registry, "Wire format".
 */
final class RegistryFraming implements AvroFraming {
  private static final byte MAGIC = 0;
  private static final int LENGTH = 5;

  private final SchemaRegistry registry;

  RegistryFraming(SchemaRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Integer key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws ContentException {
    if (length > 0 && data[offset] != MAGIC) {
      throw new ContentException(
          "its first byte is "
              + (data[offset] & 0xFF)
              + " and not 0: it is not in the format of a schema registry");
    }
    if (length < LENGTH) {
      throw new ContentException("it is cut off: " + length + " bytes hold no schema id");
    }
    return ByteBuffer.wrap(data).getInt(offset + 1);
  }

  @Override
  public int length() {
    return LENGTH;
  }

  @Override
  public String name(Object key) {
    return "schema id " + key;
  }

  @Override
  public Schema schema(Object key) throws ContentException {
    RegisteredSchema found =
        registry
            .find((Integer) key)
            .orElseThrow(
                () ->
                    new ContentException(
                        "the schema registry " + registry.url() + " doesn't know it"));
    return AvroSchemas.parse(found, registry);
  }
}
