package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo with Kafka as a person has it: a broker and a registry of its own. */
class DemoKafkaIT {
  private static final String EVENTS = "20000";

  @TempDir static Path folder;

  private static ErrataProcess.Ended demo;
  private static JsonNode document;

  @BeforeAll
  static void runTheDemo() {
    demo = errata("demo", "--kafka", "--events", EVENTS, "--json");
    document = demo.document("demo");
  }

  @Test
  void plan_ofTheTopic_isThatOfTheArchive() {
    assertThat(demo.status()).as(demo.err()).isZero();
    assertThat(document.at("/plan/rows/update")).isEqualTo(document.at("/made/wrong"));
    assertThat(document.at("/plan/rows/insert")).isEqualTo(document.at("/made/missing"));
    assertThat(document.at("/plan/rows/delete")).isEqualTo(document.at("/made/extra"));
    assertThat(document.at("/verify/verified").asBoolean()).isTrue();
    String id = document.at("/plan/plan").asText();
    ErrataProcess.Ended undone = errata("rollback", id, "--json");
    assertThat(undone.status()).as(undone.err()).isZero();
    ErrataProcess.Ended archive =
        errata("plan", "errata-demo/both.yaml", "--set", "events.use=archive", "--json");
    assertThat(archive.status()).as(archive.err()).isZero();
    JsonNode other = archive.document("plan");
    assertThat(other.get("plan").asText()).isEqualTo(id);
    assertThat(other.get("rows")).isEqualTo(document.at("/plan/rows"));
    assertThat(other.at("/events/used")).isEqualTo(document.at("/plan/events/used"));
  }

  @Test
  void plan_afterRetention_isRefused_namingPartitionAndOffsets() {
    JsonNode shortened = document.get("shortened");
    assertThat(shortened.at("/error/code").asText()).isEqualTo("MISSING_COVERAGE");
    assertThat(shortened.at("/error/message").asText())
        .contains("payments-0: offsets 0 to ")
        .contains(" deleted, and events from ");
    assertThat(shortened.has("plan")).isFalse();
  }

  @Test
  void window_ofBothSources_isWholeAgain() {
    assertThat(document.at("/together/verified").asBoolean()).as(demo.err()).isTrue();
  }

  @Test
  void spec_isLeft() throws IOException {
    assertThat(Files.readString(folder.resolve("errata-demo/spec.yaml")))
        .contains("topic: payments, format: avro");
    assertThat(Files.readString(folder.resolve("errata-demo/both.yaml")))
        .contains("  kafka: {")
        .contains("  archive: {");
  }

  @Test
  void servers_endWithAProcessThatIsKilled() {
    List<ProcessHandle> children;
    try (ErrataProcess started =
        ErrataProcess.start(
            folder,
            Map.of(),
            "demo",
            "--kafka",
            "--json",
            "--events",
            "1000000",
            "--dir",
            "killed")) {
      started.awaitError("Broker 127.0.0.1:");
      children = started.children();
      assertThat(children).hasSize(2);
      started.signal("KILL");
      started.await();
    }
    CompletableFuture.allOf(
            children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .join();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void serving_withoutKafka_isRefused() {
    ErrataProcess.Ended refused = errata("demo", "--serve");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("Cannot use --serve without --kafka");
  }

  private static ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }
}
