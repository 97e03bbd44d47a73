package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a worker does wrong: its keys are not corrected, and all others are, or there is no
 * plan.
 */
class WorkerFaultsIT {
  @TempDir private Path folder;
  private final List<String> events = new ArrayList<>();
  private Database database;
  private List<String> before;

  @BeforeEach
  void fillTheTable() {
    FaultyWorker.hold();
    database = Database.create();
    database.execute(
        "CREATE TABLE totals (name text PRIMARY KEY, total numeric(14,2), events bigint, note text)");
    database.execute(
        "INSERT INTO totals VALUES ('ann', 0, 0, 'a'), ('ben', 0, 0, 'b'), ('cia', 3, 1, 'c')");
    before = database.dump("totals");
    event("e1", "ann", "");
    event("e2", "ben", "");
    event("e3", "cia", "");
    event("e4", "dan", "");
  }

  @AfterEach
  void close() {
    FaultyWorker.release();
    database.close();
  }

  private void event(String id, String name, String does) {
    events.add(
        "{\"id\":\"%s\",\"ts\":\"2024-06-10T12:%02d:00Z\",\"name\":\"%s\",\"amount\":3,\"does\":%s}"
            .formatted(id, events.size(), name, does.isEmpty() ? "null" : '"' + does + '"'));
  }

  private SpecDraft draft() {
    try {
      Files.write(
          Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"), events);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("worker.name", "faulty")
        .set("worker.version", 1)
        .set("limits.quarantine", "100%")
        .table("totals", List.of("name"), List.of("total", "events"));
  }

  private static Map<String, String> reasons(PlanDirectory plan) {
    Map<String, String> reasons = new TreeMap<>();
    for (QuarantineEntry entry : Runs.quarantine(plan)) {
      reasons.put(entry.key() + " " + entry.eventId(), entry.reason());
    }
    return reasons;
  }

  private void assertNoPlan(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).as(e.toString()).isEqualTo(code);
              assertThat(e.next()).isNotBlank();
            })
        .hasMessageContainingAll(parts);
    assertThat(plans()).isEmpty();
    assertThat(database.dump("totals")).isEqualTo(before);
  }

  private List<Path> plans() {
    if (!Files.exists(folder.resolve("plans"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.resolve("plans"))) {
      return files.toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keysOfEventsThatTheWorkerCannotTake_areLeft_andAllOthersAreCorrected() {
    event("x1", "throws", "throw");
    event("x2", "overflows", "overflow");
    event("x3", "asserts", "assert");
    event("x4", "throws at the end", "throw at the end");
    event("x5", "gives another key", "row of another key");
    event("x6", "gives null", "null at the end");
    event("x7", "unstartable", "");
    event("x8", "ben", "throw");
    database.execute(
        "INSERT INTO totals VALUES ('throws', 1, 1, 'live'), ('unstartable', 1, 1, 'live')");
    SpecDraft draft = draft().set("table.owns", "true");
    PlanDirectory plan = Runs.plan(draft);

    assertThat(Runs.corrections(plan))
        .isEqualTo(Map.of("[ann]", "update [ann, 3, 1]", "[dan]", "insert [dan, 3, 1]"));
    Map<String, String> reasons = reasons(plan);
    assertThat(reasons)
        .containsOnlyKeys(
            "name=throws x1",
            "name=overflows x2",
            "name=asserts x3",
            "name=throws at the end x4",
            "name=gives another key x5",
            "name=gives null x6",
            "name=unstartable x7",
            "name=ben x8")
        .containsEntry("name=overflows x2", "the worker threw java.lang.StackOverflowError")
        .containsEntry(
            "name=gives another key x5",
            "the worker gave a row that isn't of the columns that it computes");
    assertThat(reasons.values()).noneMatch(reason -> reason.contains("secret"));
    assertThat(plan.manifest().rows().quarantined()).isEqualTo(8);

    assertThat(Runs.apply(draft, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("totals"))
        .containsExactly(
            "ann\t3.00\t1\ta",
            "ben\t0.00\t0\tb",
            "cia\t3.00\t1\tc",
            "dan\t3.00\t1\t\\N",
            "throws\t1.00\t1\tlive",
            "unstartable\t1.00\t1\tlive");
  }

  @ParameterizedTest
  @ValueSource(strings = {"throw in keys", "null for keys", "null key", "key of others"})
  void eventWhoseKeysCannotBeKnown_leavesEveryKey(String does) {
    event("x1", "ben", does);
    PlanDirectory plan = Runs.plan(draft());
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(plan.manifest().limits()).hasSize(1);
    assertThat(Runs.quarantine(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isNull();
              assertThat(entry.eventId()).isEqualTo("x1");
              assertThat(entry.reason())
                  .startsWith("its key can't be known: ")
                  .doesNotContain("secret");
            });
  }

  @Test
  void eventOfOneKeyTwice_countsOnce_andOneOfNoKeyNotAtAll() {
    event("x1", "ann", "one key twice");
    event("x2", "ben", "no key");
    assertThat(Runs.corrections(Runs.plan(draft())))
        .isEqualTo(
            Map.of(
                "[ann]", "update [ann, 6, 2]",
                "[ben]", "update [ben, 3, 1]",
                "[dan]", "insert [dan, 3, 1]"));
  }

  @Test
  void workerThatUsesUpTheMemory_endsThePlanAndNamesTheEvent() {
    event("x1", "ben", "exhaust");
    assertNoPlan(
        () -> Runs.plan(draft()),
        ErrorCode.INTERNAL,
        "Cannot go on: the memory is used up",
        "event x1 (",
        "events.jsonl@");
  }

  @Test
  void workerThatCannotBeLinked_endsThePlanAndNamesTheClass() {
    event("x1", "ben", "unlink");
    assertNoPlan(
        () -> Runs.plan(draft()),
        ErrorCode.INVALID_WORKER,
        "Cannot run the worker: java.lang.NoClassDefFoundError: com/example/Gone",
        "event x1 (");
  }

  @ParameterizedTest
  @CsvSource({
    "loop,for event x1 (",
    "sleep,for event x1 (",
    "loop at the end,'for the row of name=ben, whose last is event x1 ('",
    "loop in keys,for the keys of event x1 ("
  })
  void workerThatTakesTooLong_endsThePlanAndNamesTheEvent(String does, String named) {
    event("x1", "ben", does);
    assertNoPlan(
        () -> Runs.plan(draft().set("limits.worker-time", "PT0.5S")),
        ErrorCode.LIMIT,
        "Cannot plan: worker faulty@1 took longer than PT0.5S " + named,
        "events.jsonl@",
        "(limits.worker-time)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loop", "sleep", "loop at the end"})
  void eventThatTakesTooLong_leavesItsKeyAlone_whereTheSpecNamesIt(String does) {
    event("x1", "ben", does);
    SpecDraft draft = draft().set("events.quarantine", List.of("x1")).set("limits.quarantine", 1);
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.corrections(plan))
        .isEqualTo(Map.of("[ann]", "update [ann, 3, 1]", "[dan]", "insert [dan, 3, 1]"));
    assertThat(reasons(plan))
        .isEqualTo(Map.of("name=ben x1", "the spec names it in events.quarantine"));
    assertThat(plan.manifest().limits()).isEmpty();
    Runs.apply(draft, plan);
    assertThat(database.dump("totals"))
        .containsExactly(
            "ann\t3.00\t1\ta", "ben\t0.00\t0\tb", "cia\t3.00\t1\tc", "dan\t3.00\t1\t\\N");
  }

  /** In a process of its own, whose worker never comes back. */
  @Test
  void workerThatLoopsForEver_endsWithStatus4AndLeavesNothing() throws IOException {
    event("x1", "ben", "loop");
    Path spec = folder.resolve("spec.yaml");
    Files.writeString(spec, draft().text());
    ErrataProcess.Ended ended =
        ErrataProcess.run(
            folder, Map.of(), "run", "spec.yaml", "--set", "limits.worker-time=PT1S", "--json");
    assertThat(ended.status()).as(ended.err()).isEqualTo(4);
    JsonNode error = ended.document("run").get("error");
    assertThat(error.get("code").asText()).isEqualTo("LIMIT");
    assertThat(error.get("message").asText())
        .contains("worker faulty@1 took longer than PT1S for event x1 (", "key name=ben");
    assertThat(error.get("next").asText()).contains("events.quarantine");
    assertThat(plans()).isEmpty();
    assertThat(ended.temporary()).isEmptyDirectory();
    assertThat(database.dump("totals")).isEqualTo(before);
  }
}
