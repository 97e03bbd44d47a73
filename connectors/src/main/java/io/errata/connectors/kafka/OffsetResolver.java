package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Finds which offsets hold a window, once, and what of them is gone already.
 *
 * <p>The brokers know the first record of a partition whose timestamp is not before a given one.
 * All records before it are older, so the range begins exactly at the first that is not older than
 * the window less its slack. It ends where the log has passed the window's end plus its slack (see
 * {@link TimeCrossing}): events that stand behind that, although they are the window's, are not
 * found. The slack is how far that may be trusted, and {@link SlackBounds} tells how near to its
 * edges events were.
 */
final class OffsetResolver {
  static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final KafkaAdmin admin;
  private final KafkaOptions options;
  private final List<PartitionSpan> spans = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> old = new TreeSet<>();

  OffsetResolver(KafkaAdmin admin, KafkaOptions options) {
    this.admin = admin;
    this.options = options;
  }

  /**
   * What was found.
   *
   * @param spans one for each partition, by topic and number, empty ones too
   * @param young topics of which no partition has a record before its span
   */
  record Resolved(
      List<PartitionSpan> spans, List<Gap> gaps, List<String> warnings, Set<String> young) {}

  Resolved resolve(Window window) {
    Map<TopicPartition, Uuid> partitions = partitions(admin.topics());
    if (options.offsets().isEmpty()) {
      resolveByTime(partitions, window);
      warnIfNotOver(partitions, window);
    } else {
      resolveByOffset(partitions);
    }
    Set<String> young = new TreeSet<>();
    partitions.keySet().forEach(partition -> young.add(partition.topic()));
    young.removeAll(old);
    return new Resolved(List.copyOf(spans), List.copyOf(gaps), List.copyOf(warnings), young);
  }

  /** What was found missing so far. */
  List<Gap> gaps() {
    return List.copyOf(gaps);
  }

  /** The partitions by topic and number, each with its topic's id. */
  static Map<TopicPartition, Uuid> partitions(Map<String, TopicDescription> topics) {
    Map<TopicPartition, Uuid> partitions = new TreeMap<>(BY_NAME);
    topics.forEach(
        (name, topic) -> {
          for (TopicPartitionInfo info : topic.partitions()) {
            if (info.leader() == null || info.leader().isEmpty()) {
              throw new ErrataException(
                  ErrorCode.UNAVAILABLE,
                  "Cannot read "
                      + name
                      + "-"
                      + info.partition()
                      + ": it has no leader (its replicas are on the brokers "
                      + info.replicas().stream().map(node -> node.idString()).toList()
                      + ")",
                  "Start one of these brokers, then try again.");
            }
            partitions.put(new TopicPartition(name, info.partition()), topic.topicId());
          }
        });
    return partitions;
  }

  /** What partitions hold of a window; what they lack is in {@link #gaps} then. */
  List<PartitionSpan> resolveByTime(Map<TopicPartition, Uuid> partitions, Window window) {
    Instant from = window.from().minus(options.slackBefore());
    Instant to = window.to().plus(options.slackAfter());
    long edge = ceilMillis(to.minus(options.slackAfter().dividedBy(2)));
    Map<TopicPartition, Long> logEnd = known(partitions, OffsetSpec.latest());
    Map<TopicPartition, Long> stable = stable(partitions, logEnd);
    Map<TopicPartition, Long> first = at(partitions, from.toEpochMilli(), logEnd);
    Map<TopicPartition, Long> edgeOffset = crossing(partitions, edge, logEnd);
    Map<TopicPartition, Long> end = crossing(partitions, ceilMillis(to), logEnd);
    // Last, so that what is deleted while the others are asked for is missed by none of them.
    Map<TopicPartition, Long> logStart = known(partitions, OffsetSpec.earliest());
    Map<TopicPartition, String> doubtful = doubtfulHeads(logStart, first, logEnd, from);
    partitions.forEach(
        (partition, topicId) -> {
          long start = logStart.get(partition);
          long begin = Math.max(start, first.get(partition));
          long stop = Math.max(begin, end.get(partition));
          if (begin > start) {
            old.add(partition.topic());
          }
          if (doubtful.containsKey(partition)) {
            gaps.add(
                new Gap(
                    partition.toString(),
                    range(0, start)
                        + " deleted, and events from "
                        + window.from()
                        + " on may have been among them: "
                        + doubtful.get(partition)));
          }
          stop = committed(partition, begin, stop, stable.get(partition));
          spans.add(
              new PartitionSpan(
                  partition,
                  topicId,
                  new OffsetRange(begin, stop),
                  new SlackBounds(
                      from.plus(options.slackBefore().dividedBy(2)).toEpochMilli(),
                      window.from().toEpochMilli(),
                      ceilMillis(window.to()),
                      edge,
                      edgeOffset.get(partition))));
        });
    return List.copyOf(spans);
  }

  /**
   * Where the window begins among the first records that are left, and there were records before
   * them: these may have been the window's.
   */
  private Map<TopicPartition, String> doubtfulHeads(
      Map<TopicPartition, Long> logStart,
      Map<TopicPartition, Long> first,
      Map<TopicPartition, Long> logEnd,
      Instant from) {
    Map<TopicPartition, Long> starts = new HashMap<>();
    logStart.forEach(
        (partition, start) -> {
          if (start > 0 && first.getOrDefault(partition, start) - start < StretchReader.RECORDS) {
            starts.put(partition, start);
          }
        });
    return LogHead.doubtful(
        options,
        starts,
        logEnd,
        from.toEpochMilli(),
        from.minus(options.slackAfter()).toEpochMilli());
  }

  /** Offsets as people read them, the last one inclusive. */
  static String range(long from, long to) {
    return to - from == 1 ? "offset " + from : "offsets " + from + " to " + (to - 1);
  }

  /** Cuts a range where a transaction that is not over yet begins. */
  private long committed(TopicPartition partition, long begin, long stop, long stable) {
    if (stop <= stable || stop <= begin) {
      return stop;
    }
    long readable = Math.max(begin, stable);
    gaps.add(
        new Gap(
            partition.toString(),
            range(readable, stop)
                + " not readable yet: a transaction that began at "
                + stable
                + " is neither committed nor aborted"));
    return readable;
  }

  private void warnIfNotOver(Map<TopicPartition, Uuid> partitions, Window window) {
    Instant to = window.to().plus(options.slackAfter());
    long newest = -1;
    for (ListOffsetsResultInfo info :
        admin
            .offsets(
                partitions.keySet(), OffsetSpec.maxTimestamp(), IsolationLevel.READ_UNCOMMITTED)
            .values()) {
      newest = Math.max(newest, info.timestamp());
    }
    if (newest >= 0 && Instant.ofEpochMilli(newest).isBefore(to)) {
      warnings.add(
          "The newest record of "
              + options.subject()
              + " is of "
              + Instant.ofEpochMilli(newest)
              + ", and the window "
              + window
              + " ends with its slack at "
              + to
              + ": events that come later are not in this plan.");
    }
  }

  private void resolveByOffset(Map<TopicPartition, Uuid> partitions) {
    Map<String, TopicPartition> byName = new TreeMap<>();
    partitions.keySet().forEach(partition -> byName.put(partition.toString(), partition));
    for (String name : options.offsets().keySet()) {
      if (!byName.containsKey(name)) {
        throw new ErrataException(
            ErrorCode.INVALID_SOURCE,
            "Cannot find partition: " + name + " (" + options.subject() + " has none of that name)",
            "In events.kafka.offsets, name partitions as topic-number, such as "
                + byName.keySet().stream().findFirst().orElse("payments-0")
                + ".");
      }
    }
    Map<TopicPartition, Uuid> wanted = new TreeMap<>(BY_NAME);
    partitions.forEach(
        (partition, id) -> {
          if (options.offsets().containsKey(partition.toString())) {
            wanted.put(partition, id);
          }
        });
    Map<TopicPartition, Long> logStart = known(wanted, OffsetSpec.earliest());
    Map<TopicPartition, Long> logEnd = known(wanted, OffsetSpec.latest());
    Map<TopicPartition, Long> stable = stable(wanted, logEnd);
    wanted.forEach(
        (partition, id) -> {
          OffsetRange range = range(partition);
          long begin = Math.max(range.first(), logStart.get(partition));
          if (begin > range.first() && range.size() > 0) {
            gaps.add(
                new Gap(
                    partition.toString(),
                    range(range.first(), Math.min(begin, range.end()))
                        + " deleted: the log begins at "
                        + begin));
          }
          long stop = Math.min(range.end(), logEnd.get(partition));
          if (stop < range.end()) {
            gaps.add(
                new Gap(
                    partition.toString(),
                    range(Math.max(stop, range.first()), range.end())
                        + " not there: the log ends at "
                        + stop));
          }
          begin = Math.min(begin, range.end());
          stop = committed(partition, begin, Math.max(begin, stop), stable.get(partition));
          spans.add(
              new PartitionSpan(partition, id, new OffsetRange(begin, stop), SlackBounds.NONE));
        });
    List<String> left = new ArrayList<>(new TreeSet<>(byName.keySet()));
    left.removeAll(options.offsets().keySet());
    if (!left.isEmpty()) {
      warnings.add(
          "Of "
              + options.subject()
              + " only the partitions in events.kafka.offsets are read; not read are "
              + String.join(", ", left)
              + ".");
    }
  }

  private OffsetRange range(TopicPartition partition) {
    @Nullable OffsetRange range = options.offsets().get(partition.toString());
    if (range == null) {
      throw new IllegalStateException("no range for " + partition);
    }
    return range;
  }

  private Map<TopicPartition, Long> known(Map<TopicPartition, Uuid> partitions, OffsetSpec spec) {
    return admin.offsetsOf(partitions.keySet(), spec, IsolationLevel.READ_UNCOMMITTED);
  }

  /** Up to where records can be read under the isolation that is wanted. */
  private Map<TopicPartition, Long> stable(
      Map<TopicPartition, Uuid> partitions, Map<TopicPartition, Long> logEnd) {
    if (options.isolation() == Isolation.READ_UNCOMMITTED) {
      return logEnd;
    }
    return admin.offsetsOf(partitions.keySet(), OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
  }

  /** The offset from which on the records are not older than a time. */
  private Map<TopicPartition, Long> crossing(
      Map<TopicPartition, Uuid> partitions, long millis, Map<TopicPartition, Long> logEnd) {
    return TimeCrossing.find(options, at(partitions, millis, logEnd), logEnd, millis);
  }

  /** The first offset whose record is not older than a time; where there is none, the log's end. */
  private Map<TopicPartition, Long> at(
      Map<TopicPartition, Uuid> partitions, long millis, Map<TopicPartition, Long> logEnd) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .offsets(
            partitions.keySet(),
            // Negative ones have a meaning of their own in the protocol.
            OffsetSpec.forTimestamp(Math.max(0, millis)),
            IsolationLevel.READ_UNCOMMITTED)
        .forEach(
            (partition, info) ->
                offsets.put(
                    partition,
                    info.offset() < 0
                        ? logEnd.get(partition)
                        : Math.min(info.offset(), logEnd.get(partition))));
    return offsets;
  }

  /**
   * Rounded up, for ends: producers cut the event's time to milliseconds, and so a window that ends
   * within one holds events of it. Beginnings are rounded down for the same reason.
   */
  private static long ceilMillis(Instant time) {
    long millis = time.toEpochMilli();
    return time.getNano() % 1_000_000 == 0 ? millis : millis + 1;
  }
}
