package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.format.Nearest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;

/** Questions about topics and offsets. What can't be answered is an {@link ErrataException}. */
final class KafkaAdmin implements AutoCloseable {
  /** Who can't be reached is told within seconds, with what is wrong. */
  private static final int FIRST_ANSWER_MILLIS = 8_000;

  private static final int ANSWER_MILLIS = 30_000;
  private static final String LOG_APPEND_TIME = "logappendtime";
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final KafkaOptions options;
  private final Admin admin;
  private final String doing;
  private final int answerMillis;

  private KafkaAdmin(KafkaOptions options, Admin admin, int answerMillis) {
    this.options = options;
    this.admin = admin;
    this.doing = "read " + options.subject();
    this.answerMillis = answerMillis;
  }

  /** Connects, and sees that a broker answers. */
  static KafkaAdmin connect(KafkaOptions options) {
    KafkaAdmin connected = open(options, ANSWER_MILLIS);
    try {
      connected.answer(
          connected
              .admin
              .describeCluster(new DescribeClusterOptions().timeoutMs(FIRST_ANSWER_MILLIS))
              .clusterId());
      return connected;
    } catch (RuntimeException e) {
      connected.close();
      throw e;
    }
  }

  /**
   * Makes one without asking anything yet.
   *
   * @param answerMillis how long an answer is waited for
   */
  static KafkaAdmin open(KafkaOptions options, int answerMillis) {
    try {
      return new KafkaAdmin(options, Admin.create(KafkaProperties.admin(options)), answerMillis);
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, "read " + options.subject(), options);
    }
  }

  private <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw KafkaFailure.of(e.getCause() == null ? e : e.getCause(), doing, options);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrataException(
          ErrorCode.CANCELLED, "Cannot " + doing + ": interrupted", "Start it again.", e);
    }
  }

  /** The topics that the options name, by name; for a pattern those that match now. */
  Map<String, TopicDescription> topics() {
    if (options.topicPattern() == null) {
      Map<String, Optional<TopicDescription>> found = describe(options.topics());
      Map<String, TopicDescription> topics = new TreeMap<>();
      found.forEach((name, topic) -> topics.put(name, topic.orElseThrow(() -> unknownTopic(name))));
      return topics;
    }
    Map<String, TopicDescription> topics = topicsLeft();
    if (topics.isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot find topics: " + options.topicPattern() + " (no topic matches)",
          "Write a regular expression that the whole name matches in events.kafka.topic-pattern.");
    }
    return topics;
  }

  /** The same, without those that are no more. */
  Map<String, TopicDescription> topicsLeft() {
    Map<String, TopicDescription> topics = new TreeMap<>();
    describe(options.topicPattern() == null ? options.topics() : matching())
        .forEach((name, topic) -> topic.ifPresent(t -> topics.put(name, t)));
    return topics;
  }

  private List<String> matching() {
    Pattern pattern = Pattern.compile(String.valueOf(options.topicPattern()));
    return names().stream().filter(name -> pattern.matcher(name).matches()).toList();
  }

  private Set<String> names() {
    return new TreeSet<>(
        answer(admin.listTopics(new ListTopicsOptions().timeoutMs(answerMillis)).names()));
  }

  private ErrataException unknownTopic(String name) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot find topic: " + name + " (the brokers " + options.brokers() + " have none)",
        Nearest.of(name, List.copyOf(names()))
            .map(near -> "Did you mean " + near + "?")
            .orElse("Check events.kafka.topic, and whether the user may see it."));
  }

  /** Each topic, or empty where there is none of the name. */
  Map<String, Optional<TopicDescription>> describe(Collection<String> names) {
    Map<String, KafkaFuture<TopicDescription>> futures =
        admin
            .describeTopics(
                TopicCollection.ofTopicNames(names),
                new DescribeTopicsOptions().timeoutMs(answerMillis))
            .topicNameValues();
    Map<String, Optional<TopicDescription>> topics = new TreeMap<>();
    futures.forEach(
        (name, future) -> {
          try {
            topics.put(name, Optional.of(future.get()));
          } catch (ExecutionException e) {
            if (!KafkaFailure.isUnknownTopic(e.getCause())) {
              throw KafkaFailure.of(e.getCause() == null ? e : e.getCause(), doing, options);
            }
            topics.put(name, Optional.empty());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ErrataException(
                ErrorCode.CANCELLED, "Cannot " + doing + ": interrupted", "Start it again.", e);
          }
        });
    return topics;
  }

  /**
   * What is known of some topics' settings.
   *
   * @param compacted those of which compaction takes records away
   * @param stampedByBrokers those whose records have the time at which a broker took them
   * @param hidden those whose settings the user may not see
   */
  record TopicSettings(Set<String> compacted, Set<String> stampedByBrokers, Set<String> hidden) {}

  TopicSettings settings(Collection<String> names) {
    List<ConfigResource> resources = new ArrayList<>();
    names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    TopicSettings settings = new TopicSettings(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    admin
        .describeConfigs(resources, new DescribeConfigsOptions().timeoutMs(answerMillis))
        .values()
        .forEach(
            (resource, future) -> {
              try {
                Config config = future.get();
                if (value(config, TopicConfig.CLEANUP_POLICY_CONFIG)
                    .contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
                  settings.compacted().add(resource.name());
                }
                if (value(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
                    .equals(LOG_APPEND_TIME)) {
                  settings.stampedByBrokers().add(resource.name());
                }
              } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)) {
                  throw KafkaFailure.of(e.getCause() == null ? e : e.getCause(), doing, options);
                }
                settings.hidden().add(resource.name());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ErrataException(
                    ErrorCode.CANCELLED, "Cannot " + doing + ": interrupted", "Start it again.", e);
              }
            });
    return settings;
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? "" : entry.value().toLowerCase(Locale.ROOT);
  }

  /**
   * Asks for an offset of each partition.
   *
   * @return the offset with the timestamp of its record; offset -1 where there is none
   */
  Map<TopicPartition, ListOffsetsResultInfo> offsets(
      Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, spec));
    ListOffsetsResult result =
        admin.listOffsets(request, new ListOffsetsOptions(isolation).timeoutMs(answerMillis));
    Map<TopicPartition, ListOffsetsResultInfo> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      offsets.put(partition, answer(result.partitionResult(partition)));
    }
    return offsets;
  }

  /** The same, without timestamps. */
  Map<TopicPartition, Long> offsetsOf(
      Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    offsets(partitions, spec, isolation)
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
