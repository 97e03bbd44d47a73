package io.errata.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.errata.api.Bytes;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can't be used of a topic lies in quarantine: where it stands, why, and its bytes. */
class DeadLettersIT {
  private static final Instant TIME = Instant.parse("2024-06-10T12:00:00Z");

  @TempDir private Path folder;
  private Database database;
  private String topic;

  @BeforeEach
  void open() {
    database = Database.create();
    database.execute("CREATE TABLE totals (name text PRIMARY KEY, total numeric(14,2))");
    database.execute("INSERT INTO totals VALUES ('ann', 0), ('ben', 0)");
    topic = KafkaServer.shared().createTopic(1, Map.of("max.message.bytes", "20971520"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** A value under a key; either may be null. */
  private record Sent(@Nullable String key, byte @Nullable [] value) {
    static Sent event(String id, String name, String amount) {
      return new Sent(
          name,
          "{\"id\":\"%s\",\"ts\":\"%s\",\"name\":\"%s\",\"amount\":%s}"
              .formatted(id, TIME, name, amount)
              .getBytes(UTF_8));
    }
  }

  private void send(Sent... records) throws Exception {
    try (Producer<byte[], byte[]> producer = KafkaServer.shared().producer(Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (Sent each : records) {
        byte @Nullable [] key = each.key() == null ? null : each.key().getBytes(UTF_8);
        sent.add(
            producer.send(new ProducerRecord<>(topic, 0, TIME.toEpochMilli(), key, each.value())));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  private SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .set("events.kafka.brokers", KafkaServer.shared().brokers())
        .set("events.kafka.topic", topic)
        .set("events.kafka.format", "json")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "decimal"))
        .aggregate(Map.of("name", "kafka.key"), Map.of("total", "sum(amount)"))
        .table("totals", List.of("name"), List.of("total"));
  }

  @Test
  void poisonOfTenMegabytes_keepsTheKeyOfItsRecordAlone_andAllItsBytes() throws Exception {
    byte[] poison = ("{\"id\":\"" + "ä".repeat(5 << 20)).getBytes(UTF_8);
    Sent text = new Sent("ben", "no JSON".getBytes(UTF_8));
    Sent partly = Sent.event("e4", "cia", "\"much\"");
    send(
        Sent.event("e1", "ann", "5"), new Sent("ben", poison), text, partly, new Sent("dan", null));
    PlanDirectory plan = Runs.plan(draft());
    assertThat(Runs.corrections(plan)).isEqualTo(Map.of("[ann]", "update [ann, 5]"));
    assertThat(Runs.deadLetters(plan))
        .allSatisfy(entry -> assertThat(entry.source()).isEqualTo(topic + "-0"))
        .allSatisfy(entry -> assertThat(entry.reason()).doesNotContain("ää", "much"))
        .extracting(e -> e.offset(), e -> e.key(), e -> e.raw(), e -> e.rawSize(), e -> e.rawKey())
        .containsExactlyInAnyOrder(
            tuple(1L, "name=ben", Bytes.of(poison), (long) poison.length, bytes("ben")),
            tuple(2L, "name=ben", Bytes.of(text.value()), 7L, bytes("ben")),
            tuple(
                3L,
                "name=cia",
                Bytes.of(partly.value()),
                (long) partly.value().length,
                bytes("cia")),
            tuple(4L, "name=dan", null, 0L, bytes("dan")));
  }

  @Test
  void retry_ofAWindowOfATopic_readsWhatItHasNow_orSaysWhatIsGone() throws Exception {
    send(
        Sent.event("e1", "ann", "5"), Sent.event("e2", "ben", "2"), Sent.event("e3", "ben", "900"));
    PlanDirectory plan = Runs.plan(draft().set("events.rules.amount", Map.of("max", 100)));
    assertThat(Runs.corrections(plan)).isEqualTo(Map.of("[ann]", "update [ann, 5]"));
    send(Sent.event("e4", "ann", "1"), Sent.event("e5", "ben", "1"));
    PlanDirectory retried = retry(plan);
    assertThat(Runs.corrections(retried))
        .as("with what has come since, which the live row may have by now")
        .isEqualTo(Map.of("[ben]", "update [ben, 903]"));
    assertThat(retried.manifest().warnings())
        .anySatisfy(warning -> assertThat(warning).contains("1 input of the window has more"));
    try (Admin admin = KafkaServer.shared().admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1)))
          .all()
          .get();
    }
    assertThatThrownBy(() -> retry(plan))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE))
        .hasMessageContaining(topic + "-0");
  }

  private PlanDirectory retry(PlanDirectory plan) {
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      return planner.retry(draft().parse(), new PlannerOptions(2, InputOrder.AS_READ), plan);
    }
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(UTF_8));
  }
}
