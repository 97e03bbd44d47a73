package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.servers.KafkaServer;
import io.errata.servers.RegistryServer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The Kafka broker and the schema registry of {@code errata demo --kafka}: real ones, in processes
 * of their own that end with this one, with data in a temporary folder that goes with them.
 */
final class DemoBroker implements AutoCloseable {
  private static final long LOOK_NANOS = 100_000_000;

  /** How long the broker may take to delete what it no longer has to keep. */
  private static final int LOOKS = 300;

  private final KafkaServer kafka;
  private final RegistryServer registry;

  /**
   * What retention has done.
   *
   * @param partition such as {@code payments-0}
   * @param start the first offset that is left
   */
  record Deleted(String partition, long start) {}

  private DemoBroker(KafkaServer kafka, RegistryServer registry) {
    this.kafka = kafka;
    this.registry = registry;
  }

  /**
   * Starts both.
   *
   * @throws ErrataException UNAVAILABLE where that fails
   */
  static DemoBroker start() {
    CompletableFuture<RegistryServer> registry =
        CompletableFuture.supplyAsync(RegistryServer::start);
    try {
      KafkaServer kafka = KafkaServer.start(1, Map.of());
      return new DemoBroker(kafka, registry.join());
    } catch (IllegalStateException | CompletionException e) {
      registry.thenAccept(RegistryServer::close);
      Throwable cause = e instanceof CompletionException ? e.getCause() : e;
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot start Kafka and a schema registry for the demo: "
              + String.valueOf(cause.getMessage()).lines().findFirst().orElse(""),
          "Run it as ./errata of a checkout, which brings both; errata demo without --kafka needs neither.",
          e);
    }
  }

  String brokers() {
    return kafka.brokers();
  }

  String registry() {
    return registry.url();
  }

  /** Makes the topic, whose log is cut into pieces of an hour, and registers its schema. */
  DemoTopic topic(DemoOptions options) {
    kafka.createTopic(
        DemoTopic.NAME, DemoTopic.PARTITIONS, Map.of(TopicConfig.SEGMENT_MS_CONFIG, "3600000"));
    int schema = registry.register(DemoTopic.SUBJECT, DemoTopic.SCHEMA);
    return new DemoTopic(
        options,
        kafka.producer(
            Map.of(
                ProducerConfig.BATCH_SIZE_CONFIG, "262144", ProducerConfig.LINGER_MS_CONFIG, "50")),
        schema);
  }

  /**
   * Lets the broker keep no more of a partition than the second largest has, so that it deletes the
   * head of the largest, and waits until it has.
   *
   * @param check called now and then; ends it by an exception
   */
  Deleted shorten(Runnable check) {
    try (Admin admin = kafka.admin()) {
      Map<TopicPartition, Long> sizes = sizes(admin);
      TopicPartition largest =
          sizes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      long keep =
          sizes.entrySet().stream()
              .filter(each -> !each.getKey().equals(largest))
              .mapToLong(Map.Entry::getValue)
              .max()
              .orElseThrow();
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, DemoTopic.NAME);
      Collection<AlterConfigOp> change =
          List.of(
              new AlterConfigOp(
                  new ConfigEntry(TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(keep)),
                  AlterConfigOp.OpType.SET));
      admin.incrementalAlterConfigs(Map.of(topic, change)).all().get();
      for (int look = 0; look < LOOKS; look++) {
        check.run();
        long start =
            admin
                .listOffsets(Map.of(largest, OffsetSpec.earliest()))
                .partitionResult(largest)
                .get()
                .offset();
        if (start > 0) {
          return new Deleted(largest.toString(), start);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot show what retention does: the broker has deleted nothing of " + largest,
          "Try again, with more --events.");
    } catch (ExecutionException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot change the retention of the demo's topic: " + e.getCause(),
          "Try again.",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for the broker", e);
    }
  }

  private static Map<TopicPartition, Long> sizes(Admin admin)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> sizes =
        new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    int node = admin.describeCluster().nodes().get().iterator().next().id();
    Map<String, LogDirDescription> folders =
        admin.describeLogDirs(List.of(node)).allDescriptions().get().getOrDefault(node, Map.of());
    folders
        .values()
        .forEach(
            folder ->
                folder
                    .replicaInfos()
                    .forEach(
                        (partition, replica) -> {
                          if (partition.topic().equals(DemoTopic.NAME)) {
                            sizes.put(partition, replica.size());
                          }
                        }));
    return sizes;
  }

  @Override
  public void close() {
    try (KafkaServer first = kafka;
        RegistryServer second = registry) {
      // Both are ended, whatever happens to one of them.
      return;
    }
  }
}
