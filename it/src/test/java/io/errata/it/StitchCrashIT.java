package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.RunStatus.State;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A window of which the archive holds one part and Kafka the other, killed while both are read. */
class StitchCrashIT {
  private static final Instant START = Instant.parse("2024-06-10T00:00:00Z");

  /** One in ten seconds, twelve hours long. */
  private static final int EVENTS = 12 * 360;

  @TempDir private Path folder;
  private final KafkaServer server = KafkaServer.shared();
  private Database database;
  private String topic;

  /** The archive's newest folder is that of 7 o'clock; the topic begins at 4. */
  @BeforeEach
  void writeEventsAndRows() throws Exception {
    database = Database.create();
    database.execute("CREATE TABLE totals (name text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals SELECT 'u' || i, 500 FROM generate_series(0, 80) i");
    topic = server.createTopic(2, Map.of());
    Files.createDirectories(folder.resolve("archive/date=2024-06-09/hour=23"));
    try (Producer<byte[], byte[]> producer = server.producer(Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int hour = 0; hour <= 12; hour++) {
        StringBuilder lines = new StringBuilder();
        for (int i = hour * 360; i < (hour + 1) * 360; i++) {
          String line = line(i);
          lines.append(line).append('\n');
          if (hour >= 4) {
            sent.add(
                producer.send(
                    new ProducerRecord<>(
                        topic,
                        i % 2,
                        time(i).toEpochMilli(),
                        null,
                        line.getBytes(StandardCharsets.UTF_8))));
          }
        }
        if (hour <= 7) {
          Path part = folder.resolve("archive/date=2024-06-10/hour=%02d".formatted(hour));
          Files.writeString(Files.createDirectories(part).resolve("part.jsonl"), lines);
        }
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Instant time(int number) {
    return START.plusSeconds(10L * number);
  }

  private static String line(int number) {
    return "{\"id\":\"e%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":%d}"
        .formatted(number, time(number), number * 7 % 100, number % 13);
  }

  private SpecDraft draft(String plans) {
    return SpecDraft.of(database, folder.resolve(plans))
        .window(START.toString(), "2024-06-10T12:00:00Z")
        .archive(folder.resolve("archive"), "date=%Y-%m-%d/hour=%H", "jsonl")
        .set("events.kafka.brokers", server.brokers())
        .set("events.kafka.topic", topic)
        .set("events.kafka.format", "json")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "long"))
        .aggregate(Map.of("name", "user"), Map.of("total", "sum(amount)"))
        .table("totals", List.of("name"), List.of("total"))
        .set("table.owns", "true")
        .set("execution.mode", "batch");
  }

  @Test
  void killed_goesOnWithBothSourcesToTheSamePlan() throws Exception {
    PlanManifest expected = Runs.plan(draft("expected")).manifest();
    assertThat(expected.coverage().sources())
        .as("both are read")
        .hasSize(2)
        .allSatisfy(source -> assertThat(source.from()).isPresent());
    assertThat(expected.events().used()).isEqualTo(EVENTS);
    assertThat(expected.events().duplicates()).as("in both").isEqualTo(360);

    Path plans = folder.resolve("plans");
    Path spec =
        Files.writeString(
            folder.resolve("spec.yaml"),
            draft("plans")
                .streaming()
                .set("execution.checkpoints.interval", "PT0.2S")
                .set("limits.rate", "1000/s")
                .text());
    try (ErrataProcess process =
        ErrataProcess.start(folder, Map.of(), "plan", spec.toString(), "--parallelism", "2")) {
      process.await(() -> Runs.lastCheckpoint(plans) >= 4, "the fourth checkpoint");
      process.signal("KILL");
      process.await();
    }
    List<RunStatus> runs = io.errata.jobs.plan.Runs.list(plans.toString());
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).state()).isEqualTo(State.INTERRUPTED);
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      PlanDirectory plan = planner.resume(plans.toString(), runs.get(0).id(), JobPlace.HERE);
      Runs.assertSame(plan, expected);
    }
  }
}
