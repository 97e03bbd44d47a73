package io.errata.connectors.kafka;

import java.io.Closeable;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Decodes values, or keys, one after another. Not thread-safe. */
public interface RecordDecoder extends Closeable {
  /**
   * Decodes one.
   *
   * @param data has the bytes, among others that aren't looked at; neither kept nor changed
   * @param offset where they begin
   * @param length how many they are
   * @param from the record that they are of, for its topic, headers, timestamp and position
   * @return why the whole can't be decoded, without its values, or null; then {@link #values()} has
   *     its fields
   * @throws io.errata.api.ErrataException UNAVAILABLE where what holds the schemas can't be reached
   */
  @Nullable String decode(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws IOException;

  /**
   * The fields that were decoded last: values of {@link io.errata.api.ColumnType#javaType()}, null,
   * {@link io.errata.connectors.event.Unreadable}, or {@link io.errata.connectors.event.LazyValue}.
   * Overwritten by the next.
   */
  @Nullable Object[] values();

  @Override
  default void close() throws IOException {}
}
