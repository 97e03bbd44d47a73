package io.errata.connectors.record;

import io.errata.connectors.read.ContentException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Nothing: a record's schema is that of the day of its timestamp. */
final class DateFraming implements AvroFraming {
  private final Map<String, List<Days>> byTopic;

  /**
   * What was written from one moment to another.
   *
   * @param from in milliseconds since 1970-01-01T00:00:00Z, inclusive
   * @param to exclusive
   * @param name of the schema, for people
   */
  record Days(long from, long to, String name, Schema schema) {}

  DateFraming(Map<String, List<Days>> byTopic) {
    this.byTopic = byTopic;
  }

  @Override
  public Days key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
      throws ContentException {
    for (Days each : byTopic.getOrDefault(from.topic(), List.of())) {
      if (from.timestamp() >= each.from() && from.timestamp() < each.to()) {
        return each;
      }
    }
    throw new ContentException(
        "no schema is given for the day of its record, "
            + LocalDate.ofInstant(Instant.ofEpochMilli(from.timestamp()), ZoneOffset.UTC));
  }

  @Override
  public int length() {
    return 0;
  }

  @Override
  public String name(Object key) {
    return "schema " + ((Days) key).name();
  }

  @Override
  public Schema schema(Object key) {
    return ((Days) key).schema();
  }
}
