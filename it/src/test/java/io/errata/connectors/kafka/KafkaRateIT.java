package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.ReadRate;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.servers.KafkaServer;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kafka is read at a rate; on a clock of the test's own, from a real broker. */
class KafkaRateIT {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");
  private static final Window WINDOW = new Window(START, START.plusSeconds(1_800));
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(new EventField("value", ColumnType.LONG)));
  private static final int RECORDS = 3_000;

  private static TopicOfTests topic;
  private double received;
  private long now;

  /** Three megabytes. */
  @BeforeAll
  static void fill() {
    topic = TopicOfTests.create(KafkaServer.shared(), 1, Map.of());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      records.add(
          topic.record(
              0,
              null,
              "{\"id\":\"%d\",\"ts\":%d,\"value\":1,\"more\":\"%s\"}"
                  .formatted(i, START.toEpochMilli() + 500L * i, "x".repeat(950)),
              START.plusMillis(500L * i)));
    }
    topic.send(records);
  }

  /** As where the JVM is watched by JMX: its clients offer what they count. */
  @BeforeAll
  static void watch() {
    System.setProperty(KafkaProperties.JMX, "");
  }

  @AfterAll
  static void watchNoMore() {
    System.clearProperty(KafkaProperties.JMX);
  }

  private static KafkaWindow window() {
    return (KafkaWindow)
        new KafkaWindowSource(
                KafkaOptions.of(topic.server().brokers(), topic.name()),
                new JsonRecordFormat(),
                Optional.empty())
            .resolve(WINDOW, SCHEMA, Optional.empty());
  }

  private ReadPace pace(ReadRate rate) {
    return ReadPace.of(rate, () -> now, nanos -> now += nanos);
  }

  /** What the consumer has taken from its sockets so far, by its own count. */
  private static double received() {
    try {
      return (double)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName("kafka.consumer:type=consumer-metrics,client-id=errata"),
                  "incoming-byte-total");
    } catch (InstanceNotFoundException e) {
      // It is made when it is first needed.
      return 0;
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void bytes_areThoseThatTheNetworkBrought() throws Exception {
    long rate = 250_000;
    WindowReading reading =
        WindowReading.of(
            window(),
            ReadPace.of(
                new ReadRate(Long.MAX_VALUE, rate),
                () -> now,
                nanos -> {
                  received = received();
                  // 5 % of ten seconds: some batches of 16 KiB are on their way ahead.
                  assertThat(received).isLessThan(rate * (now / 1e9) + 0.05 * 10 * rate);
                  now += nanos;
                }),
            read -> received = received());

    assertThat(reading.ids()).hasSize(RECORDS);
    assertThat(received).isGreaterThan(RECORDS * 950.0);
    assertThat(now / 1e9).isBetween(0.95 * received / rate, 1.05 * received / rate);
  }

  @Test
  void events_areCountedAsTheyAreRead() throws Exception {
    WindowReading reading =
        WindowReading.of(
            window(),
            pace(new ReadRate(300, Long.MAX_VALUE)),
            read -> assertThat(read).isLessThan((int) (300 * (now / 1e9) * 1.05) + 15));
    assertThat(reading.ids()).hasSize(RECORDS);
    assertThat(now / 1e9).isBetween(9.5, 10.5);
  }
}
