package io.errata.connectors.kafka;

import io.errata.connectors.kafka.KafkaOptions.Isolation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.api.common.time.Deadline;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Some records, for formats that don't say which fields there are. What can't be had is left out:
 * the plan finds out by itself.
 *
 * @param keys those that aren't null, oldest first in each partition
 * @param values the same
 */
record RecordSample(List<byte[]> keys, List<byte[]> values) {
  /** As the archive looks at 16 files at most. */
  private static final int PARTITIONS = 16;

  private static final int RECORDS_OF_ONE = 1_000;
  private static final int FETCH_BYTES = 1 << 20;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** None. */
  static RecordSample empty() {
    return new RecordSample(new ArrayList<>(), new ArrayList<>());
  }

  /**
   * Reads from the beginnings of some ranges.
   *
   * @param isEnough asked now and then; the sample ends when it says so
   */
  static RecordSample take(
      KafkaOptions options,
      Map<TopicPartition, OffsetRange> ranges,
      Predicate<RecordSample> isEnough) {
    Map<TopicPartition, OffsetRange> left = some(ranges);
    RecordSample sample = empty();
    if (left.isEmpty()) {
      return sample;
    }
    // Whether what is sampled was committed doesn't matter, and an open transaction must not stand
    // in the way.
    try (Consumer<ByteBuffer, ByteBuffer> consumer =
        KafkaSession.consumer(options.withIsolation(Isolation.READ_UNCOMMITTED), FETCH_BYTES)) {
      consumer.assign(left.keySet());
      left.forEach((partition, range) -> consumer.seek(partition, range.first()));
      Deadline patience = Deadline.fromNow(PATIENCE);
      int asked = 0;
      while (!left.isEmpty() && patience.hasTimeLeft()) {
        int before = sample.size();
        sample.add(poll(consumer, left), left);
        // Not by the last record: the last offset may have none.
        left.entrySet().removeIf(e -> consumer.position(e.getKey(), POLL) >= e.getValue().end());
        if (sample.size() > before) {
          patience = Deadline.fromNow(PATIENCE);
        }
        if (sample.size() >= 2 * asked) {
          asked = sample.size();
          if (asked > 0 && isEnough.test(sample)) {
            break;
          }
        }
        Set<TopicPartition> paused = new HashSet<>(consumer.assignment());
        paused.removeAll(left.keySet());
        consumer.pause(paused);
      }
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, "read " + options.subject(), options);
    }
    return sample;
  }

  /** Spread over those that hold anything. */
  private static Map<TopicPartition, OffsetRange> some(Map<TopicPartition, OffsetRange> ranges) {
    List<TopicPartition> filled =
        ranges.keySet().stream().filter(each -> size(ranges, each) > 0).toList();
    Map<TopicPartition, OffsetRange> some = new HashMap<>();
    int count = Math.min(PARTITIONS, filled.size());
    for (int i = 0; i < count; i++) {
      TopicPartition partition = filled.get((int) ((long) i * filled.size() / count));
      OffsetRange range = ranges.getOrDefault(partition, new OffsetRange(0, 0));
      some.put(
          partition,
          new OffsetRange(range.first(), Math.min(range.end(), range.first() + RECORDS_OF_ONE)));
    }
    return some;
  }

  private static long size(Map<TopicPartition, OffsetRange> ranges, TopicPartition partition) {
    return ranges.getOrDefault(partition, new OffsetRange(0, 0)).size();
  }

  private static ConsumerRecords<ByteBuffer, ByteBuffer> poll(
      Consumer<ByteBuffer, ByteBuffer> consumer, Map<TopicPartition, OffsetRange> left) {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      e.partitions().forEach(left::remove);
      consumer.assign(left.keySet());
      return ConsumerRecords.empty();
    }
  }

  private void add(
      ConsumerRecords<ByteBuffer, ByteBuffer> records, Map<TopicPartition, OffsetRange> left) {
    for (ConsumerRecord<ByteBuffer, ByteBuffer> each : records) {
      TopicPartition partition = new TopicPartition(each.topic(), each.partition());
      OffsetRange range = left.get(partition);
      if (range != null && each.offset() < range.end()) {
        add(each.key(), keys);
        add(each.value(), values);
      }
    }
  }

  /** Copies it, so that not all is kept that was fetched with it. */
  private static void add(@Nullable ByteBuffer data, List<byte[]> to) {
    if (data != null) {
      byte[] copy = new byte[data.remaining()];
      data.duplicate().get(copy);
      to.add(copy);
    }
  }

  private int size() {
    return Math.max(keys.size(), values.size());
  }
}
