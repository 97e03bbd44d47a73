package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is built, on a cluster whose job manager and task managers are real processes. */
class ClusterIT {
  private static final int EVENTS = 4_000;
  private static final int FILES = 16;

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void writeEventsAndRows() throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Instant start = Instant.parse("2024-06-10T00:00:00Z");
    for (int f = 0; f < FILES; f++) {
      List<String> lines = new ArrayList<>();
      for (int i = f; i < EVENTS; i += FILES) {
        lines.add(
            "{\"id\":\"e%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":%d}"
                .formatted(i, start.plusSeconds(i), i * 7 % 100, i % 13));
      }
      Files.write(folder.resolve("archive/part-" + f + ".jsonl"), lines);
    }
    database = Database.create();
    database.execute("CREATE TABLE totals (name text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals SELECT 'u' || i, 240 FROM generate_series(1, 120) i");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft draft(String plans) {
    return SpecDraft.of(database, folder.resolve(plans))
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "long"))
        .aggregate(Map.of("name", "user"), Map.of("total", "sum(amount)"))
        .table("totals", List.of("name"), List.of("total"))
        .set("table.owns", "true");
  }

  @Test
  void killedTaskManager_costsNoMoreThanWhatCameBehindTheCheckpoint() throws Exception {
    Path spec =
        Files.writeString(
            folder.resolve("spec.yaml"),
            draft("plans")
                .streaming()
                .set("execution.checkpoints.interval", "PT0.5S")
                .set("limits.rate", "500/s")
                .text());
    try (FlinkCluster cluster = FlinkCluster.start(folder.resolve("cluster"))) {
      PlanManifest expected =
          Runs.plan(draft("expected").set("execution.mode", "batch")).manifest();
      assertThat(expected.corrections().total()).isPositive();
      cluster.await();
      try (ErrataProcess client =
          ErrataProcess.submit(
              cluster, folder, "plan", spec.toString(), "--parallelism", "2", "--json")) {
        client.await(
            () -> Runs.lastCheckpoint(folder.resolve("plans")) >= 2, "the second checkpoint");
        assertThat(cluster.taskManagers())
            .as("each has tasks")
            .allSatisfy(each -> assertThat(each.path("freeSlots").asInt()).isEqualTo(1));
        cluster.killTaskManager(0);
        ErrataProcess.Ended ended = client.await();
        assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
        assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
      }
      JsonNode checkpoints = cluster.checkpoints();
      assertThat(checkpoints.at("/counts/restored").asInt()).isPositive();
      assertThat(checkpoints.at("/latest/restored/id").asInt()).isGreaterThanOrEqualTo(2);
      LocalPlanStorage plans = LocalPlanStorage.of(folder.resolve("plans"));
      assertThat(PlanDirectory.find(plans)).containsExactly(expected.plan());
      PlanDirectory plan = PlanDirectory.open(plans, expected.plan());
      Runs.assertSame(plan, expected);
    }
  }
}
