package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.it.EventFiles.Format;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.EventComparer;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.Finding;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.plan.Preflight;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.ChosenSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka and an archive together, by a real broker and real files: what is read of which, that no
 * event is lost or counts twice at the seam, and what is said where neither holds the window.
 *
 * <p>Each event adds another power of two to the one row, so that its total tells which of them
 * counted, and how often.
 */
class StitchIT {
  private static final String DAY = "2024-06-10T";

  @TempDir private Path folder;
  private final DuckDb duck = new DuckDb();
  private final KafkaServer server = KafkaServer.shared();
  private Database database;
  private Producer<byte[], byte[]> producer;
  private String topic;

  @BeforeEach
  void open() {
    database = Database.create();
    database.execute("CREATE TABLE totals (user_id text PRIMARY KEY, total bigint)");
    producer = server.producer(Map.of());
    topic = server.createTopic(1, Map.of());
  }

  @AfterEach
  void close() {
    producer.close();
    database.close();
    duck.close();
  }

  private static ArchivedEvent event(int bit, String time) {
    return ArchivedEvent.of("e" + bit, "ann", DAY + time, "payment", 1L << bit);
  }

  /** Hours that the archive has folders of, from 23 o'clock of the day before on. */
  private void archiveTo(int newest) throws Exception {
    Files.createDirectories(folder.resolve("archive/date=2024-06-09/hour=23"));
    for (int hour = 0; hour <= newest; hour++) {
      Files.createDirectories(hour(hour));
    }
  }

  private Path hour(int hour) {
    return folder.resolve("archive/date=2024-06-10/hour=%02d".formatted(hour));
  }

  private void archive(int hour, ArchivedEvent... events) {
    EventFiles.write(duck, hour(hour).resolve("part.parquet"), Format.PARQUET, List.of(events));
  }

  /** In the order of their times, which their records have as well. */
  private void produce(ArchivedEvent... events) throws Exception {
    List<Future<?>> sent = new ArrayList<>();
    for (ArchivedEvent event : events) {
      byte[] value = EventFiles.json(event).getBytes(StandardCharsets.UTF_8);
      sent.add(
          producer.send(new ProducerRecord<>(topic, 0, event.time().toEpochMilli(), null, value)));
    }
    for (Future<?> each : sent) {
      each.get();
    }
  }

  /** As retention does. */
  private void deleteBefore(long offset) {
    try (Admin admin = server.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
          .all()
          .get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window(DAY + "00:00:00Z", DAY + "12:00:00Z")
        .archive(folder.resolve("archive"), "date=%Y-%m-%d/hour=%H", "parquet")
        .set("events.kafka.brokers", server.brokers())
        .set("events.kafka.topic", topic)
        .set("events.kafka.format", "json")
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .aggregate(Map.of("user_id", "user_id"), Map.of("total", "sum(big)"))
        .table("totals", List.of("user_id"), List.of("total"));
  }

  private static void assertTotal(PlanDirectory plan, int... bits) {
    long total = 0;
    for (int bit : bits) {
      total += 1L << bit;
    }
    assertThat(Runs.corrections(plan))
        .containsOnly(Map.entry("[ann]", "insert [ann, " + total + "]"));
  }

  private static List<String> sources(PlanDirectory plan) {
    return plan.manifest().coverage().sources().stream().map(StitchIT::text).toList();
  }

  private static String text(ChosenSource source) {
    String name = source.source().startsWith("archive") ? "archive " : "kafka ";
    return name
        + source.from().map(from -> from.toString().substring(11, 16)).orElse("not read")
        + source.to().map(to -> " " + to.toString().substring(11, 16)).orElse("")
        + ": "
        + source.reason();
  }

  private PlanDirectory plan(SpecDraft draft, Runnable whileItReads) {
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void stage(String name) {
            // Offsets are resolved by now, and nothing is read yet.
            if (name.equals("open a snapshot")) {
              whileItReads.run();
            }
          }

          @Override
          public void advance(long done, long expected) {}
        };
    try (Planner planner = new Planner(progress)) {
      return planner.plan(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
    }
  }

  private void assertRefused(SpecDraft draft, Runnable whileItReads, String... parts)
      throws Exception {
    draft.set("plans", folder.resolve("refused").toString());
    assertThatThrownBy(() -> plan(draft, whileItReads))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE))
        .hasMessageContainingAll(parts);
    if (Files.exists(folder.resolve("refused"))) {
      try (Stream<Path> left = Files.list(folder.resolve("refused"))) {
        assertThat(left).as("left behind").isEmpty();
      }
    }
  }

  /**
   * The archive's folder of 7 o'clock is its newest: it is sure of what is before 6. Kafka begins
   * at 4:30.
   */
  private void stitchable() throws Exception {
    archiveTo(7);
    ArchivedEvent deleted = event(0, "00:30:00Z");
    ArchivedEvent inBoth = event(1, "05:30:00Z");
    ArchivedEvent behindTheSeam = event(5, "06:30:00Z");
    ArchivedEvent inTheNewest = event(6, "07:30:00Z");
    archive(0, deleted);
    archive(5, inBoth, event(2, "05:40:00Z"));
    archive(6, event(4, "05:55:00Z"), behindTheSeam);
    archive(7, inTheNewest);
    produce(
        deleted,
        event(20, "04:30:00Z").withUser("before"),
        inBoth,
        event(3, "05:50:00Z"),
        behindTheSeam,
        inTheNewest,
        event(7, "09:00:00Z"),
        event(8, "11:59:59.999999Z"),
        event(9, "12:00:00Z"),
        event(21, "12:30:00Z"));
    deleteBefore(1);
  }

  @Test
  void seam_losesNothingAndCountsNothingTwice() throws Exception {
    stitchable();
    archive(4, event(20, "04:30:00Z").withUser("before"));
    PlanDirectory plan = Runs.plan(draft());

    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[ann]", "insert [ann, 511]"),
            Map.entry("[before]", "insert [before, " + (1L << 20) + "]"));
    assertThat(plan.manifest().events().duplicates()).isEqualTo(1);
    assertThat(plan.manifest().coverage().complete()).isTrue();
    assertThat(sources(plan))
        .satisfiesExactly(
            archive ->
                assertThat(archive)
                    .startsWith("archive 00:00 06:00: it is sure of events before 2024-06-10T06")
                    .contains("hour=07 is its newest"),
            kafka ->
                assertThat(kafka)
                    .startsWith("kafka 05:00 12:00: ")
                    .contains(topic + "-0: offset 0 deleted"));
    assertThat(plan.manifest().coverage().inputs())
        .extracting(input -> input.input().endsWith("parquet") ? "file" : input.input())
        .contains("file", topic + "-0");
  }

  @Test
  void plan_hasTheIdOfTheSameEventsInParquet() throws Exception {
    stitchable();
    archive(4, event(20, "04:30:00Z").withUser("before"));
    PlanDirectory stitched = Runs.plan(draft());
    List<ArchivedEvent> all = new ArrayList<>();
    for (int bit = 0; bit < 9; bit++) {
      all.add(event(bit, bit < 5 ? "05:00:00Z" : "06:00:00Z"));
    }
    all.add(event(20, "04:30:00Z").withUser("before"));
    EventFiles.write(duck, folder.resolve("flat/all.parquet"), Format.PARQUET, List.copyOf(all));
    PlanDirectory alone =
        Runs.plan(draft().remove("events.kafka").archive(folder.resolve("flat"), "", "parquet"));
    assertThat(stitched.manifest().plan()).isEqualTo(alone.manifest().plan());
    assertThat(Runs.corrections(stitched)).isEqualTo(Runs.corrections(alone));
    assertThat(alone.manifest().coverage().sources()).isEmpty();
  }

  /** Kafka's own partition and offset, and those that the archive has kept, are one order. */
  @Test
  void order_isThatOfKafkasOffsetsOnBothSidesOfTheSeam() throws Exception {
    stitchable();
    // Of one moment each: by id the first would come last.
    List<ArchivedEvent> ties =
        List.of(
            event(10, "05:30:01Z").withUser("old"),
            event(11, "05:30:01Z").withUser("old"),
            event(12, "10:00:00Z").withUser("new"),
            event(13, "10:00:00Z").withUser("new"));
    List<ArchivedEvent> backwards = List.of(ties.get(1), ties.get(0), ties.get(3), ties.get(2));
    produce(backwards.toArray(ArchivedEvent[]::new));
    produce(event(22, "12:31:00Z"));
    for (int i = 0; i < 8; i++) {
      Files.deleteIfExists(hour(i).resolve("part.parquet"));
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      String json = EventFiles.json(backwards.get(i));
      lines
          .append(json, 0, json.length() - 1)
          .append(",\"kafka_partition\":0,\"kafka_offset\":" + (10 + i) + "}\n");
    }
    Files.writeString(hour(5).resolve("part.jsonl"), lines);
    PlanDirectory plan =
        Runs.plan(
            draft()
                .set("events.archive.format", "jsonl")
                .set("events.fields.sequence", List.of("kafka_partition", "kafka_offset"))
                .set(
                    "events.fields.types", Map.of("kafka_partition", "int", "kafka_offset", "long"))
                .set("filter.where", "user_id in ('old', 'new')")
                .aggregate(Map.of("user_id", "user_id"), Map.of("total", "last(big)")));
    assertThat(plan.manifest().events().duplicates()).isEqualTo(2);
    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[old]", "insert [old, " + (1 << 10) + "]"),
            Map.entry("[new]", "insert [new, " + (1 << 12) + "]"));
  }

  @Test
  void oneIdWithTwoContentsAcrossTheSeam_isQuarantined() throws Exception {
    stitchable();
    archive(4, event(20, "04:30:00Z").withUser("before"));
    archive(5, event(1, "05:30:00Z").withBig(7L), event(2, "05:40:00Z"));
    PlanDirectory plan = Runs.plan(draft().set("limits.quarantine", "100%"));
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[before]");
    assertThat(Runs.quarantine(plan)).isNotEmpty();
  }

  @Test
  void kafka_isTakenWhereTheArchiveLacksTheLastFolders() throws Exception {
    archiveTo(1);
    archive(1, event(1, "01:00:00Z"));
    produce(
        event(20, "04:30:00Z"),
        event(1, "01:00:00Z"),
        event(2, "11:00:00Z"),
        event(21, "12:30:00Z"));
    String late = topic;
    // The first of these records is older than the window and its slack.
    topic = server.createTopic(1, Map.of());
    produce(
        ArchivedEvent.of("before", "ann", "2024-06-09T20:00:00Z", "payment", 1),
        event(1, "01:00:00Z"),
        event(2, "11:00:00Z"),
        event(21, "12:30:00Z"));
    PlanDirectory plan = Runs.plan(draft());
    assertTotal(plan, 1, 2);
    assertThat(sources(plan))
        .satisfiesExactly(
            archive ->
                assertThat(archive)
                    .startsWith(
                        "archive not read: it is sure of events before 2024-06-10T00:00:00Z"),
            kafka -> assertThat(kafka).isEqualTo("kafka 00:00 12:00: it holds all of the window"));

    // A topic without older records has lost nothing, and may not have been there.
    topic = late;
    assertRefused(
        draft(),
        () -> {},
        "no record of " + late + " is older than 2024-06-09T23:50:00Z",
        "the archive can't stand in: it is sure of events before 2024-06-10T00:00:00Z only",
        "hour=02: date folder absent; Kafka can't stand in");
  }

  @Test
  void topicThatBeginsLater_isStitchedAndNotTakenForWhole() throws Exception {
    archiveTo(7);
    archive(0, event(0, "00:30:00Z"));
    produce(event(1, "04:30:00Z"), event(2, "09:00:00Z"), event(21, "12:30:00Z"));
    archive(4, event(1, "04:30:00Z"));
    PlanDirectory plan = Runs.plan(draft());
    assertTotal(plan, 0, 1, 2);
    assertThat(sources(plan).get(1)).startsWith("kafka 05:00 12:00: ");
  }

  @Test
  void archive_isTakenWhereKafkasHeadIsDeleted() throws Exception {
    archiveTo(13);
    archive(0, event(0, "00:30:00Z"));
    archive(11, event(1, "11:00:00Z"));
    produce(event(0, "00:30:00Z"), event(1, "11:00:00Z"), event(21, "12:30:00Z"));
    deleteBefore(1);
    PlanDirectory plan = Runs.plan(draft());
    assertTotal(plan, 0, 1);
    assertThat(sources(plan))
        .satisfiesExactly(
            archive ->
                assertThat(archive).isEqualTo("archive 00:00 12:00: it holds all of the window"),
            kafka ->
                assertThat(kafka).startsWith("kafka not read: " + topic + "-0: offset 0 deleted"));
    assertThat(Preflight.check(draft().parse()))
        .filteredOn(finding -> finding.level() == Finding.Level.OK)
        .extracting(Finding::message)
        .anySatisfy(
            message ->
                assertThat(message)
                    .contains("is read for [2024-06-10T00:00:00Z, 2024-06-10T12:00:00Z)"));
  }

  @Test
  void cheaper_isTakenWhereBothHoldTheWindow() throws Exception {
    bothHold();
    PlanDirectory fewerRows = Runs.plan(draft());
    assertTotal(fewerRows, 0, 1);
    assertThat(sources(fewerRows).get(0))
        .startsWith("archive 00:00 12:00")
        .contains("2 rows of files against 4 records");
    assertThat(sources(fewerRows).get(1)).isEqualTo("kafka not read: it holds all of it, too");

    ArchivedEvent[] others = new ArchivedEvent[20];
    for (int i = 0; i < others.length; i++) {
      others[i] =
          i < 18
              ? ArchivedEvent.of("x" + i, "ann", "2024-06-09T12:00:00Z", "payment", 1)
              : event(1, "11:00:00Z");
    }
    archive(11, others);
    PlanDirectory fewerRecords = Runs.plan(draft());
    assertTotal(fewerRecords, 0, 1);
    assertThat(sources(fewerRecords).get(1))
        .startsWith("kafka 00:00 12:00")
        .contains("21 rows of files against 4 records");
    assertThat(fewerRecords.manifest().plan()).isEqualTo(fewerRows.manifest().plan());
  }

  private void bothHold() throws Exception {
    archiveTo(13);
    archive(0, event(0, "00:30:00Z"));
    archive(11, event(1, "11:00:00Z"));
    produce(
        ArchivedEvent.of("before", "ann", "2024-06-09T20:00:00Z", "payment", 1),
        event(0, "00:30:00Z"),
        event(1, "11:00:00Z"),
        event(18, "12:01:00Z"),
        event(19, "12:02:00Z"),
        event(21, "12:30:00Z"));
  }

  @Test
  void neitherHoldsTheMiddle_stopsThePlanAndNamesBoth() throws Exception {
    archiveTo(3);
    archive(0, event(0, "00:30:00Z"));
    produce(
        event(0, "00:30:00Z"),
        event(1, "04:30:00Z"),
        event(2, "09:00:00Z"),
        event(21, "12:30:00Z"));
    deleteBefore(1);
    assertRefused(
        draft(),
        () -> {},
        topic + "-0: offset 0 deleted",
        "the archive can't stand in: it is sure of events before 2024-06-10T02:00:00Z only: folder"
            + " date=2024-06-10/hour=03 is its newest",
        "hour=04: date folder absent; Kafka can't stand in: " + topic + "-0");
    PlanDirectory allowed = Runs.plan(draft().set("limits.missing-coverage", "allow"));
    assertTotal(allowed, 0, 1, 2);
    assertThat(allowed.manifest().coverage().complete()).isFalse();
    assertThat(allowed.manifest().coverage().gaps()).hasSizeGreaterThan(1);
    assertThat(allowed.manifest().warnings()).anySatisfy(w -> assertThat(w).contains("missing"));
  }

  @Test
  void retentionWhileItReads_stopsThePlanAndOffersTheArchive() throws Exception {
    bothHold();
    archive(
        11, Stream.generate(() -> event(1, "11:00:00Z")).limit(20).toArray(ArchivedEvent[]::new));
    assertRefused(
        draft(),
        () -> deleteBefore(2),
        topic + "-0: offset 1 deleted while the plan was made",
        "(plan again: the archive holds all of the window)");
    assertTotal(Runs.plan(draft()), 0, 1);
  }

  @Test
  void oneSourceBySpec_isReadAloneAndTheOtherOffered() throws Exception {
    stitchable();
    assertRefused(
        draft().set("events.use", "kafka"),
        () -> {},
        topic + "-0: offset 0 deleted",
        "(plan again with events.use: auto: the archive and Kafka together hold all of the window)");
    assertRefused(
        draft().set("events.use", "archive"),
        () -> {},
        "hour=08: date folder absent (plan again with events.use: auto");
    PlanDirectory archive =
        Runs.plan(
            draft().set("events.use", "archive").window(DAY + "00:00:00Z", DAY + "06:00:00Z"));
    assertTotal(archive, 0, 1, 2, 4);
    assertThat(sources(archive).get(1)).isEqualTo("kafka not read: the spec says so");
  }

  // Whether both hold the same.

  private EventComparison compare(SpecDraft draft) {
    try (EventComparer comparer = new EventComparer(PlanProgress.NONE, Clock.systemUTC())) {
      return comparer.compare(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
    }
  }

  /** The archive has a copy of its own, and Kafka another: neither is a difference. */
  private void sameInBoth() throws Exception {
    archiveTo(13);
    ArchivedEvent first = event(0, "00:30:00Z");
    ArchivedEvent second = event(1, "11:00:00.123456Z");
    ArchivedEvent third = event(2, "11:10:00Z");
    archive(0, first, first);
    archive(11, second, third);
    produce(first, second, third, second, event(21, "12:30:00Z"));
  }

  @Test
  void sameEventsInBoth_areProvedHourByHour() throws Exception {
    sameInBoth();
    EventComparison found = compare(draft());
    assertThat(found.isSame()).as(found.toString()).isTrue();
    assertThat(found.hours()).isEqualTo(2);
    assertThat(found.differences()).isEmpty();
    assertThat(found.archive().events()).isEqualTo(found.kafka().events());
    assertThat(found.archive().events().count()).isEqualTo(3);
    assertThat(found.archive().duplicates()).isEqualTo(1);
    assertThat(found.kafka().duplicates()).isEqualTo(1);
    assertThatThrownBy(() -> Runs.plan(draft().set("events.use", "both")))
        .hasMessageStartingWith("Cannot plan with events.use: both");
  }

  @Test
  void eventThatOneOfThemLacks_isADifferenceOfItsHour() throws Exception {
    sameInBoth();
    produce(event(3, "11:20:00Z"));
    archive(2, event(4, "02:59:59.999999Z"));
    EventComparison found = compare(draft());
    assertThat(found.isSame()).isFalse();
    assertThat(found.differences())
        .extracting(hour -> hour.start() + " " + hour.onlyInArchive() + " " + hour.onlyInKafka())
        .containsExactly("2024-06-10T02:00:00Z 1 0", "2024-06-10T11:00:00Z 0 1");
    assertThat(found.differences().get(1).archive().count()).isEqualTo(2);
    assertThat(found.differences().get(1).kafka().count()).isEqualTo(3);
  }

  @Test
  void eventWithOtherContent_isADifferenceAlthoughTheCountsAgree() throws Exception {
    sameInBoth();
    archive(11, event(1, "11:00:00.123456Z"), event(2, "11:10:00Z").withBig(5L));
    EventComparison found = compare(draft());
    assertThat(found.isSame()).isFalse();
    assertThat(found.differences())
        .singleElement()
        .satisfies(
            hour -> {
              assertThat(hour.start()).isEqualTo("2024-06-10T11:00:00Z");
              assertThat(hour.archive().count()).isEqualTo(hour.kafka().count());
              assertThat(hour.archive()).isNotEqualTo(hour.kafka());
              assertThat(hour.different()).isEqualTo(1);
            });
  }

  @Test
  void whatCannotBeReadOfOne_isNoProof() throws Exception {
    sameInBoth();
    producer.send(new ProducerRecord<>(topic, 0, 1_718_016_000_000L, null, new byte[] {'?'})).get();
    EventComparison rejected = compare(draft());
    assertThat(rejected.isSame()).isFalse();
    assertThat(rejected.kafka().rejected()).as(rejected.toString()).isEqualTo(1);
    assertThat(rejected.differences()).isEmpty();

    deleteBefore(1);
    EventComparison missing = compare(draft());
    assertThat(missing.gaps())
        .singleElement()
        .satisfies(gap -> assertThat(gap.input()).isEqualTo(topic + "-0"));
    assertThat(missing.differences()).hasSize(1);
  }

  /** What is read is paced as one, however it is shared between the two. */
  @Test
  void rate_holdsForBothTogether() throws Exception {
    stitchable();
    Instant begun = Instant.now();
    assertTotal(
        Runs.plan(draft().set("limits.rate", "5/s").set("filter.where", "user_id = 'ann'")),
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8);
    // 4 rows and 10 records, of which the first second's share may come at once.
    assertThat(Instant.now()).isAfter(begun.plusMillis(1_500));
  }
}
