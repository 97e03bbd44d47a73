package io.errata.jobs.demo;

import io.errata.jobs.demo.DemoEvent.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A topic that has each delivery as a record, in the order of arrival, with the arrival as its
 * timestamp: Avro behind the id of its schema. Users are spread over the partitions by their
 * number, so that the first has about half of all records.
 */
final class DemoTopic implements DemoSink {
  static final String NAME = "payments";
  static final int PARTITIONS = 4;

  /** Its name in the registry. */
  static final String SUBJECT = NAME + "-value";

  static final String SCHEMA =
      """
      {
        "type": "record", "namespace": "errata.demo", "name": "PaymentEvent",
        "fields": [
          { "name": "event_id", "type": "string" },
          { "name": "type", "type": "string" },
          { "name": "user_id", "type": "string" },
          { "name": "amount", "default": null,
            "type": ["null", { "type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2 }] },
          { "name": "ts", "type": { "type": "long", "logicalType": "timestamp-micros" } },
          { "name": "sequence", "type": "long" }
        ]
      }
      """;

  private static final Duration CLOSE = Duration.ofSeconds(30);

  private final DemoOptions options;
  private final Producer<byte[], byte[]> producer;
  private final int schemaId;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private List<Delivery> waiting = new ArrayList<>();
  private @Nullable BinaryEncoder encoder;

  private record Delivery(DemoEvent event, long arrival) {}

  /**
   * @param producer closed with this
   * @param schemaId the registry's, of {@link #SCHEMA}
   */
  DemoTopic(DemoOptions options, Producer<byte[], byte[]> producer, int schemaId) {
    this.options = options;
    this.producer = producer;
    this.schemaId = schemaId;
  }

  @Override
  public void deliver(DemoEvent event, long arrival, int lane) {
    waiting.add(new Delivery(event, arrival));
  }

  @Override
  public void endBefore(long micros) throws IOException {
    List<Delivery> due = new ArrayList<>();
    List<Delivery> later = new ArrayList<>();
    waiting.forEach(each -> (each.arrival() < micros ? due : later).add(each));
    waiting = later;
    due.sort(
        Comparator.comparingLong(Delivery::arrival).thenComparingLong(each -> each.event.number()));
    for (Delivery each : due) {
      send(each);
    }
  }

  private void send(Delivery delivery) throws IOException {
    DemoEvent event = delivery.event();
    int partition =
        (int) Math.min(PARTITIONS - 1L, (long) event.user() * PARTITIONS / options.users());
    producer.send(
        new ProducerRecord<>(
            NAME,
            partition,
            delivery.arrival() / 1000,
            DemoEvent.user(event.user()).getBytes(StandardCharsets.UTF_8),
            encode(event)),
        (sent, problem) -> {
          if (problem != null) {
            failure.compareAndSet(null, problem);
          }
        });
    fail();
  }

  /** As registries' clients do: a zero byte, the schema's id in four bytes, Avro. */
  private byte[] encode(DemoEvent event) throws IOException {
    bytes.reset();
    bytes.write(0);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.write(schemaId >>> shift);
    }
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
    encoder = out;
    out.writeBytes(event.id(options.seed()));
    out.writeString(event.kind().text());
    out.writeString(DemoEvent.user(event.user()));
    if (event.kind() == Kind.LOGIN) {
      out.writeIndex(0);
    } else {
      out.writeIndex(1);
      out.writeBytes(BigInteger.valueOf(event.amountCents()).toByteArray());
    }
    out.writeLong(event.micros());
    out.writeLong(event.number());
    return bytes.toByteArray();
  }

  /** The service doesn't stop at midnight: a topic that ends there may lack what comes late. */
  private void goOn() throws IOException {
    Instant later = DemoEvents.DAY.plusDays(1).atTime(2, 0).toInstant(ZoneOffset.UTC);
    long micros = DemoEvents.micros(later);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int user = (int) (((long) options.users() * partition + PARTITIONS - 1) / PARTITIONS);
      send(
          new Delivery(
              new DemoEvent(options.events() + partition, Kind.LOGIN, user, 0, micros), micros));
    }
  }

  private void fail() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      throw new IOException(problem.getMessage(), problem);
    }
  }

  /** Sends the rest, and waits until the broker has it all. */
  @Override
  public void close() throws IOException {
    try (Producer<byte[], byte[]> closing = producer) {
      endBefore(Long.MAX_VALUE);
      goOn();
      closing.flush();
      closing.close(CLOSE);
    }
    fail();
  }
}
