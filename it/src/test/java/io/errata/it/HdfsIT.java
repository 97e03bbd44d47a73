package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.store.FileStores;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.servers.HdfsServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.table.WriteResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives, plans and checkpoints on a real HDFS, by Hadoop's client in the jar as it is built. */
class HdfsIT {
  @TempDir private static Path shared;
  private static HdfsServer server;
  private static ClusterCase events;
  private static PlanManifest expected;
  @TempDir private Path folder;

  @BeforeAll
  static void fillHdfs() throws IOException {
    events = ClusterCase.create(shared);
    server = HdfsServer.start(shared.resolve("hdfs"));
    try (Stream<Path> files = Files.list(shared.resolve("archive"))) {
      for (Path file : files.toList()) {
        var target = FileStores.path(server.uri("events/date=2024-06-10/" + file.getFileName()));
        try (FSDataOutputStream out =
            FileStores.of(target).create(target, WriteMode.NO_OVERWRITE)) {
          out.write(Files.readAllBytes(file));
        }
      }
    }
    expected = Runs.plan(events.draft("expected")).manifest();
    assertThat(expected.corrections().total()).isPositive();
  }

  @AfterAll
  static void stopHdfs() {
    if (server != null) {
      server.close();
    }
    if (events != null) {
      events.close();
    }
  }

  /** The archive and the plans are on HDFS. */
  private SpecDraft within() {
    return events
        .draft("unused")
        .set("events.archive.path", server.uri("events"))
        .set("events.archive.layout", "date=%Y-%m-%d")
        .set("plans", plans());
  }

  private String plans() {
    return server.uri(folder.getFileName() + "/plans");
  }

  private static void assertExpected(PlanDirectory plan) {
    PlanManifest manifest = plan.manifest();
    assertThat(manifest.plan()).isEqualTo(expected.plan());
    assertThat(manifest.events()).isEqualTo(expected.events());
    assertThat(manifest.rows()).isEqualTo(expected.rows());
    assertThat(manifest.corrections()).isEqualTo(expected.corrections());
    assertThat(manifest.correctionSet()).isEqualTo(expected.correctionSet());
    assertThat(manifest.coverage().complete()).isTrue();
    plan.verifySeal();
  }

  @Test
  void planOnHdfs_isTheLocalOneAndIsApplied() throws Exception {
    String spec = events.write(within());

    ErrataProcess.Ended planned = ErrataProcess.runJar(folder, Map.of(), "plan", spec, "--json");

    assertThat(planned.status()).as(planned.err()).isZero();
    assertThat(planned.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    FlinkPlanStorage plans = FlinkPlanStorage.at(plans());
    PlanDirectory plan = PlanDirectory.open(plans, expected.plan());
    assertExpected(plan);
    assertThat(plans.folders("")).containsExactly(expected.plan());
    assertThat(plan.manifest().coverage().inputs())
        .hasSize(16)
        .allMatch(part -> part.input().startsWith(server.uri("events/date=2024-06-10/part-")))
        .extracting(ReadPart::generation)
        .as("when the file was written, by the name node's clock")
        .allSatisfy(generation -> assertThat(Instant.parse(generation)).isAfter(Instant.EPOCH));

    ErrataProcess.Ended applied =
        ErrataProcess.runJar(folder, Map.of(), "apply", plans() + "/" + expected.plan(), "--json");

    assertThat(applied.status()).as(applied.err()).isZero();
    assertThat(applied.document("apply").path("outcome").asText()).isEqualTo("applied");
    assertThat(Runs.plan(within()).manifest().corrections().total()).isZero();
    assertThat(Runs.rollback(within(), plan).outcome()).isEqualTo(WriteResult.Outcome.APPLIED);
  }

  @Test
  void streamingPlan_withItsCheckpointsOnHdfs_isTheSame() {
    PlanDirectory plan =
        Runs.plan(within().streaming().set("execution.checkpoints.interval", "PT0.5S"));

    assertExpected(plan);
    assertThat(FlinkPlanStorage.at(plans()).folders(""))
        .as("nothing of the run is left but which plan it gave")
        .contains(expected.plan())
        .noneMatch(name -> name.startsWith(".staging-"));
  }

  @Test
  void folderThatIsAbsent_isNamed() throws Exception {
    String absent = server.uri("absent");

    ErrataProcess.Ended ended =
        ErrataProcess.runJar(
            folder, Map.of(), "plan", events.write(within().set("events.archive.path", absent)));

    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err())
        .contains("Cannot read archive: " + absent + " (there is no such folder)");
  }

  @Test
  void nameNodeThatDoesNotAnswer_isNamed() throws Exception {
    HdfsServer other = HdfsServer.start(folder.resolve("hdfs"));
    String gone = other.uri("events");
    other.close();
    Path settings = Files.createDirectory(folder.resolve("conf"));
    // Hadoop's client tries for ten seconds otherwise.
    Files.writeString(
        settings.resolve("core-site.xml"),
        "<configuration><property><name>ipc.client.connect.max.retries</name>"
            + "<value>0</value></property></configuration>");

    ErrataProcess.Ended ended =
        ErrataProcess.runJar(
            folder,
            Map.of("HADOOP_CONF_DIR", settings.toString()),
            "plan",
            events.write(within().set("events.archive.path", gone)));

    assertThat(ended.status()).as(ended.err()).isEqualTo(6);
    assertThat(ended.err()).contains(gone).contains("the file system failed");
  }
}
