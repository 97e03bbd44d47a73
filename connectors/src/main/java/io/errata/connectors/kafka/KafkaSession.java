package io.errata.connectors.kafka;

import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The connections of one reader, made when they are first needed. Not thread-safe. */
final class KafkaSession implements SplitOpener.Session {
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int ADMIN_MILLIS = 5_000;

  /** Nothing to close: the session's owner does that. */
  private static final Closeable SHARED = () -> {};

  private final KafkaRead read;
  private @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable KafkaAdmin admin;

  KafkaSession(KafkaRead read) {
    this.read = read;
  }

  @Override
  public SplitCursor open(ReadSplit split) {
    return new KafkaCursor(read, this, SHARED, split);
  }

  /** The consumer, at an offset of one partition. */
  Consumer<byte[], byte[]> consumerAt(TopicPartition partition, long offset) {
    Consumer<byte[], byte[]> open = consumer;
    if (open == null) {
      open = consumer(read.options());
      consumer = open;
    }
    open.assign(List.of(partition));
    open.seek(partition, offset);
    return open;
  }

  /** A consumer that belongs to no group. */
  static Consumer<byte[], byte[]> consumer(KafkaOptions options) {
    try {
      return new KafkaConsumer<>(KafkaProperties.consumer(options));
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

  @Override
  public void close() {
    try (KafkaAdmin closing = admin) {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(CLOSE));
      }
    } finally {
      consumer = null;
      admin = null;
    }
  }
}
