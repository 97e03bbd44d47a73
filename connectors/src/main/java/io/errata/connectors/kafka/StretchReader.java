package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.time.Deadline;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads short stretches of partitions for the timestamps of their records, committed or not. Not
 * thread-safe.
 */
final class StretchReader implements AutoCloseable {
  /** How many records a stretch has, unless the log ends before. */
  static final int RECORDS = 200;

  /** A stretch of usual records; it is looked at many of them, in all partitions at once. */
  private static final int FETCH_BYTES = 256 << 10;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final KafkaOptions options;
  private final Consumer<ByteBuffer, ByteBuffer> consumer;

  StretchReader(KafkaOptions options) {
    this.options = options;
    // Where a transaction is open, what stands behind its beginning counts as well.
    this.consumer =
        KafkaSession.consumer(options.withIsolation(Isolation.READ_UNCOMMITTED), FETCH_BYTES);
  }

  /** A record's place and time. */
  record Stamp(long offset, long millis) {}

  /**
   * What was seen.
   *
   * @param stamps of the records, {@link #RECORDS} of them or more, or fewer where the log ends
   * @param seen the offset behind all that was looked at
   */
  record Stretch(List<Stamp> stamps, long seen) {}

  /**
   * Reads one stretch of each partition.
   *
   * @param from where they begin
   * @param logEnds where the logs end
   * @return without the partitions that no longer have the offset
   * @throws ErrataException UNAVAILABLE where brokers don't answer
   */
  Map<TopicPartition, Stretch> read(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> logEnds) {
    try {
      return poll(from, logEnds);
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, "read " + options.subject(), options);
    }
  }

  private Map<TopicPartition, Stretch> poll(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> logEnds) {
    consumer.assign(from.keySet());
    consumer.resume(from.keySet());
    from.forEach(consumer::seek);
    Map<TopicPartition, List<Stamp>> stamps = new HashMap<>();
    from.keySet().forEach(partition -> stamps.put(partition, new ArrayList<>()));
    Map<TopicPartition, Stretch> found = new HashMap<>();
    Set<TopicPartition> waiting = new HashSet<>(from.keySet());
    Deadline patience = Deadline.fromNow(PATIENCE);
    while (!waiting.isEmpty()) {
      ConsumerRecords<ByteBuffer, ByteBuffer> records = poll(stamps, waiting);
      for (TopicPartition partition : List.copyOf(waiting)) {
        List<Stamp> stretch = stamps.getOrDefault(partition, List.of());
        for (ConsumerRecord<ByteBuffer, ByteBuffer> each : records.records(partition)) {
          stretch.add(new Stamp(each.offset(), each.timestamp()));
          patience = Deadline.fromNow(PATIENCE);
        }
        long position = consumer.position(partition, PATIENCE);
        if (stretch.size() >= RECORDS || position >= logEnds.getOrDefault(partition, 0L)) {
          found.put(partition, new Stretch(stretch, position));
          waiting.remove(partition);
        }
      }
      Set<TopicPartition> others = new HashSet<>(consumer.assignment());
      others.removeAll(waiting);
      consumer.pause(others);
      if (!waiting.isEmpty() && !patience.hasTimeLeft()) {
        throw KafkaFailure.unreachable("read " + waiting.iterator().next(), options, null);
      }
    }
    return found;
  }

  private ConsumerRecords<ByteBuffer, ByteBuffer> poll(
      Map<TopicPartition, List<Stamp>> stamps, Set<TopicPartition> waiting) {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      stamps.keySet().removeAll(e.partitions());
      waiting.removeAll(e.partitions());
      consumer.assign(stamps.keySet());
      return ConsumerRecords.empty();
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE));
  }
}
