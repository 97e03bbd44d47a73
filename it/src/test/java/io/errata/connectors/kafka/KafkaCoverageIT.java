package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.servers.KafkaServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every way in which events of a window can be missing from Kafka is found, and named with its
 * offsets; what is no gap is none.
 */
class KafkaCoverageIT {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");
  private static final Window WINDOW = new Window(START, START.plusSeconds(1_800));
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(new EventField("value", ColumnType.LONG)));

  private static KafkaOptions options(TopicOfTests topic) {
    return KafkaOptions.of(topic.server().brokers(), topic.name());
  }

  private static KafkaOptions options(TopicOfTests topic, Map<String, OffsetRange> offsets) {
    return options(topic, List.of(topic.name()), null, KafkaOptions.DEFAULT_SLACK, offsets);
  }

  private static KafkaOptions options(TopicOfTests topic, Duration slack) {
    return options(topic, List.of(topic.name()), null, slack, Map.of());
  }

  private static KafkaOptions options(
      TopicOfTests at,
      List<String> topics,
      @Nullable String pattern,
      Duration slack,
      Map<String, OffsetRange> offsets) {
    KafkaOptions usual = options(at);
    return new KafkaOptions(
        usual.brokers(),
        topics,
        pattern,
        slack,
        slack,
        offsets,
        usual.isolation(),
        usual.properties(),
        usual.security());
  }

  private static KafkaWindow resolve(KafkaOptions options, long splitOffsets) {
    return (KafkaWindow)
        new KafkaWindowSource(options, new JsonRecordFormat(), Optional.empty())
            .withSplitOffsets(splitOffsets)
            .resolve(WINDOW, SCHEMA, Optional.empty());
  }

  private static KafkaWindow resolve(KafkaOptions options) {
    return resolve(options, 1_000);
  }

  private static WindowReading read(KafkaOptions options) throws Exception {
    return WindowReading.of(resolve(options));
  }

  private static TopicOfTests topic(int partitions) {
    return TopicOfTests.create(KafkaServer.shared(), partitions, Map.of());
  }

  /**
   * An hour around the window, an event each second: the window's have the offsets 1200 to 2999.
   */
  private static TopicOfTests filled() {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(2_500));
    return topic;
  }

  private static List<String> ids(int partition, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> partition + "-" + i).toList();
  }

  @Test
  void window_isReadWithAReceiptOfEachPiece() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic));
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.warnings()).isEmpty();
    assertThat(reading.ids()).isEqualTo(ids(0, 1_200, 3_000));
    // Ten minutes of slack on either side.
    assertThat(window.inputs())
        .singleElement()
        .satisfies(part -> assertThat(part.name()).isEqualTo(topic.name() + "-0"))
        .satisfies(part -> assertThat(part.first()).isEqualTo(600))
        .satisfies(part -> assertThat(part.rows()).isEqualTo(3_000));
    assertThat(reading.receipts()).hasSize(3);
    assertThat(reading.receipts().get(0).offsets())
        .isEqualTo(new SplitReceipt.Offsets(600, 1_599, 0, 0, 0));
    assertThat(reading.receipts().get(2).offsets())
        .isEqualTo(new SplitReceipt.Offsets(2_600, 3_599, 0, 0, 0));
  }

  @Test
  void headThatWasDeletedBefore_isAGap() throws Exception {
    TopicOfTests topic = filled();
    topic.deleteBefore(0, 2_000);
    KafkaWindow window = resolve(options(topic));
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.ids()).isEqualTo(ids(0, 2_000, 3_000));
    assertThat(reading.gap())
        .isEqualTo(
            topic.name()
                + "-0: offsets 0 to 1999 deleted, and events from 2024-06-10T12:00:00Z on may have been among"
                + " them: the first record that is left is 2000 of 2024-06-10T12:13:20Z");
    // Known before anything is read.
    assertThat(window.gaps()).isEqualTo(reading.gaps());
  }

  @Test
  void headThatLayBeforeTheWindow_isNoGap() throws Exception {
    TopicOfTests topic = filled();
    topic.deleteBefore(0, 300);
    assertThat(read(options(topic)).gaps()).isEmpty();
    // Two records that are older than window and slack are left.
    topic.deleteBefore(0, 598);
    WindowReading reading = read(options(topic));
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids()).isEqualTo(ids(0, 1_200, 3_000));
  }

  /** The log is in the window already where the late record stands. */
  @Test
  void lateRecordAtTheBeginning_doesNotHideTheDeletedHead() throws Exception {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(60));
    topic.send(List.of(topic.event(0, "late", START.minusSeconds(3_000))));
    topic.fill(0, START.plusSeconds(60), START.plusSeconds(2_400));
    topic.deleteBefore(0, 1_260);
    WindowReading reading = read(options(topic));

    assertThat(reading.gap())
        .startsWith(topic.name() + "-0: offsets 0 to 1259 deleted")
        .endsWith(
            "the first record that is left is 1260 of 2024-06-10T11:10:00Z, but of the first 200 only 1"
                + " are older than 2024-06-10T11:50:00Z");
  }

  @Test
  void windowOfWhichNothingIsLeft_isAGap() throws Exception {
    TopicOfTests topic = filled();
    topic.deleteBefore(0, 3_700);
    WindowReading all = read(options(topic));
    assertThat(all.ids()).isEmpty();
    assertThat(all.gap()).contains("offsets 0 to 3699 deleted").endsWith("no record is left");

    TopicOfTests later = filled();
    later.fill(0, START.plusSeconds(2_500), START.plusSeconds(4_000));
    later.deleteBefore(0, 4_000);
    WindowReading window = read(options(later));
    assertThat(window.ids()).isEmpty();
    assertThat(window.gap())
        .contains("offsets 0 to 3999 deleted")
        .endsWith("the first record that is left is 4000 of 2024-06-10T12:46:40Z");
  }

  @Test
  void segmentsThatRetentionTakes_areAGap() throws Exception {
    TopicOfTests topic =
        TopicOfTests.create(
            KafkaServer.shared(),
            1,
            // A segment is ten minutes of records.
            Map.of("segment.ms", "600000", "file.delete.delay.ms", "0"));
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(2_400));
    long age = System.currentTimeMillis() - START.plusSeconds(900).toEpochMilli();
    topic.set("retention.ms", Long.toString(age));
    TopicOfTests.await(
        "retention deletes segments", () -> topic.offset(0, OffsetSpec.earliest()) > 1_300);
    int start = (int) topic.offset(0, OffsetSpec.earliest());
    WindowReading reading = read(options(topic));

    assertThat(start).isLessThan(2_200);
    assertThat(reading.ids()).isEqualTo(ids(0, start, 3_000));
    assertThat(reading.gap())
        .startsWith(topic.name() + "-0: offsets 0 to " + (start - 1) + " deleted");
  }

  @Test
  void recordsDeletedWhileOthersAreRead_areAGap() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic), 1_000);
    assertThat(window.gaps()).isEmpty();
    WindowReading reading =
        WindowReading.of(
            window,
            ReadPace.unlimited(),
            // The first piece is under way.
            read -> {
              if (read == 100) {
                topic.deleteBefore(0, 2_900);
              }
            });

    // What was fetched before was there, and is used.
    assertThat(reading.ids()).startsWith("0-1200", "0-1201").endsWith("0-2998", "0-2999");
    assertThat(reading.gaps()).isNotEmpty();
    long missing = 0;
    for (Gap gap : reading.gaps()) {
      assertThat(gap.input()).isEqualTo(topic.name() + "-0");
      assertThat(gap.reason())
          .matches(
              "offsets \\d+ to \\d+ deleted while the plan was made: the log begins at 2900 now");
      String[] words = gap.reason().split(" ");
      missing += Long.parseLong(words[3]) - Long.parseLong(words[1]) + 1;
    }
    long read = reading.receipts().stream().mapToLong(SplitReceipt::read).sum();
    assertThat(read + missing).isEqualTo(3_000);
    assertThat(missing).isGreaterThanOrEqualTo(300);
  }

  @Test
  void allDeletedBetweenResolvingAndReading_isAGap() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic), 5_000);
    topic.deleteBefore(0, 3_600);
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.ids()).isEmpty();
    assertThat(reading.gap())
        .isEqualTo(
            topic.name()
                + "-0: offsets 600 to 3599 deleted while the plan was made: the log begins at 3600 now");
  }

  @Test
  void topicDeletedBetweenResolvingAndReading_isAGap() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic));
    topic.delete();
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.ids()).isEmpty();
    assertThat(reading.gaps()).isNotEmpty();
    assertThat(reading.gaps())
        .allSatisfy(
            gap ->
                assertThat(gap.reason())
                    .startsWith("the topic was deleted while the plan was made: offsets "));
  }

  /** Its records have the offsets of the old ones. */
  @Test
  void topicMadeAgainBetweenResolvingAndReading_isAGap() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic), 5_000);
    topic.delete();
    topic.createAgain(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(2_400));
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.gap())
        .startsWith(
            topic.name()
                + "-0: the topic was deleted and made again while the plan was made (it had the id ")
        .endsWith("): offsets 600 to 3599 missing or of another topic");
  }

  @Test
  void topicMadeAgainWhileItIsRead_isAGap() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic), 1_000);
    WindowReading reading =
        WindowReading.of(
            window,
            ReadPace.unlimited(),
            read -> {
              if (read == 500) {
                topic.delete();
                topic.createAgain(1);
                topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(2_400));
              }
            });

    // The first piece was read to its end, and 100 events of the second.
    assertThat(reading.gaps())
        .extracting(Gap::reason)
        .hasSize(2)
        .allSatisfy(reason -> assertThat(reason).contains("deleted and made again"))
        .anySatisfy(reason -> assertThat(reason).contains("offsets 1600 to 2599 missing"))
        .anySatisfy(reason -> assertThat(reason).contains("offsets 2600 to 3599 missing"));
  }

  /** Committed, aborted, none, and a marker where the log ends. */
  private static TopicOfTests transactions() {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START);
    try (Producer<byte[], byte[]> producer = topic.transactional("a")) {
      for (int i = 0; i < 40; i++) {
        boolean aborted = i % 4 == 1;
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int j = 0; j < 5; j++) {
          records.add(
              topic.event(
                  0, (aborted ? "aborted" : "committed") + i + j, START.plusSeconds(10 * i + j)));
        }
        producer.beginTransaction();
        TopicOfTests.send(producer, records);
        if (aborted) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
      topic.settle(0);
    }
    return topic;
  }

  @Test
  void transactions_giveWhatWasCommittedAndLeaveNoGap() throws Exception {
    TopicOfTests topic = transactions();
    for (long piece : new long[] {60, 1_000}) {
      WindowReading reading = WindowReading.of(resolve(options(topic), piece));
      assertThat(reading.gaps()).isEmpty();
      assertThat(reading.ids()).hasSize(150).allMatch(id -> id.startsWith("committed"));
      // 39 markers, as the last stands behind the last record, and ten transactions of five
      // records.
      assertThat(reading.vacant()).isEqualTo(89);
    }
  }

  @Test
  void readUncommitted_givesAbortedEventsToo() throws Exception {
    TopicOfTests topic = transactions();
    WindowReading reading = read(options(topic).withIsolation(Isolation.READ_UNCOMMITTED));
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids()).hasSize(200);
    assertThat(reading.vacant()).isEqualTo(39);
  }

  @Test
  void rangeOfMarkersAlone_isReadToItsEnd() throws Exception {
    TopicOfTests topic = topic(1);
    try (Producer<byte[], byte[]> producer = topic.transactional("a")) {
      producer.beginTransaction();
      TopicOfTests.send(producer, List.of(topic.event(0, "a", START)));
      producer.commitTransaction();
      topic.settle(0);
    }
    WindowReading reading =
        read(options(topic, Map.of(topic.name() + "-0", new OffsetRange(1, 2))));
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids()).isEmpty();
    assertThat(reading.vacant()).isEqualTo(1);
  }

  @Test
  void openTransactionOverTheEnd_isAGapUntilItIsOver() throws Exception {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(600));
    try (Producer<byte[], byte[]> producer = topic.transactional("a")) {
      producer.beginTransaction();
      TopicOfTests.send(
          producer,
          LongStream.range(0, 10)
              .mapToObj(i -> topic.event(0, "open" + i, START.plusSeconds(600 + i)))
              .toList());
      topic.fill(0, START.plusSeconds(700), START.plusSeconds(800));
      WindowReading reading = read(options(topic));
      assertThat(reading.gap())
          .isEqualTo(
              topic.name()
                  + "-0: offsets 1800 to 1909 not readable yet: a transaction that began at 1800 is neither"
                  + " committed nor aborted");
      assertThat(reading.ids()).isEqualTo(ids(0, 1_200, 1_800));

      // Nothing is asked for behind where it began.
      Map<String, OffsetRange> before = Map.of(topic.name() + "-0", new OffsetRange(1_900, 1_900));
      assertThat(read(options(topic, before)).gaps()).isEmpty();

      WindowReading uncommitted = read(options(topic).withIsolation(Isolation.READ_UNCOMMITTED));
      assertThat(uncommitted.gaps()).isEmpty();
      assertThat(uncommitted.ids()).hasSize(710);
      producer.commitTransaction();
      topic.settle(0);
    }
    WindowReading over = read(options(topic));
    assertThat(over.gaps()).isEmpty();
    assertThat(over.ids()).hasSize(710).contains("open0", "open9");
  }

  @Test
  void compaction_isWarnedOfAndHolesWithoutItAreAGap() throws Exception {
    TopicOfTests topic =
        TopicOfTests.create(
            KafkaServer.shared(),
            1,
            Map.of(
                "cleanup.policy",
                "compact",
                "min.cleanable.dirty.ratio",
                "0.001",
                "segment.ms",
                "60000"));
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Instant time = START.plusSeconds(i);
      records.add(
          topic.record(
              0,
              // The first is never written again.
              i == 0 ? "first" : "key" + i % 10,
              "{\"id\":\"0-%d\",\"ts\":%d,\"value\":1}".formatted(i, time.toEpochMilli()),
              time));
    }
    topic.send(records);
    KafkaOptions options = options(topic);
    TopicOfTests.await(
        "compaction takes records away",
        () -> {
          try {
            return read(options).ids().size() < 500;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    WindowReading reading = read(options);
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.vacant()).isPositive();
    assertThat(reading.warnings())
        .anySatisfy(
            warning ->
                assertThat(warning)
                    .contains("Compaction takes older records away from " + topic.name()));

    topic.set("cleanup.policy", "delete");
    WindowReading unexplained = read(options);
    assertThat(unexplained.ids()).isEqualTo(reading.ids());
    assertThat(unexplained.gaps())
        .isNotEmpty()
        .allSatisfy(
            gap ->
                assertThat(gap.reason())
                    .contains(
                        "without a record: neither a transaction nor compaction explains it"));
  }

  @Test
  void partitions_thatAreAddedEmptyOrIdleAreRead() throws Exception {
    TopicOfTests topic = topic(2);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(900));
    // Within the window; partition 1 stays empty, and 3 has nothing of the window.
    topic.addPartitions(4);
    topic.fill(2, START.plusSeconds(900), START.plusSeconds(2_400));
    topic.fill(3, START.minusSeconds(9_000), START.minusSeconds(8_000));
    KafkaWindow window = resolve(options(topic));
    WindowReading reading = WindowReading.of(window);

    assertThat(reading.gaps()).isEmpty();
    assertThat(window.inputs()).extracting(InputPart::rows).containsExactly(1_500L, 0L, 1_500L, 0L);
    assertThat(reading.ids()).hasSize(1_800);
  }

  @Test
  void partitionThatIsAddedMeanwhile_isAGapWhereItHasEventsOfTheWindow() throws Exception {
    TopicOfTests topic = filled();
    KafkaWindow window = resolve(options(topic));
    topic.addPartitions(3);
    topic.fill(1, START.minusSeconds(9_000), START.minusSeconds(8_000));
    topic.fill(2, START.plusSeconds(10), START.plusSeconds(20));
    assertThat(WindowReading.of(window).gap())
        .isEqualTo(
            topic.name()
                + "-2: the partition was added while the plan was made, and its offsets 0 to 9 may be of the"
                + " window's time");
  }

  @Test
  void topics_areReadTogetherByNameOrPattern() throws Exception {
    TopicOfTests first = topic(1);
    TopicOfTests second = new TopicOfTests(first.server(), first.name() + ".more");
    second.createAgain(2);
    first.fill(0, START, START.plusSeconds(100));
    second.fill(1, START, START.plusSeconds(50));
    TopicOfTests other = new TopicOfTests(first.server(), first.name() + "-other");
    other.createAgain(1);
    other.fill(0, START, START.plusSeconds(10));

    WindowReading named =
        read(
            options(
                first,
                List.of(first.name(), second.name()),
                null,
                KafkaOptions.DEFAULT_SLACK,
                Map.of()));
    assertThat(named.gaps()).isEmpty();
    assertThat(named.ids()).hasSize(150);
    WindowReading matching =
        read(
            options(
                first,
                List.of(),
                first.name() + "(\\.more)?",
                KafkaOptions.DEFAULT_SLACK,
                Map.of()));
    assertThat(matching.ids()).isEqualTo(named.ids());
  }

  @Test
  void offsets_areReadExactlyAndWhatIsMissingOfThemIsAGap() throws Exception {
    TopicOfTests topic = topic(3);
    topic.fill(0, START, START.plusSeconds(100));
    topic.fill(1, START, START.plusSeconds(100));
    topic.fill(2, START, START.plusSeconds(100));
    topic.deleteBefore(1, 40);
    Map<String, OffsetRange> offsets =
        Map.of(
            topic.name() + "-0",
            new OffsetRange(20, 30),
            topic.name() + "-1",
            new OffsetRange(35, 120));
    KafkaWindow window = resolve(options(topic, offsets));
    WindowReading reading = WindowReading.of(window);

    List<String> expected = new ArrayList<>(ids(0, 20, 30));
    expected.addAll(ids(1, 40, 100));
    assertThat(reading.ids()).isEqualTo(expected);
    assertThat(reading.gaps())
        .containsExactly(
            new Gap(topic.name() + "-1", "offsets 35 to 39 deleted: the log begins at 40"),
            new Gap(topic.name() + "-1", "offsets 100 to 119 not there: the log ends at 100"));
    assertThat(reading.warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning).endsWith("not read are " + topic.name() + "-2."));
  }

  @Test
  void slack_findsEventsOutOfOrderAndTellsHowFarTheyLay() throws Exception {
    TopicOfTests early = topic(1);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    Instant end = WINDOW.to();
    for (int minute = -30; minute < 60; minute++) {
      Instant stamp = START.plusSeconds(60L * minute);
      records.add(early.event(0, "filling" + minute, stamp.minusSeconds(86_400), stamp));
      switch (minute) {
        case -11 -> records.add(early.event(0, "before the slack", START, stamp));
        case -7 -> records.add(early.event(0, "early edge", START, stamp));
        case -2 -> records.add(early.event(0, "early", START, stamp));
        case 10 -> records.add(early.event(0, "in time", stamp, stamp));
        case 11 -> records.add(early.event(0, "of another time", end, stamp));
        case 32 -> records.add(early.event(0, "late", end.minusMillis(1), stamp));
        case 37 -> records.add(early.event(0, "late edge", end.minusMillis(1), stamp));
        case 41 -> records.add(early.event(0, "behind the slack", end.minusMillis(1), stamp));
        default -> {}
      }
    }
    early.send(records);
    WindowReading reading = read(options(early));

    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids())
        .containsExactly("early edge", "early", "in time", "late", "late edge");
    assertThat(reading.inSlack()).isEqualTo(4);
    assertThat(reading.warnings())
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning)
                    .startsWith("2 events of the window lay in the outer half of the slack")
                    .contains("before it PT10M, after it PT10M", "events.kafka.slack"));

    WindowReading wider = read(options(early, Duration.ofMinutes(15)));
    assertThat(wider.ids()).contains("before the slack", "behind the slack").hasSize(7);
  }

  /** An event that arrives a moment after its window is over is as it should be. */
  @Test
  void eventsInTheInnerHalfOfTheSlack_areCountedWithoutAWarning() throws Exception {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(60));
    Instant end = WINDOW.to();
    topic.send(List.of(topic.event(0, "late", end.minusMillis(1), end.plusSeconds(240))));
    topic.fill(0, end.plusSeconds(240), end.plusSeconds(3_600));
    WindowReading reading = read(options(topic));
    assertThat(reading.ids()).contains("late");
    assertThat(reading.inSlack()).isEqualTo(1);
    assertThat(reading.warnings()).isEmpty();
  }

  /** One producer's clock was wrong; the brokers name its record for the window's end. */
  @Test
  void recordOfTheFuture_doesNotEndTheWindowThere() throws Exception {
    TopicOfTests topic = topic(1);
    topic.fill(0, START.minusSeconds(1_200), START.plusSeconds(300));
    topic.send(List.of(topic.event(0, "future", START.plusSeconds(86_400))));
    topic.fill(0, START.plusSeconds(300), START.plusSeconds(12_000));
    WindowReading reading = read(options(topic));

    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids()).hasSize(1_800).contains("0-1499", "0-1501", "0-3000");
  }

  @Test
  void timesOfTheBrokers_areWarnedOf() throws Exception {
    TopicOfTests topic =
        TopicOfTests.create(
            KafkaServer.shared(), 1, Map.of("message.timestamp.type", "LogAppendTime"));
    topic.fill(0, START, START.plusSeconds(10));
    WindowReading reading = read(options(topic));
    assertThat(reading.ids()).isEmpty();
    assertThat(reading.warnings())
        .anySatisfy(
            warning ->
                assertThat(warning)
                    .contains(topic.name(), "LogAppendTime", "PT10M", "events.kafka.slack-after"));
    // Whoever knows the offsets reads them all the same.
    assertThat(read(options(topic, Map.of(topic.name() + "-0", new OffsetRange(0, 10)))).ids())
        .hasSize(10);
  }

  @Test
  void windowThatIsNotOver_isWarnedOf() throws Exception {
    TopicOfTests topic = topic(1);
    topic.fill(0, START, START.plusSeconds(60));
    assertThat(read(options(topic)).warnings())
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning)
                    .startsWith("The newest record of topic " + topic.name())
                    .endsWith("events that come later are not in this plan."));
  }
}
