package io.errata.connectors.kafka;

import io.errata.servers.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** A topic of a real cluster, with what an administrator may do to it. */
public record TopicOfTests(KafkaServer server, String name) {
  public static TopicOfTests create(
      KafkaServer server, int partitions, Map<String, String> settings) {
    return new TopicOfTests(server, server.createTopic(partitions, settings));
  }

  /** A record whose timestamp is the event's time. */
  public ProducerRecord<byte[], byte[]> event(int partition, String id, Instant time) {
    return event(partition, id, time, time);
  }

  /** A record with a timestamp of its own. */
  public ProducerRecord<byte[], byte[]> event(
      int partition, String id, Instant time, Instant stamped) {
    return record(
        partition,
        null,
        "{\"id\":\"%s\",\"ts\":%d,\"value\":1}".formatted(id, time.toEpochMilli()),
        stamped);
  }

  public ProducerRecord<byte[], byte[]> record(
      int partition, @Nullable String key, @Nullable String value, Instant stamped) {
    return new ProducerRecord<>(
        name,
        partition,
        stamped.toEpochMilli(),
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  /** One event each second, {@code [from, to)}, with the offset of a partition as its id. */
  public void fill(int partition, Instant from, Instant to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    long base = offset(partition, OffsetSpec.latest());
    for (Instant time = from; time.isBefore(to); time = time.plusSeconds(1)) {
      records.add(event(partition, partition + "-" + (base + records.size()), time));
    }
    send(records);
  }

  public void send(List<ProducerRecord<byte[], byte[]>> records) {
    try (Producer<byte[], byte[]> producer = server.producer(Map.of())) {
      send(producer, records);
    }
  }

  public static void send(
      Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<?>> sent = new ArrayList<>();
    records.forEach(each -> sent.add(producer.send(each)));
    producer.flush();
    try {
      for (Future<?> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A producer of transactions; to be closed. */
  public Producer<byte[], byte[]> transactional(String id) {
    Producer<byte[], byte[]> producer =
        server.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name + id));
    producer.initTransactions();
    return producer;
  }

  /** Moves the beginning of a partition's log. */
  public void deleteBefore(int partition, long offset) {
    ask(
        admin ->
            admin
                .deleteRecords(
                    Map.of(
                        new TopicPartition(name, partition), RecordsToDelete.beforeOffset(offset)))
                .all());
  }

  public long offset(int partition, OffsetSpec spec) {
    TopicPartition asked = new TopicPartition(name, partition);
    return ask(admin -> admin.listOffsets(Map.of(asked, spec)).partitionResult(asked)).offset();
  }

  /** Waits until no transaction is open: its marker is written after the producer was answered. */
  public void settle(int partition) {
    TopicPartition asked = new TopicPartition(name, partition);
    ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    await(
        "transactions are over",
        () ->
            ask(admin ->
                        admin
                            .listOffsets(Map.of(asked, OffsetSpec.latest()), committed)
                            .partitionResult(asked))
                    .offset()
                == offset(partition, OffsetSpec.latest()));
  }

  public void addPartitions(int total) {
    ask(admin -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(total))).all());
  }

  public void set(String setting, String value) {
    ask(
        admin ->
            admin
                .incrementalAlterConfigs(
                    Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, name),
                        List.of(
                            new AlterConfigOp(
                                new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
                .all());
  }

  public void delete() {
    ask(admin -> admin.deleteTopics(List.of(name)).all());
    // It goes on for a moment.
    await("the topic is gone", () -> !ask(admin -> admin.listTopics().names()).contains(name));
  }

  public void createAgain(int partitions) {
    server.createTopic(name, partitions, Map.of());
    // The broker that was asked before may not have heard of it, or only of the one that is gone.
    await("the topic is there", () -> IntStream.range(0, partitions).allMatch(this::isKnown));
  }

  private boolean isKnown(int partition) {
    try {
      return offset(partition, OffsetSpec.latest()) >= 0;
    } catch (IllegalStateException e) {
      if (e.getCause() != null
          && e.getCause().getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  /** Asks until something is so: there is no event to wait for in another process. */
  public static void await(String what, Condition condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never: " + what);
      }
      Thread.onSpinWait();
    }
  }

  /** Something to wait for. */
  public interface Condition {
    boolean holds();
  }

  private interface Question<T> {
    KafkaFuture<T> ask(Admin admin);
  }

  private <T> T ask(Question<T> question) {
    try (Admin admin = server.admin()) {
      return question.ask(admin).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
