package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.Count;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A streaming execution goes on by itself when a task manager of its cluster is gone. */
class LostTaskManagerIT {
  private static final int EVENTS = 4_000;

  @TempDir private Path folder;

  @Test
  void taskManagersThatAreGone_costNoMoreThanWhatCameBehindTheCheckpoint() throws Exception {
    writeEvents("sum");
    assertSamePlan(
        draft().set("limits.rate", "1000/s"),
        () -> () -> Runs.lastCheckpoint(folder.resolve("plans")) >= 2);
  }

  /** No checkpoint lies between all that is read and the last key that is recomputed. */
  @Test
  void taskManagersThatAreGone_whileKeysAreRecomputed_haveThemRecomputedAgain() throws Exception {
    writeEvents("wait once");
    SpecDraft faulty =
        draft()
            .remove("worker.aggregate")
            .set("worker.name", "faulty")
            .set("worker.version", 1)
            .set("events.fields.types", Map.of("amount", "decimal"))
            .set("table.csv.types", Map.of("total", "decimal"))
            .set("table.key", List.of("name"))
            .set("table.compare", List.of("total"));
    assertSamePlan(
        faulty,
        () -> {
          CountDownLatch waiting = FaultyWorker.waitOnce();
          return () -> waiting.getCount() == 0;
        });
  }

  /**
   * @param moments gives the moment to lose them, once batch execution has planned
   */
  private void assertSamePlan(SpecDraft draft, Supplier<BooleanSupplier> moments) throws Exception {
    PlanManifest expected =
        Runs.plan(
                draft
                    .copy()
                    .remove("limits.rate")
                    .set("plans", folder.resolve("expected").toString()))
            .manifest();
    assertThat(expected.corrections().total()).isPositive();
    BooleanSupplier moment = moments.get();
    Configuration configuration = new Configuration();
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
    MiniClusterConfiguration two =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(configuration)
            .setNumTaskManagers(2)
            .setNumSlotsPerTaskManager(2)
            .withRandomPorts()
            .build();
    try (MiniCluster cluster = new MiniCluster(two)) {
      cluster.start();
      TestStreamEnvironment.setAsContext(cluster, 2);
      AtomicReference<CompletableFuture<Void>> lost = new AtomicReference<>();
      PlanDirectory plan;
      Path told = folder.resolve("told");
      Telemetry telemetry =
          new Telemetry(
              Map.of("ERRATA_METRICS", "off", "ERRATA_METRICS_DIR", told.toString()),
              Clock.systemUTC());
      telemetry.begin("plan");
      List<JobCounts> watched = new ArrayList<>();
      try (Planner planner =
          new Planner(telemetry.observe(losing(cluster, moment, lost, watched)))) {
        plan =
            planner.plan(
                draft.streaming().set("execution.checkpoints.interval", "PT0.2S").parse(),
                new PlannerOptions(2, InputOrder.AS_READ));
      } finally {
        TestStreamEnvironment.unsetAsContext();
        telemetry.end(0);
      }
      assertThat(lost.get()).as("lost").isNotNull();
      lost.get().join();
      Runs.assertSame(plan, expected);
      assertThat(plan.manifest().events().used()).isEqualTo(EVENTS);
      assertThat(plan.manifest().coverage().complete()).isTrue();
      assertThat(watched)
          .as("events that are read again are not counted again")
          .isNotEmpty()
          .allMatch(counts -> counts.of(Count.EVENTS_READ) <= EVENTS)
          .allMatch(counts -> counts.of(Count.EVENTS_DEDUPED) <= EVENTS)
          .allMatch(counts -> counts.of(Count.EVENTS_USED) <= EVENTS);
      assertThat(Files.readAllLines(told.resolve("errata-totals-plan.prom")))
          .contains(
              "errata_events_read_total{spec=\"totals\",verb=\"plan\"} " + EVENTS,
              "errata_events_used_total{spec=\"totals\",verb=\"plan\"} " + EVENTS,
              "errata_drift_rows_total{spec=\"totals\",verb=\"plan\",kind=\"update\"} "
                  + expected.corrections().update());
    }
  }

  /** Ends both task managers at a moment, and starts another in their place. */
  private static PlanProgress losing(
      MiniCluster cluster,
      BooleanSupplier moment,
      AtomicReference<CompletableFuture<Void>> lost,
      List<JobCounts> watched) {
    return new PlanProgress() {
      @Override
      public void counted(JobCounts counts) {
        watched.add(counts);
      }

      @Override
      public void stage(String name) {}

      @Override
      public void advance(long done, long expected) {
        if (lost.get() == null && moment.getAsBoolean()) {
          lost.set(
              CompletableFuture.allOf(
                  cluster.terminateTaskManager(0), cluster.terminateTaskManager(1)));
          lost.get().join();
          try {
            cluster.startTaskManager();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }
    };
  }

  /**
   * @param does what a worker does with one of them
   */
  private void writeEvents(String does) throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Instant start = Instant.parse("2024-06-10T00:00:00Z");
    for (int f = 0; f < 4; f++) {
      List<String> lines = new ArrayList<>();
      for (int i = f; i < EVENTS; i += 4) {
        lines.add(
            "{\"id\":\"e%d\",\"ts\":\"%s\",\"name\":\"u%d\",\"amount\":%d,\"does\":\"%s\"}"
                .formatted(
                    i, start.plusSeconds(i), i * 7 % 100, i % 13, i == EVENTS / 2 ? does : "sum"));
      }
      Files.write(folder.resolve("archive/part-" + f + ".jsonl"), lines);
    }
    Files.writeString(folder.resolve("rows.csv"), "name,total\nu1,5\nu2,241\n");
  }

  private SpecDraft draft() {
    return new SpecDraft()
        .set("name", "totals")
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "long"))
        .aggregate(Map.of("name", "name"), Map.of("total", "sum(amount)"))
        .set("table.csv.path", folder.resolve("rows.csv").toString())
        .set("table.csv.types", Map.of("total", "long"))
        .set("table.key", List.of("name"))
        .set("plans", folder.resolve("plans").toString());
  }
}
