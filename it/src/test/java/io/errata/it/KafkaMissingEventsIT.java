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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way in which a topic may lack events of the window: the plan stops with the exit status of
 * missing coverage, names partition and offsets, and writes nothing; where the spec allows it, it
 * goes on, and the plan and its page say what is missing.
 */
class KafkaMissingEventsIT {
  private static final KafkaServer KAFKA = KafkaServer.shared();
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void makeTable() {
    database = Database.create();
    database.execute("CREATE TABLE totals (id text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals VALUES ('0-1300', 5), ('nobody', 1)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** What happens before the plan, while it is made, and what it says then. */
  enum Case {
    HEAD_DELETED_BY_AN_ADMIN("offsets 0 to 1999 deleted, and events from") {
      @Override
      void before(TopicOfTests topic) {
        topic.deleteBefore(0, 2_000);
      }
    },
    HEAD_DELETED_BY_RETENTION("offsets 0 to ") {
      @Override
      void before(TopicOfTests topic) {
        topic.set("file.delete.delay.ms", "0");
        long age = System.currentTimeMillis() - START.plusSeconds(900).toEpochMilli();
        topic.set("retention.ms", Long.toString(age));
        TopicOfTests.await(
            "retention deletes segments", () -> topic.offset(0, OffsetSpec.earliest()) > 1_300);
      }
    },
    NOTHING_LEFT("offsets 0 to 3699 deleted") {
      @Override
      void before(TopicOfTests topic) {
        topic.deleteBefore(0, 3_700);
      }
    },
    HEAD_DELETED_MEANWHILE("offsets 600 to 1999 deleted while the plan was made") {
      @Override
      void meanwhile(TopicOfTests topic) {
        topic.deleteBefore(0, 2_000);
      }
    },
    TOPIC_DELETED_MEANWHILE("the topic was deleted while the plan was made: offsets 600 to ") {
      @Override
      void meanwhile(TopicOfTests topic) {
        topic.delete();
      }
    },
    TOPIC_MADE_AGAIN_MEANWHILE("the topic was deleted and made again while the plan was made") {
      @Override
      void meanwhile(TopicOfTests topic) {
        topic.delete();
        topic.createAgain(1);
        fill(topic);
      }
    },
    PARTITION_ADDED_MEANWHILE(
        "the partition was added while the plan was made, and its offsets 0 to 9 may be") {
      @Override
      void meanwhile(TopicOfTests topic) {
        topic.addPartitions(2);
        topic.fill(1, START.plusSeconds(10), START.plusSeconds(20));
      }
    },
    OPEN_TRANSACTION("offset 1800 not readable yet: a transaction that began at 1800") {
      @Override
      TopicOfTests create() {
        TopicOfTests topic = TopicOfTests.create(KAFKA, 1, Map.of());
        topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(600));
        return topic;
      }

      @Override
      void around(TopicOfTests topic, Runnable plan) {
        try (Producer<byte[], byte[]> producer = topic.transactional("open")) {
          producer.beginTransaction();
          TopicOfTests.send(producer, List.of(topic.event(0, "open", START.plusSeconds(600))));
          plan.run();
          producer.abortTransaction();
        }
      }
    },
    OFFSETS_NOT_THERE("offsets 3700 to 3999 not there: the log ends at 3700") {
      @Override
      Map<String, Object> settings(TopicOfTests topic) {
        return Map.of("events.kafka.offsets", Map.of(topic.name() + "-0", "1200..4000"));
      }
    },
    HOLES_THAT_NOTHING_EXPLAINS(
        " without a record: neither a transaction nor compaction explains it") {
      @Override
      TopicOfTests create() {
        TopicOfTests topic =
            TopicOfTests.create(
                KAFKA,
                1,
                Map.of(
                    "cleanup.policy",
                    "compact",
                    "min.cleanable.dirty.ratio",
                    "0.001",
                    "segment.ms",
                    "60000"));
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
          Instant time = START.plusSeconds(i);
          String value =
              "{\"id\":\"0-%d\",\"ts\":%d,\"value\":1}".formatted(i, time.toEpochMilli());
          // The first is never written again.
          records.add(topic.record(0, i == 0 ? "first" : "key" + i % 10, value, time));
        }
        topic.send(records);
        return topic;
      }

      @Override
      void before(TopicOfTests topic) {
        TopicOfTests.await("compaction takes records away", () -> records(topic) < 500);
        topic.set("cleanup.policy", "delete");
      }
    };

    private final String words;

    Case(String words) {
      this.words = words;
    }

    /** An event each second from before the window to behind it; each segment has ten minutes. */
    TopicOfTests create() {
      TopicOfTests topic = TopicOfTests.create(KAFKA, 1, Map.of("segment.ms", "600000"));
      fill(topic);
      return topic;
    }

    void before(TopicOfTests topic) {}

    /** Between the resolving of the offsets and the reading. */
    void meanwhile(TopicOfTests topic) {}

    void around(TopicOfTests topic, Runnable plan) {
      plan.run();
    }

    Map<String, Object> settings(TopicOfTests topic) {
      return Map.of();
    }
  }

  private static void fill(TopicOfTests topic) {
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(2_500));
  }

  /** How many records a partition holds. */
  private static int records(TopicOfTests topic) {
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", KAFKA.brokers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      consumer.seekToBeginning(List.of(partition));
      int records = 0;
      while (consumer.position(partition) < end) {
        records += consumer.poll(Duration.ofMillis(100)).count();
      }
      return records;
    }
  }

  private SpecDraft draft(TopicOfTests topic, Case missing) {
    SpecDraft draft =
        SpecDraft.of(database, folder.resolve("plans"))
            .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
            .set("events.fields.id", "id")
            .set("events.fields.time", "ts")
            .set("events.kafka.brokers", KAFKA.brokers())
            .set("events.kafka.topic", topic.name())
            .set("events.kafka.format", "json")
            .aggregate(Map.of("id", "id"), Map.of("total", "sum(value)"))
            .table("totals", List.of("id"), List.of("total"));
    missing.settings(topic).forEach(draft::set);
    return draft;
  }

  private static PlanDirectory plan(SpecDraft draft, Runnable meanwhile) {
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void stage(String name) {
            // Offsets are resolved by now, and nothing is read yet.
            if (name.equals("open a snapshot")) {
              meanwhile.run();
            }
          }

          @Override
          public void advance(long done, long expected) {}
        };
    try (Planner planner = new Planner(progress)) {
      return planner.plan(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
    }
  }

  @ParameterizedTest
  @EnumSource
  void plan_stopsWithStatus4AndWritesNothing(Case missing) throws IOException {
    List<String> before = database.dump("totals");
    TopicOfTests topic = missing.create();
    missing.before(topic);
    missing.around(
        topic,
        () ->
            assertThatThrownBy(() -> plan(draft(topic, missing), () -> missing.meanwhile(topic)))
                .isInstanceOfSatisfying(
                    ErrataException.class,
                    e -> {
                      assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE);
                      assertThat(e.code().exitStatus()).isEqualTo(4);
                      assertThat(e.next()).contains("limits.missing-coverage");
                    })
                .message()
                .containsPattern(
                    Pattern.quote(topic.name()) + "-\\d: .*" + Pattern.quote(missing.words)));
    Path plans = folder.resolve("plans");
    if (Files.exists(plans)) {
      try (Stream<Path> left = Files.list(plans)) {
        assertThat(left).as("left behind").isEmpty();
      }
    }
    assertThat(database.dump("totals")).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void plan_goesOnWhereItIsAllowedAndItsPageSaysSo(Case missing) {
    TopicOfTests topic = missing.create();
    missing.before(topic);
    SpecDraft draft = draft(topic, missing).set("limits.missing-coverage", "allow");
    missing.around(
        topic,
        () -> {
          PlanDirectory plan = plan(draft, () -> missing.meanwhile(topic));
          assertThat(plan.manifest().coverage().complete()).isFalse();
          assertThat(plan.manifest().coverage().gaps())
              .extracting(gap -> gap.input() + ": " + gap.reason())
              .anySatisfy(
                  gap -> assertThat(gap).startsWith(topic.name() + "-").contains(missing.words));
          assertThat(plan.manifest().warnings())
              .anySatisfy(warning -> assertThat(warning).contains("missing"));
          assertThat(report(plan)).contains("Not complete").contains(missing.words);
        });
  }

  private String report(PlanDirectory plan) {
    try {
      return Files.readString(
          folder.resolve("plans").resolve(plan.manifest().plan()).resolve("report.html"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
