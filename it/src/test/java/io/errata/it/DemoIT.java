package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a person has it, and its database, which runs only while a command uses it. */
class DemoIT {
  private static final String EVENTS = "20000";

  @TempDir static Path folder;

  private static ErrataProcess.Ended demo;

  @BeforeAll
  static void runTheDemo() {
    demo = errata("demo", "--events", EVENTS, "--json");
  }

  @AfterEach
  void noServer_isLeft() {
    assertThat(servers()).isEmpty();
  }

  @Test
  void demo_findsWhatItBroke_andCorrectsIt() throws IOException {
    assertThat(demo.status()).as(demo.err()).isZero();
    JsonNode document = demo.document("demo");
    JsonNode made = document.get("made");
    assertThat(made.get("wrong").asLong()).isPositive();
    assertThat(document.at("/plan/rows/update")).isEqualTo(made.get("wrong"));
    assertThat(document.at("/plan/rows/insert")).isEqualTo(made.get("missing"));
    assertThat(document.at("/plan/rows/delete")).isEqualTo(made.get("extra"));
    assertThat(document.at("/plan/events/duplicates").asLong()).isPositive();
    assertThat(document.at("/apply/outcome").asText()).isEqualTo("applied");
    assertThat(document.at("/verify/verified").asBoolean()).isTrue();
    assertThat(Files.readString(folder.resolve("errata-demo/spec.yaml"))).contains("embedded:pg");
  }

  @Test
  void demo_leavesItsTable_toGoOnWith() {
    String id = demo.document("demo").at("/plan/plan").asText();
    ErrataProcess.Ended undone = errata("rollback", id, "--json");
    assertThat(undone.status()).as(undone.err()).isZero();
    ErrataProcess.Ended again = errata("plan", "errata-demo/spec.yaml", "--json");
    assertThat(again.document("plan").get("plan").asText()).isEqualTo(id);
  }

  @Test
  void demo_inAFolderOfSomethingElse_isRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("notes.txt"), "mine");
    ErrataProcess.Ended refused = errata("demo", "--dir", "other");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("Cannot make a demo in " + other);
    assertThat(errata("demo", "--events", "7").err()).contains("Cannot make 7 events");
  }

  @Test
  void demo_thatIsStopped_leavesNoServer() {
    try (ErrataProcess started =
        ErrataProcess.start(folder, Map.of(), "demo", "--events", "200000", "--dir", "stopped")) {
      assumeThat(started.hearsInterrupt()).isTrue();
      started.await(() -> !servers().isEmpty(), "a server");
      started.signal("INT");
      assertThat(started.await().status()).isEqualTo(130);
    }
  }

  @Test
  void server_ofAKilledCommand_isTakenOverByTheNext() {
    try (ErrataProcess started =
        ErrataProcess.start(folder, Map.of(), "plan", "errata-demo/spec.yaml")) {
      started.await(() -> !servers().isEmpty(), "a server");
      started.signal("KILL");
      started.await();
    }
    assertThat(servers()).isNotEmpty();
    assertThat(errata("history", "errata-demo/spec.yaml").status()).isZero();
  }

  @Test
  void server_thatOthersUse_isLeftToThem() {
    try (ErrataProcess started =
        ErrataProcess.start(folder, Map.of(), "plan", "errata-demo/spec.yaml")) {
      started.await(() -> !servers().isEmpty(), "a server");
      assertThat(errata("history", "errata-demo/spec.yaml").status()).isZero();
      ErrataProcess.Ended ended = started.await();
      assertThat(ended.status()).as(ended.err()).isZero();
    }
  }

  @Test
  void pidFile_ofAnotherProcess_isNotTakenForTheServers() throws IOException {
    Files.writeString(
        folder.resolve("errata-demo/pg/data/postmaster.pid"),
        ProcessHandle.current().pid() + "\n/\n0\n5432\n\n127.0.0.1\n\nready\n");
    ErrataProcess.Ended ended = errata("history", "errata-demo/spec.yaml");
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  @Test
  void server_thatIsKilled_startsAgain() {
    try (ErrataProcess started =
        ErrataProcess.start(folder, Map.of(), "plan", "errata-demo/spec.yaml")) {
      started.await(() -> !servers().isEmpty(), "a server");
      for (ProcessHandle server : servers()) {
        server.destroyForcibly();
      }
      assertThat(started.await().status()).isBetween(0, 6);
    }
    assertThat(errata("history", "errata-demo/spec.yaml").status()).isZero();
  }

  private static ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }

  private static List<ProcessHandle> servers() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().command().filter(c -> c.startsWith(folder.toString())).isPresent())
        .toList();
  }
}
