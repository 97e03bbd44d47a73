package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.connectors.kafka.StretchReader.Stamp;
import io.errata.connectors.kafka.StretchReader.Stretch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds where partitions leave a time behind: the offset from which on records are not older.
 *
 * <p>The brokers only know the <em>first</em> record that is not older, and one producer whose
 * clock was wrong once is enough to put that days before the others. So the log is looked at behind
 * it, a stretch of records each time; see {@link CrossingSearch}.
 */
final class TimeCrossing {
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
                new CrossingSearch(
                    first, logEnds.getOrDefault(partition, first), StretchReader.RECORDS)));
    Map<TopicPartition, CrossingSearch> open = new HashMap<>(searches);
    open.values().removeIf(CrossingSearch::isDone);
    if (!open.isEmpty()) {
      try (StretchReader reader = new StretchReader(options)) {
        while (!open.isEmpty()) {
          look(reader, open, logEnds, millis);
          open.values().removeIf(CrossingSearch::isDone);
        }
      }
    }
    Map<TopicPartition, Long> found = new HashMap<>();
    searches.forEach((partition, search) -> found.put(partition, search.result()));
    return found;
  }

  /** Looks at one stretch of each partition. */
  private static void look(
      StretchReader reader,
      Map<TopicPartition, CrossingSearch> open,
      Map<TopicPartition, Long> logEnds,
      long millis) {
    Map<TopicPartition, Long> probes = new HashMap<>();
    open.forEach((partition, search) -> probes.put(partition, search.probe()));
    Map<TopicPartition, Stretch> stretches = reader.read(probes, logEnds);
    // Others were deleted meanwhile: what was there is found missing when it is read.
    open.keySet().retainAll(stretches.keySet());
    open.forEach(
        (partition, search) -> {
          Stretch stretch = stretches.getOrDefault(partition, new Stretch(List.of(), 0));
          search.learn(behindOlder(stretch, millis), stretch.seen());
        });
  }

  private static long behindOlder(Stretch stretch, long millis) {
    long behind = -1;
    for (Stamp each : stretch.stamps()) {
      if (each.millis() < millis) {
        behind = each.offset() + 1;
      }
    }
    return behind;
  }
}
