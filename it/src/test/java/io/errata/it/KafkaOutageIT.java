package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.kafka.TopicOfTests;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that fail while a plan reads from them; a cluster of three. */
class KafkaOutageIT {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");
  private static final int EVENTS = 3_000;
  private static KafkaServer server;
  private static TopicOfTests topic;

  @TempDir private Path folder;
  private Database database;

  @BeforeAll
  static void fill() {
    server = KafkaServer.start(3, Map.of());
    topic = TopicOfTests.create(server, 1, Map.of());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      Instant time = START.plusMillis(500L * i);
      records.add(
          topic.record(
              0,
              null,
              "{\"event_id\":\"e%d\",\"ts\":\"%s\",\"user_id\":\"u%d\",\"big\":%d,\"more\":\"%s\"}"
                  .formatted(i, time, i % 7, i, "x".repeat(500)),
              time));
    }
    topic.send(records);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void makeTable() {
    database = Database.create();
    database.execute("CREATE TABLE totals (user_id text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals VALUES ('u1', 5)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .set("events.kafka.brokers", server.brokers())
        .set("events.kafka.topic", topic.name())
        .set("events.kafka.format", "json")
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .aggregate(Map.of("user_id", "user_id"), Map.of("total", "sum(big)"))
        .table("totals", List.of("user_id"), List.of("total"));
  }

  /** Slow enough, and in pieces small enough, that most is still with the brokers. */
  private PlanDirectory plan(Runnable whileItReads) {
    SpecDraft slow =
        draft()
            .set("limits.rate", "500/s")
            .set("events.kafka.properties", Map.of("max.partition.fetch.bytes", "20000"));
    PlanProgress progress =
        new PlanProgress() {
          private boolean done;

          @Override
          public void stage(String name) {}

          @Override
          public void advance(long steps, long expected) {
            if (steps > 100 && !done) {
              done = true;
              assertThat(steps).isLessThan(EVENTS);
              whileItReads.run();
            }
          }
        };
    try (Planner planner = new Planner(progress)) {
      return planner.plan(slow.parse(), new PlannerOptions(1, InputOrder.AS_READ));
    }
  }

  private static int leader() {
    try (Admin admin = server.admin()) {
      return admin
          .describeTopics(List.of(topic.name()))
          .topicNameValues()
          .get(topic.name())
          .get()
          .partitions()
          .get(0)
          .leader()
          .id();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void brokerThatIsKilledAndStartsAgain_changesNothing() {
    String undisturbed = Runs.plan(draft()).manifest().plan();
    AtomicLong killed = new AtomicLong();
    PlanDirectory plan =
        plan(
            () -> {
              int leader = leader();
              server.kill(leader);
              server.restart(leader);
              killed.incrementAndGet();
            });
    assertThat(killed).hasValue(1);
    assertThat(plan.manifest().coverage().complete()).isTrue();
    assertThat(plan.manifest().events().used()).isEqualTo(EVENTS);
    assertThat(plan.manifest().plan()).isEqualTo(undisturbed);
    server.awaitAll();
  }

  @Test
  void brokersThatAreAllGone_endThePlanWithinAMinute() throws Exception {
    List<String> before = database.dump("totals");
    AtomicLong killed = new AtomicLong();
    try {
      assertThatThrownBy(
              () ->
                  plan(
                      () -> {
                        server.ids().forEach(server::kill);
                        killed.set(System.nanoTime());
                      }))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("no broker answers")
          .hasMessageContaining("connection refused");
      assertThat(Duration.ofNanos(System.nanoTime() - killed.get()))
          .isLessThan(Duration.ofMinutes(1));
    } finally {
      server.ids().forEach(server::restart);
      server.awaitAll();
    }
    try (Stream<Path> left = Files.list(folder.resolve("plans"))) {
      assertThat(left).as("left behind").isEmpty();
    }
    assertThat(database.dump("totals")).isEqualTo(before);
  }
}
