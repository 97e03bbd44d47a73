package io.errata.connectors.kafka;

import io.errata.connectors.kafka.KafkaOptions.Isolation;
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

/**
 * Some records, for formats that don't say which fields there are. What can't be had is left out:
 * the plan finds out by itself.
 */
final class RecordSample {
  /** As the archive looks at 16 files at most. */
  private static final int PARTITIONS = 16;

  private static final int RECORDS_OF_ONE = 1_000;
  private static final int FETCH_BYTES = 1 << 20;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private RecordSample() {}

  /**
   * Reads from the beginnings of some ranges.
   *
   * @param isEnough asked now and then; the sample ends when it says so
   */
  static List<ConsumerRecord<byte[], byte[]>> take(
      KafkaOptions options,
      Map<TopicPartition, OffsetRange> ranges,
      Predicate<List<ConsumerRecord<byte[], byte[]>>> isEnough) {
    Map<TopicPartition, OffsetRange> left = some(ranges);
    List<ConsumerRecord<byte[], byte[]>> sample = new ArrayList<>();
    if (left.isEmpty()) {
      return sample;
    }
    // Whether what is sampled was committed doesn't matter, and an open transaction must not stand
    // in the way.
    try (Consumer<byte[], byte[]> consumer =
        KafkaSession.consumer(options.withIsolation(Isolation.READ_UNCOMMITTED), FETCH_BYTES)) {
      consumer.assign(left.keySet());
      left.forEach((partition, range) -> consumer.seek(partition, range.first()));
      Deadline patience = Deadline.fromNow(PATIENCE);
      int asked = 0;
      while (!left.isEmpty() && patience.hasTimeLeft()) {
        int before = sample.size();
        take(poll(consumer, left), sample, left);
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

  private static ConsumerRecords<byte[], byte[]> poll(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetRange> left) {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      e.partitions().forEach(left::remove);
      consumer.assign(left.keySet());
      return ConsumerRecords.empty();
    }
  }

  private static void take(
      ConsumerRecords<byte[], byte[]> records,
      List<ConsumerRecord<byte[], byte[]>> sample,
      Map<TopicPartition, OffsetRange> left) {
    for (ConsumerRecord<byte[], byte[]> each : records) {
      TopicPartition partition = new TopicPartition(each.topic(), each.partition());
      OffsetRange range = left.get(partition);
      if (range != null && each.offset() < range.end()) {
        sample.add(each);
      }
    }
  }
}
