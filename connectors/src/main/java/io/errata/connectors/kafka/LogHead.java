package io.errata.connectors.kafka;

import io.errata.connectors.kafka.StretchReader.Stamp;
import io.errata.connectors.kafka.StretchReader.Stretch;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Judges whether what was deleted from the beginning of a log may have been of a window. Nobody can
 * look at it any more; what is left must show that the log had not reached the window yet.
 *
 * <p>One old record is no proof: it may have come late, and stand where the log is in the window
 * already. So either most of the first records that are left are older than the window; or two of
 * them at least stand before all others; or one does, and the next is no further from it than
 * records of this log often are from each other. And none of the others is a late one.
 */
final class LogHead {
  /** So many old records at least, where they are not the most. */
  private static final int PROOF = 2;

  /** So many times the largest step between others is still a usual one. */
  private static final int USUAL = 2;

  private LogHead() {}

  /**
   * Looks at the first records of partitions.
   *
   * @param starts where the logs begin, behind offset 0
   * @param logEnds where they end
   * @param millis records from here on may be of the window, since 1970-01-01T00:00:00Z
   * @param lateMillis records older than this are late where they stand behind one that is not
   *     older than {@code millis}
   * @return for each partition where it isn't shown that all of the window is left: what is left,
   *     in words
   */
  static Map<TopicPartition, String> doubtful(
      KafkaOptions options,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> logEnds,
      long millis,
      long lateMillis) {
    Map<TopicPartition, Long> filled = new HashMap<>(starts);
    filled.entrySet().removeIf(e -> e.getValue() >= logEnds.getOrDefault(e.getKey(), 0L));
    Map<TopicPartition, Stretch> stretches = Map.of();
    if (!filled.isEmpty()) {
      try (StretchReader reader = new StretchReader(options)) {
        stretches = reader.read(filled, logEnds);
      }
    }
    Map<TopicPartition, String> doubtful = new HashMap<>();
    for (TopicPartition partition : starts.keySet()) {
      Stretch stretch = stretches.get(partition);
      List<Stamp> stamps = stretch == null ? List.of() : stretch.stamps();
      // As many each time, however many came at once.
      stamps = stamps.subList(0, Math.min(StretchReader.RECORDS, stamps.size()));
      if (!isBefore(stamps, millis, lateMillis)) {
        doubtful.put(partition, words(stamps, millis));
      }
    }
    return doubtful;
  }

  /** Whether a log that begins with these records began before a time. */
  static boolean isBefore(List<Stamp> stamps, long millis, long lateMillis) {
    int leading = 0;
    while (leading < stamps.size() && stamps.get(leading).millis() < millis) {
      leading++;
    }
    if (leading == stamps.size()) {
      return leading > 0;
    }
    long older = stamps.stream().filter(each -> each.millis() < millis).count();
    boolean anyLate = stamps.stream().skip(leading).anyMatch(each -> each.millis() < lateMillis);
    return 2 * older > stamps.size()
        || (!anyLate && (leading >= PROOF || (leading > 0 && isUsual(stamps))));
  }

  /** Whether the first record is as near to the second as others are to the one behind them. */
  private static boolean isUsual(List<Stamp> stamps) {
    long largest = 0;
    for (int i = 2; i < stamps.size(); i++) {
      largest = Math.max(largest, stamps.get(i).millis() - stamps.get(i - 1).millis());
    }
    return stamps.get(1).millis() - stamps.get(0).millis() <= USUAL * largest;
  }

  private static String words(List<Stamp> stamps, long millis) {
    if (stamps.isEmpty()) {
      return "no record is left";
    }
    Stamp first = stamps.get(0);
    String left =
        "the first record that is left is "
            + first.offset()
            + " of "
            + Instant.ofEpochMilli(first.millis());
    long older = stamps.stream().filter(each -> each.millis() < millis).count();
    return older == 0
        ? left
        : left
            + ", but of the first "
            + stamps.size()
            + " only "
            + older
            + " are older than "
            + Instant.ofEpochMilli(millis);
  }
}
