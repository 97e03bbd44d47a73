package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import java.time.Duration;
import java.util.Collection;
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
 * Finds where partitions leave a time behind: the offset from which on records are not older.
 *
 * <p>The brokers only know the <em>first</em> record that is not older, and one producer whose
 * clock was wrong once is enough to put that days before the others. So the log is looked at behind
 * it, a stretch of records each time; see {@link CrossingSearch}.
 */
final class TimeCrossing {
  /**
   * A stretch of so many records that are not older is taken for the log having passed the time.
   */
  static final int STRETCH = 200;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private TimeCrossing() {}

  /**
   * Searches all partitions at once.
   *
   * @param firsts the first record that is not older, of each partition, or its log's end
   * @param logEnds where each log ends
   * @param millis the time, since 1970-01-01T00:00:00Z
   * @return for each partition of {@code firsts} that offset, or one behind it
   * @throws ErrataException UNAVAILABLE where brokers don't answer
   */
  static Map<TopicPartition, Long> find(
      KafkaOptions options,
      Map<TopicPartition, Long> firsts,
      Map<TopicPartition, Long> logEnds,
      long millis) {
    Map<TopicPartition, CrossingSearch> searches = new HashMap<>();
    firsts.forEach(
        (partition, first) ->
            searches.put(
                partition,
                new CrossingSearch(first, logEnds.getOrDefault(partition, first), STRETCH)));
    Map<TopicPartition, Long> found = new HashMap<>(firsts);
    Map<TopicPartition, CrossingSearch> open = new HashMap<>(searches);
    open.values().removeIf(CrossingSearch::isDone);
    if (!open.isEmpty()) {
      // Where a transaction is open, what stands behind its beginning counts as well.
      try (Consumer<byte[], byte[]> consumer =
          KafkaSession.consumer(options.withIsolation(Isolation.READ_UNCOMMITTED))) {
        while (!open.isEmpty()) {
          look(options, consumer, open, logEnds, millis);
          open.values().removeIf(CrossingSearch::isDone);
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
      } catch (KafkaException e) {
        throw KafkaFailure.of(e, "read " + options.subject(), options);
      }
    }
    searches.forEach((partition, search) -> found.put(partition, search.result()));
    return found;
  }

  /** Looks at one stretch of each partition. */
  private static void look(
      KafkaOptions options,
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, CrossingSearch> open,
      Map<TopicPartition, Long> logEnds,
      long millis) {
    consumer.assign(open.keySet());
    consumer.resume(open.keySet());
    open.forEach((partition, search) -> consumer.seek(partition, search.probe()));
    Set<TopicPartition> waiting = new HashSet<>(open.keySet());
    Deadline patience = Deadline.fromNow(PATIENCE);
    while (!waiting.isEmpty()) {
      ConsumerRecords<byte[], byte[]> records = poll(consumer, open, waiting);
      for (TopicPartition partition : List.copyOf(waiting)) {
        List<ConsumerRecord<byte[], byte[]>> stretch = records.records(partition);
        long position = consumer.position(partition, PATIENCE);
        boolean atEnd = position >= logEnds.getOrDefault(partition, 0L);
        if (!stretch.isEmpty() || atEnd) {
          open.getOrDefault(partition, new CrossingSearch(0, 0, 1))
              .learn(behindOlder(stretch, millis), stretch.isEmpty() ? position : seen(stretch));
          waiting.remove(partition);
          patience = Deadline.fromNow(PATIENCE);
        }
      }
      pauseOthers(consumer, waiting);
      if (!patience.hasTimeLeft() && !waiting.isEmpty()) {
        throw KafkaFailure.unreachable("read " + waiting.iterator().next(), options, null);
      }
    }
  }

  private static void pauseOthers(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> waiting) {
    Set<TopicPartition> others = new HashSet<>(consumer.assignment());
    others.removeAll(waiting);
    consumer.pause(others);
  }

  private static ConsumerRecords<byte[], byte[]> poll(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, CrossingSearch> open,
      Set<TopicPartition> waiting) {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      // Deleted meanwhile: what was there is found missing when it is read.
      e.partitions().forEach(open::remove);
      waiting.removeAll(e.partitions());
      consumer.assign(open.keySet());
      return ConsumerRecords.empty();
    }
  }

  private static long behindOlder(List<ConsumerRecord<byte[], byte[]>> stretch, long millis) {
    long behind = -1;
    for (ConsumerRecord<byte[], byte[]> each : stretch) {
      if (each.timestamp() < millis) {
        behind = each.offset() + 1;
      }
    }
    return behind;
  }

  private static long seen(List<ConsumerRecord<byte[], byte[]>> stretch) {
    return stretch.get(stretch.size() - 1).offset() + 1;
  }
}
