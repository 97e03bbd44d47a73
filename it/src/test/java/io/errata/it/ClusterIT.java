package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is built, on a cluster whose job manager and task managers are real processes. */
class ClusterIT {
  @TempDir private Path folder;
  private ClusterCase events;

  @BeforeEach
  void writeEventsAndRows() throws IOException {
    events = ClusterCase.create(folder);
  }

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void killedTaskManager_costsNoMoreThanWhatCameBehindTheCheckpoint() throws Exception {
    String spec =
        events.write(
            events
                .draft("plans")
                .streaming()
                .set("execution.checkpoints.interval", "PT0.5S")
                .set("limits.rate", "500/s"));
    try (FlinkCluster cluster = FlinkCluster.start(folder.resolve("cluster"))) {
      PlanManifest expected =
          Runs.plan(events.draft("expected").set("execution.mode", "batch")).manifest();
      assertThat(expected.corrections().total()).isPositive();
      cluster.await();
      try (ErrataProcess client =
          ErrataProcess.submit(cluster, folder, "plan", spec, "--parallelism", "2", "--json")) {
        client.await(
            () -> Runs.lastCheckpoint(folder.resolve("plans")) >= 2, "the second checkpoint");
        assertThat(cluster.taskManagers())
            .as("each has tasks")
            .allSatisfy(each -> assertThat(each.path("freeSlots").asInt()).isEqualTo(1));
        cluster.killTaskManager();
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
