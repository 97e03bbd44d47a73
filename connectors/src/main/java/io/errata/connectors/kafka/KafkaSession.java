package io.errata.connectors.kafka;

import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The connections of one reader, made when they are first needed. Not thread-safe. */
final class KafkaSession implements SplitOpener.Session {
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int ADMIN_MILLIS = 5_000;

  /** Nothing to close: the session's owner does that. */
  private static final Closeable SHARED = () -> {};

  private final KafkaRead read;
  private @Nullable Consumer<ByteBuffer, ByteBuffer> consumer;
  private @Nullable KafkaAdmin admin;
  private @Nullable RawLog rawLog;
  private @Nullable Metric received;
  private double counted;
  // By topic, once it is known that it is not the one that was resolved any more.
  private final Map<String, String> gone = new HashMap<>();

  KafkaSession(KafkaRead read) {
    this.read = read;
  }

  @Override
  public SplitCursor open(ReadSplit split) {
    return new KafkaCursor(read, this, SHARED, split);
  }

  /**
   * The consumer, at an offset of one partition.
   *
   * @param fetchBytes how much it asks for at once, the next piece ahead
   */
  Consumer<ByteBuffer, ByteBuffer> consumerAt(
      TopicPartition partition, long offset, int fetchBytes) {
    Consumer<ByteBuffer, ByteBuffer> open = consumer;
    if (open == null) {
      open = consumer(read.options(), fetchBytes);
      consumer = open;
      received =
          open.metrics().entrySet().stream()
              .filter(
                  metric ->
                      metric.getKey().name().equals("incoming-byte-total")
                          && metric.getKey().group().equals("consumer-metrics"))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null);
      counted = 0;
    }
    open.assign(List.of(partition));
    open.seek(partition, offset);
    return open;
  }

  /** How many bytes the consumer has taken from the network since it was asked last. */
  long takenBytes() {
    Metric metric = received;
    if (metric == null || !(metric.metricValue() instanceof Double total)) {
      throw new IllegalStateException("the consumer doesn't say how many bytes it has taken");
    }
    long taken = (long) (total - counted);
    counted += taken;
    return taken;
  }

  /**
   * A consumer that belongs to no group. Keys and values are pieces of what it fetched at once: who
   * keeps one keeps all of that.
   *
   * @param fetchBytes how much of each partition it asks for at once, at the most
   */
  static Consumer<ByteBuffer, ByteBuffer> consumer(KafkaOptions options, int fetchBytes) {
    try {
      return new KafkaConsumer<>(KafkaProperties.consumer(options, fetchBytes));
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, "read " + options.subject(), options);
    }
  }

  /** Answers within seconds, or fails. */
  KafkaAdmin admin() {
    KafkaAdmin open = admin;
    if (open == null) {
      open = KafkaAdmin.open(read.options(), ADMIN_MILLIS);
      admin = open;
    }
    return open;
  }

  /** The logs themselves. */
  RawLog rawLog() {
    RawLog open = rawLog;
    if (open == null) {
      open = new RawLog(read.options());
      rawLog = open;
    }
    return open;
  }

  /** What became of a topic, where it is no more: other splits need not find out themselves. */
  Optional<String> gone(String topic) {
    return Optional.ofNullable(gone.get(topic));
  }

  void markGone(String topic, String why) {
    gone.put(topic, why);
  }

  @Override
  public void close() throws IOException {
    try (KafkaAdmin closing = admin;
        RawLog alsoClosing = rawLog) {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(CLOSE));
      }
    } finally {
      consumer = null;
      admin = null;
      rawLog = null;
    }
  }
}
