package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.kafka.TopicOfTests;
import io.errata.it.EventFiles.Format;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.FoundOffsets;
import io.errata.state.plan.PlanManifest.MissingPart;
import io.errata.state.plan.PlanManifest.ReadPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of windows that lie in Kafka, and of such that Kafka no longer holds. */
class KafkaPlanIT {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");
  private static final Runnable NOTHING = () -> {};

  @TempDir private Path folder;
  private Database database;
  private TopicOfTests topic;

  @BeforeEach
  void makeTableAndTopic() {
    database = Database.create();
    database.execute("CREATE TABLE totals (user_id text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals VALUES ('user-1', 5), ('nobody', 1)");
    topic = TopicOfTests.create(KafkaServer.shared(), 2, Map.of());
  }

  @AfterEach
  void close() {
    database.close();
  }

  /**
   * An hour around the window, one event every two seconds in each partition: the window's have the
   * offsets 600 to 1499.
   */
  private List<ArchivedEvent> events() {
    List<ArchivedEvent> events = new ArrayList<>();
    for (int i = 0; i < 3_600; i++) {
      events.add(
          ArchivedEvent.of(
              "e" + i,
              "user-" + i % 10,
              START.plusSeconds(i - 1_200).toString(),
              "payment",
              1L << i % 40));
    }
    return events;
  }

  /** As JSON, spread over the partitions. */
  private void send(List<ArchivedEvent> events) throws IOException {
    Path file = folder.resolve("sent.jsonl");
    try (DuckDb duck = new DuckDb()) {
      EventFiles.write(duck, file, Format.JSONL, events);
    }
    List<String> lines = Files.readAllLines(file);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      records.add(topic.record(i % 2, "key", lines.get(i), events.get(i).time()));
    }
    topic.send(records);
  }

  private SpecDraft draft() {
    return withSource(
            SpecDraft.of(database, folder.resolve("plans"))
                .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
                .set("events.fields.id", "event_id")
                .set("events.fields.time", "ts"))
        .aggregate(Map.of("user_id", "user_id"), Map.of("total", "sum(big)"))
        .table("totals", List.of("user_id"), List.of("total"));
  }

  private SpecDraft withSource(SpecDraft draft) {
    return draft
        .set("events.kafka.brokers", topic.server().brokers())
        .set("events.kafka.topic", topic.name())
        .set("events.kafka.format", "json");
  }

  private static PlanDirectory plan(SpecDraft draft, Runnable behindTheBack) {
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void stage(String name) {
            // Offsets are resolved by now, and nothing is read yet.
            if (name.equals("open a snapshot")) {
              behindTheBack.run();
            }
          }

          @Override
          public void advance(long done, long expected) {}
        };
    try (Planner planner = new Planner(progress)) {
      return planner.plan(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
    }
  }

  private void assertRefused(SpecDraft draft, Runnable behindTheBack, String... named)
      throws IOException {
    List<String> before = database.dump("totals");
    assertThatThrownBy(() -> plan(draft, behindTheBack))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE);
              assertThat(e.next()).contains("limits.missing-coverage");
            })
        .hasMessageContainingAll(named);
    Path plans = folder.resolve("plans");
    if (Files.exists(plans)) {
      try (Stream<Path> left = Files.list(plans)) {
        assertThat(left).as("left behind").isEmpty();
      }
    }
    assertThat(database.dump("totals")).isEqualTo(before);
  }

  @Test
  void planOfATopic_isThatOfTheSameEventsInFiles() throws Exception {
    List<ArchivedEvent> events = events();
    // Copies, in the other partition, and one that came late.
    events.add(events.get(1_500));
    events.add(events.get(1_701));
    send(events);
    PlanDirectory fromKafka = plan(draft(), NOTHING);

    Path archive = folder.resolve("archive");
    try (DuckDb duck = new DuckDb()) {
      EventFiles.write(duck, archive.resolve("all.parquet"), Format.PARQUET, events);
    }
    PlanDirectory fromFiles =
        plan(draft().remove("events.kafka").archive(archive, "", "parquet"), NOTHING);

    assertThat(fromKafka.manifest().corrections().total()).isEqualTo(10);
    assertThat(Runs.corrections(fromKafka)).isEqualTo(Runs.corrections(fromFiles));
    assertThat(fromKafka.manifest().plan()).isEqualTo(fromFiles.manifest().plan());
    assertThat(fromKafka.manifest().events().duplicates()).isEqualTo(2);
    assertThat(fromKafka.manifest().events().used()).isEqualTo(1_800);
  }

  @Test
  void positions_areInThePlan() throws Exception {
    send(events());
    PlanDirectory plan = plan(draft(), NOTHING);
    assertThat(plan.manifest().coverage().complete()).isTrue();
    assertThat(plan.manifest().coverage().inputs())
        .extracting(ReadPart::input)
        .containsExactly(topic.name() + "-0", topic.name() + "-1");
    assertThat(plan.manifest().coverage().inputs())
        .allSatisfy(
            part -> {
              assertThat(part.first()).isEqualTo(300);
              assertThat(part.expected()).isEqualTo(1_500);
              assertThat(part.read()).isEqualTo(1_500);
              assertThat(part.generation()).isNotEmpty();
              assertThat(part.offsets()).contains(new FoundOffsets(300, 1_799, 0, 0, 0));
            });
  }

  @Test
  void headThatWasDeleted_stopsThePlanUnlessItIsAllowed() throws Exception {
    send(events());
    topic.deleteBefore(1, 1_000);
    String partition = topic.name() + "-1";
    assertRefused(draft(), NOTHING, partition + ": offsets 0 to 999 deleted");

    Path spec = folder.resolve("spec.yaml");
    Files.writeString(spec, draft().text(), StandardCharsets.UTF_8);
    ErrataProcess.Ended refused = ErrataProcess.run(folder, Map.of(), "plan", "spec.yaml");
    assertThat(refused.status()).as(refused.err()).isEqualTo(4);
    assertThat(refused.err()).contains(partition + ": offsets 0 to 999 deleted");

    PlanDirectory plan = plan(draft().set("limits.missing-coverage", "allow"), NOTHING);
    assertThat(plan.manifest().coverage().complete()).isFalse();
    assertThat(plan.manifest().coverage().gaps())
        .extracting(MissingPart::input)
        .containsExactly(partition);
    assertThat(plan.manifest().warnings()).anySatisfy(w -> assertThat(w).contains("missing"));
    assertThat(plan.manifest().events().used()).isEqualTo(900 + 500);
    String directory = folder.resolve("plans").resolve(plan.manifest().plan()).toString();
    ErrataProcess.Ended shown = ErrataProcess.run(folder, Map.of(), "show", directory);
    assertThat(shown.status()).isZero();
    assertThat(shown.out() + shown.err())
        .contains("not complete")
        .contains(partition + ": offsets 0 to 999 deleted")
        .contains(
            topic.name() + "-0: offsets 300 to 1799 expected, 300 to 1799 found, 1,500 records")
        .contains(partition + ": offsets 1000 to 1799 expected, 1000 to 1799 found, 800 records");
    String report = Files.readString(Path.of(directory, "report.html"));
    assertThat(report)
        .contains("Not complete")
        .contains("offsets 0 to 999 deleted")
        .contains("offsets 1000 to 1799 expected, 1000 to 1799 found, 800 records");
  }

  @Test
  void wholeWindowThatWasDeleted_stopsThePlan() throws Exception {
    send(events());
    topic.deleteBefore(0, 1_800);
    topic.deleteBefore(1, 1_800);
    assertRefused(
        draft(),
        NOTHING,
        topic.name() + "-0: offsets 0 to 1799 deleted",
        topic.name() + "-1: offsets 0 to 1799 deleted");
  }

  @Test
  void recordsDeletedUnderTheReader_stopThePlan() throws Exception {
    send(events());
    assertRefused(
        draft(),
        () -> topic.deleteBefore(0, 1_000),
        topic.name() + "-0: offsets 300 to 999 deleted while the plan was made");
    PlanDirectory plan =
        plan(draft().set("limits.missing-coverage", "allow"), () -> topic.deleteBefore(1, 1_700));
    assertThat(plan.manifest().coverage().gaps())
        .extracting(MissingPart::input)
        .containsExactlyInAnyOrder(topic.name() + "-0", topic.name() + "-1");
  }

  @Test
  void topicMadeAgainUnderTheReader_stopsThePlan() throws Exception {
    send(events());
    List<ArchivedEvent> others = new ArrayList<>();
    events().forEach(event -> others.add(event.withBig(7L)));
    assertRefused(
        draft(),
        () -> {
          topic.delete();
          topic.createAgain(2);
          try {
            send(others);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        topic.name() + "-0: the topic was deleted and made again while the plan was made",
        topic.name() + "-1: ");
  }

  @Test
  void transactions_givePlansOfWhatWasCommitted() throws Exception {
    List<ArchivedEvent> events = events();
    send(events);
    String committed = plan(draft(), NOTHING).manifest().plan();
    TopicOfTests first = topic;
    topic = TopicOfTests.create(first.server(), 2, Map.of());
    Path file = folder.resolve("sent.jsonl");
    List<String> lines = Files.readAllLines(file);
    try (Producer<byte[], byte[]> producer = topic.transactional("plan")) {
      for (int batch = 0; batch < 36; batch++) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 100 * batch; i < 100 * batch + 100; i++) {
          records.add(topic.record(i % 2, "key", lines.get(i), events.get(i).time()));
        }
        producer.beginTransaction();
        TopicOfTests.send(
            producer,
            List.of(topic.record(0, "key", lines.get(100 * batch).replace("e", "x"), START)));
        producer.abortTransaction();
        producer.beginTransaction();
        TopicOfTests.send(producer, records);
        producer.commitTransaction();
      }
      topic.settle(0);
      topic.settle(1);
    }
    PlanDirectory plan = plan(draft(), NOTHING);
    assertThat(plan.manifest().coverage().complete()).isTrue();
    assertThat(plan.manifest().plan()).isEqualTo(committed);
  }

  @Test
  void tombstones_deleteTheRowOfTheirKey() {
    database.execute("CREATE TABLE notes (name text PRIMARY KEY, note text)");
    database.execute(
        "INSERT INTO notes VALUES ('kept', 'a'), ('gone', 'b'), ('back', 'old'), ('other', 'c')");
    topic.send(
        List.of(
            topic.record(0, "kept", note("1", 0, "a"), START),
            topic.record(0, "gone", note("2", 1, "b"), START.plusSeconds(1)),
            topic.record(0, "back", null, START.plusSeconds(2)),
            topic.record(0, "gone", null, START.plusSeconds(3)),
            topic.record(0, "back", note("3", 4, "new"), START.plusSeconds(4)),
            // Beyond the window.
            topic.record(0, "kept", null, START.plusSeconds(1_800))));
    SpecDraft draft =
        withSource(
                SpecDraft.of(database, folder.resolve("plans"))
                    .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
                    .set("events.fields.id", "event_id")
                    .set("events.fields.time", "ts"))
            .set("worker.name", "notes")
            .set("worker.version", 1)
            .table("notes", List.of("name"), List.of("note"));
    PlanDirectory plan = plan(draft, NOTHING);
    assertThat(Runs.corrections(plan))
        .containsOnly(Map.entry("[back]", "update [back, new]"), Map.entry("[gone]", "delete"));
    Runs.apply(draft, plan);
    assertThat(database.dump("notes")).containsExactly("back\tnew", "kept\ta", "other\tc");
  }

  @Test
  void tombstones_canBeTakenByAnAggregate() {
    database.execute("CREATE TABLE states (name text PRIMARY KEY, gone boolean, events bigint)");
    topic.send(
        List.of(
            topic.record(0, "a", note("1", 0, "x"), START),
            topic.record(0, "b", note("2", 1, "x"), START.plusSeconds(1)),
            topic.record(0, "a", null, START.plusSeconds(2))));
    SpecDraft draft =
        withSource(
                SpecDraft.of(database, folder.resolve("plans"))
                    .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
                    .set("events.fields.id", "event_id")
                    .set("events.fields.time", "ts"))
            .aggregate(
                Map.of("name", "kafka_key"),
                Map.of("gone", "last(kafka_tombstone)", "events", "count()"))
            .table("states", List.of("name"), List.of("gone", "events"));
    Runs.apply(draft, plan(draft, NOTHING));
    assertThat(database.dump("states")).containsExactly("a\tt\t2", "b\tf\t1");
  }

  private static String note(String id, int second, String text) {
    return "{\"event_id\":\"%s\",\"ts\":\"%s\",\"note\":\"%s\"}"
        .formatted(id, START.plusSeconds(second), text);
  }

  @Test
  void check_saysWhatItFound() throws Exception {
    send(events());
    Files.writeString(folder.resolve("spec.yaml"), draft().text(), StandardCharsets.UTF_8);
    ErrataProcess.Ended found = ErrataProcess.run(folder, Map.of(), "check", "spec.yaml");
    assertThat(found.status()).as(found.out() + found.err()).isZero();
    assertThat(found.out() + found.err())
        .contains("2 partitions, about 3000 events to read")
        .contains(topic.name() + "-0 offsets 300 to 1799")
        .contains(topic.name() + "-1 offsets 300 to 1799");

    Files.writeString(
        folder.resolve("spec.yaml"),
        draft().set("events.kafka.topic", topic.name() + "x").text(),
        StandardCharsets.UTF_8);
    ErrataProcess.Ended misspelt = ErrataProcess.run(folder, Map.of(), "check", "spec.yaml");
    assertThat(misspelt.status()).isEqualTo(2);
    assertThat(misspelt.out() + misspelt.err())
        .contains("events")
        .contains("Cannot find topic: " + topic.name() + "x")
        .contains("Did you mean " + topic.name() + "?");
  }

  @Test
  void ctrlC_endsAPlanThatReadsKafka() throws Exception {
    send(events());
    Files.writeString(
        folder.resolve("spec.yaml"),
        draft().set("limits.rate", "50/s").text(),
        StandardCharsets.UTF_8);
    try (ErrataProcess process = ErrataProcess.start(folder, Map.of(), "plan", "spec.yaml")) {
      process.awaitError("recompute");
      assumeTrue(process.hearsInterrupt());
      long asked = System.nanoTime();
      process.signal("INT");
      ErrataProcess.Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(130);
      // Far less than the minute that the window would take to be read.
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(20));
      assertThat(ended.temporary()).isEmptyDirectory();
    }
    try (Stream<Path> left = Files.list(folder.resolve("plans"))) {
      assertThat(left).as("left behind").isEmpty();
    }
  }
}
