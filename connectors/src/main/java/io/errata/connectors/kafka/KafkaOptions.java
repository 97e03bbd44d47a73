package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which topics are read, how, and how a window of them is found. Its text holds no secret.
 *
 * @param brokers {@code host:port}, some of the cluster's
 * @param topics names; empty where {@code topicPattern} is given
 * @param topicPattern a regular expression that the whole name of a topic must match, or null
 * @param slackBefore how much earlier than its event time an event may stand in the topic, by the
 *     timestamps of its records
 * @param slackAfter how much later
 * @param offsets for each {@code topic-partition} what is read of it; empty where the window says.
 *     Partitions that are not named are then not read
 * @param isolation which records of transactions are read
 * @param properties of Kafka's clients, from {@link KafkaProperties}
 * @param security login and encryption
 */
public record KafkaOptions(
    String brokers,
    List<String> topics,
    @Nullable String topicPattern,
    Duration slackBefore,
    Duration slackAfter,
    Map<String, OffsetRange> offsets,
    Isolation isolation,
    Map<String, String> properties,
    KafkaSecurity security)
    implements Serializable {
  /**
   * Ten minutes: producers that stamp their records are seldom further from the event than a retry
   * or a deployment takes.
   */
  public static final Duration DEFAULT_SLACK = Duration.ofMinutes(10);

  /** Which records of transactions are read. */
  public enum Isolation {
    /** Those of transactions that were committed, and those without a transaction. */
    READ_COMMITTED,
    /** All, those of aborted transactions too. */
    READ_UNCOMMITTED
  }

  public KafkaOptions {
    topics = List.copyOf(topics);
    offsets = new TreeMap<>(offsets);
    properties = new TreeMap<>(properties);
    if (topics.isEmpty() == (topicPattern == null)) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot choose topics: "
              + (topics.isEmpty() ? "none is named" : "there are both names and a pattern"),
          "Give one of events.kafka.topic, topics and topic-pattern.");
    }
    if (slackBefore.isNegative() || slackAfter.isNegative()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read Kafka with a negative slack: " + slackBefore + ", " + slackAfter,
          "Give a length of time, such as PT10M, in events.kafka.slack.");
    }
    KafkaProperties.check(properties);
  }

  /** One topic on brokers that ask for nothing, with {@link #DEFAULT_SLACK}. */
  public static KafkaOptions of(String brokers, String topic) {
    return new KafkaOptions(
        brokers,
        List.of(topic),
        null,
        DEFAULT_SLACK,
        DEFAULT_SLACK,
        Map.of(),
        Isolation.READ_COMMITTED,
        Map.of(),
        KafkaSecurity.NONE);
  }

  /** The same, for records of these transactions. */
  KafkaOptions withIsolation(Isolation changed) {
    return new KafkaOptions(
        brokers,
        topics,
        topicPattern,
        slackBefore,
        slackAfter,
        offsets,
        changed,
        properties,
        security);
  }

  /** What is read, for people, such as {@code topic payments}. */
  String subject() {
    return topicPattern != null
        ? "topics like " + topicPattern
        : (topics.size() == 1 ? "topic " : "topics ") + String.join(", ", topics);
  }
}
