package io.errata.it.kafka;

import io.errata.connectors.WindowSource;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.servers.KafkaServer;
import io.errata.testkit.EventStore;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Events in a topic of its own, a partition for each part. A record's timestamp is the event's time
 * as far as that lies on the part's day, and else the day's nearer end: what lies under another day
 * came that much too late, or too early.
 */
record KafkaStore(KafkaServer server, RecordEncoding encoding) implements EventStore {
  @Override
  public WindowSource source(List<Part> parts, List<LocalDate> days) throws Exception {
    String topic = server.createTopic(Math.max(1, parts.size()), Map.of());
    RecordEncoding.Writer writer = encoding.writer(topic);
    try (Producer<byte[], byte[]> producer = server.producer(Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        for (Map<String, Object> row : parts.get(i).rows()) {
          byte[] value = writer.value(row);
          long timestamp = timestamp(parts.get(i).day(), row);
          sent.add(producer.send(new ProducerRecord<>(topic, i, timestamp, null, value)));
        }
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
    return new KafkaWindowSource(
        KafkaOptions.of(server.brokers(), topic), encoding.format(), Optional.empty());
  }

  private static long timestamp(LocalDate day, Map<String, Object> row) {
    Instant start = day.atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().minusMillis(1);
    Instant time = row.get("ts") instanceof Instant known ? known : start.plusSeconds(12 * 3600);
    Instant stamped = time.isBefore(start) ? start : time.isAfter(end) ? end : time;
    // Kafka has no timestamps before 1970.
    return Math.max(0, stamped.toEpochMilli());
  }

  @Override
  public boolean knowsDays() {
    return false;
  }
}
