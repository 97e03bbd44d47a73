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
    ErrataProcess.Ended archive =
        errata("demo", "--events", EVENTS, "--dir", "of-the-archive", "--json");
    assertThat(archive.status()).as(archive.err()).isZero();
    JsonNode other = archive.document("demo");
    assertThat(document.at("/plan/plan").asText())
        .isNotEmpty()
        .isEqualTo(other.at("/plan/plan").asText());
    assertThat(document.at("/plan/rows")).isEqualTo(other.at("/plan/rows"));
    assertThat(document.at("/plan/events/used")).isEqualTo(other.at("/plan/events/used"));
    assertThat(document.at("/made")).isEqualTo(other.at("/made"));
    assertThat(document.at("/verify/verified").asBoolean()).isTrue();
  }

  @Test
  void plan_afterRetention_isRefused_namingPartitionAndOffsets() {
    JsonNode shortened = document.get("shortened");
    assertThat(shortened.at("/error/code").asInt()).isEqualTo(4);
    assertThat(shortened.at("/error/message").asText())
        .contains("payments-0: offsets 0 to ")
        .contains("are deleted");
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
            folder, Map.of(), "demo", "--kafka", "--events", "1000000", "--dir", "killed")) {
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
