package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.servers.StoreServer;
import io.errata.servers.StoreServer.Kind;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archive and plans on a real object store, which each process of a session cluster reaches by
 * itself. Skipped as {@link ObjectStoreIT} is.
 */
class StoreClusterIT {
  @TempDir private static Path home;
  private static StoreCase store;
  private static ClusterCase events;
  private static FlinkCluster cluster;
  private static PlanManifest expected;
  private static Map<String, String> environment;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> programs = StoreServer.programs();
    assumeThat(programs)
        .as("object stores, which servers/build-store-servers.sh builds")
        .isPresent();
    events = ClusterCase.create(home);
    store = StoreCase.start(Kind.S3, programs.get(), home.resolve("store"));
    store.use();
    store.put(home.resolve("archive"), "archive");
    environment = store.environment(home.resolve("conf"));
    Map<String, String> variables = new TreeMap<>(environment);
    // That of the client.
    variables.remove("FLINK_CONF_DIR");
    cluster = FlinkCluster.start(home.resolve("cluster"), store.settings(), variables);
    expected = Runs.plan(events.draft("expected")).manifest();
    assertThat(expected.corrections().total()).isPositive();
    cluster.await();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (store != null) {
      store.close();
    }
    StoreCase.forget();
    if (events != null) {
      events.close();
    }
  }

  private static ErrataProcess.Ended plan(String plans) throws IOException {
    String spec =
        events.write(
            events
                .draft("unused")
                .set("events.archive.path", store.uri("archive"))
                .set("plans", store.uri(plans)));
    return ErrataProcess.runJar(
        home,
        environment,
        "plan",
        spec,
        "--parallelism",
        "4",
        "--on",
        "session",
        "--cluster",
        cluster.address(),
        "--json");
  }

  private static void assertExpected(ErrataProcess.Ended ended, String plans) {
    assertThat(ended.status()).as(ended.err() + cluster.logs()).isZero();
    assertThat(ended.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    FlinkPlanStorage storage = FlinkPlanStorage.at(store.uri(plans));
    assertThat(storage.folders("")).containsExactly(expected.plan());
    PlanDirectory plan = PlanDirectory.open(storage, expected.plan());
    plan.verifySeal();
    PlanManifest manifest = plan.manifest();
    assertThat(manifest.events()).isEqualTo(expected.events());
    assertThat(manifest.rows()).isEqualTo(expected.rows());
    assertThat(manifest.correctionSet()).isEqualTo(expected.correctionSet());
    assertThat(manifest.coverage().complete()).isTrue();
  }

  @Test
  void plan_isThatOfOneProcess() throws IOException {
    // A path of one machine would be the same on all of these.
    List<String> before = store.proxy().asked();
    assertExpected(plan("plans"), "plans");
    assertThat(store.proxy().asked().subList(before.size(), store.proxy().asked().size()))
        .anyMatch(line -> line.startsWith("PUT ") && line.contains("/files/"))
        .anyMatch(line -> line.startsWith("GET ") && line.contains("part-5.jsonl"));
  }

  @Test
  void storeThatThrottlesATaskManager_isNamed_andTheNextPlanIsTheSame() throws IOException {
    // Once the job runs, nobody but its tasks reads events.
    store
        .proxy()
        .answer(
            line ->
                line.startsWith("GET ")
                    && line.contains("part-5.jsonl")
                    && cluster.jobs().containsValue("RUNNING"),
            503,
            Integer.MAX_VALUE);

    ErrataProcess.Ended refused = plan("others");

    assertThat(refused.status()).as(refused.err() + cluster.logs()).isEqualTo(6);
    JsonNode error = refused.document("plan").path("error");
    assertThat(error.path("code").asText()).isEqualTo("UNAVAILABLE");
    assertThat(error.path("message").asText())
        .contains("part-5.jsonl")
        .contains("the store asks for fewer requests (429 or 503)");
    assertThat(FlinkPlanStorage.at(store.uri("others")).list("")).isEmpty();
    assertThat(cluster.jobs().values()).contains("FAILED");

    store.proxy().heal();
    assertExpected(plan("others"), "others");
  }
}
