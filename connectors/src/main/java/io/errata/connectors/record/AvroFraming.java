package io.errata.connectors.record;

import io.errata.connectors.read.ContentException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How a record tells its writer's schema. Not thread-safe. */
interface AvroFraming {
  /**
   * What tells the schema of a record; equal for records of one schema.
   *
   * @param data has the record's bytes, among others that aren't looked at
   * @throws ContentException where it can't be told
   */
  Object key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws ContentException;

  /** How many bytes come before the value. */
  int length();

  /** What a key is called, such as {@code schema id 7}. */
  String name(Object key);

  /**
   * The schema of a key.
   *
   * @throws ContentException where there is none, or it can't be read
   * @throws io.errata.api.ErrataException UNAVAILABLE or FORBIDDEN where what holds the schemas
   *     can't be asked
   */
  Schema schema(Object key) throws ContentException;
}
