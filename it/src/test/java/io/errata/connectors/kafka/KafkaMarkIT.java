package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.servers.KafkaServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** A split of a partition goes on within itself, with the receipt of one that was never left. */
class KafkaMarkIT {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");
  private static final Window WINDOW = new Window(START, START.plusSeconds(60));
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(new EventField("value", ColumnType.LONG)));

  private static TopicOfTests topic() {
    return TopicOfTests.create(KafkaServer.shared(), 1, Map.of());
  }

  private static KafkaWindow resolve(TopicOfTests topic) {
    return (KafkaWindow)
        new KafkaWindowSource(
                KafkaOptions.of(topic.server().brokers(), topic.name()),
                new JsonRecordFormat(),
                Optional.empty())
            .resolve(WINDOW, SCHEMA, Optional.empty());
  }

  /** Where a split stands behind so many records. */
  private record Place(int records, Bytes mark) {}

  /** The offset of each event, and the receipt. */
  private record Reading(List<Object> records, List<Place> places) {}

  private static Reading read(SplitOpener.Session session, ReadSplit split) throws Exception {
    List<Object> records = new ArrayList<>();
    List<Place> places = new ArrayList<>();
    try (SplitCursor cursor = session.open(split)) {
      cursor.pace(ReadPace.unlimited());
      for (SourceRecord next = cursor.next(); next != null; next = cursor.next()) {
        records.add(next instanceof EventRecord event ? event.position() : next);
        Bytes mark = cursor.mark();
        if (mark != null) {
          places.add(new Place(records.size(), mark));
        }
      }
    }
    return new Reading(records, places);
  }

  /** Committed and aborted records by turns, some late, some of another time, some broken. */
  private static TopicOfTests mixed() {
    TopicOfTests topic = topic();
    topic.fill(0, START.minusSeconds(5), START);
    try (Producer<byte[], byte[]> producer = topic.transactional("mixed")) {
      for (int i = 0; i < 12; i++) {
        Instant time = START.plusSeconds(4 * i);
        producer.beginTransaction();
        producer.send(topic.event(0, "e" + i, time));
        producer.send(topic.event(0, "late" + i, time, START.minusSeconds(30)));
        producer.send(topic.event(0, "other" + i, START.minusSeconds(9), time));
        producer.send(topic.record(0, null, "no JSON", time));
        producer.flush();
        if (i % 3 == 1) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
    topic.settle(0);
    topic.fill(0, START.plusSeconds(50), START.plusSeconds(65));
    return topic;
  }

  @Test
  void split_goesOnAtEachMark_toTheSameReceipt() throws Exception {
    KafkaWindow window = resolve(mixed());
    ReadSplit split = window.splits().get(0);
    try (SplitOpener.Session session = window.opener().session()) {
      Reading whole = read(session, split);
      SplitReceipt receipt = (SplitReceipt) whole.records().get(whole.records().size() - 1);
      assertThat(receipt.gap()).isNull();
      assertThat(receipt.rejected()).isEqualTo(8);
      assertThat(receipt.offsets())
          .satisfies(found -> assertThat(found.inSlack()).isEqualTo(8))
          // Four transactions of four records that came to nothing, and twelve markers.
          .satisfies(found -> assertThat(found.vacant()).isEqualTo(4 * 4 + 12));
      assertThat(window.confirm(List.of(receipt))).isEmpty();
      assertThat(whole.places()).hasSizeGreaterThan(5);
      for (Place place : whole.places()) {
        Reading rest = read(session, split.behind(place.mark(), 0, -1));
        assertThat(rest.records())
            .as("behind " + place.records())
            .isEqualTo(whole.records().subList(place.records(), whole.records().size()));
      }
    }
  }

  /** What was read is not read again, so that it need not be there any more. */
  @Test
  void headThatIsDeletedBehindTheMark_isNoGap() throws Exception {
    TopicOfTests topic = topic();
    topic.fill(0, START.minusSeconds(5), START.plusSeconds(65));
    KafkaWindow window = resolve(topic);
    ReadSplit split = window.splits().get(0);
    Reading whole;
    try (SplitOpener.Session session = window.opener().session()) {
      whole = read(session, split);
    }
    Place place = whole.places().get(29);
    // The thirtieth event of the window is behind five others.
    topic.deleteBefore(0, 35);
    try (SplitOpener.Session session = window.opener().session()) {
      Reading rest = read(session, split.behind(place.mark(), 0, -1));
      assertThat(rest.records())
          .isEqualTo(whole.records().subList(place.records(), whole.records().size()));
      assertThat(((SplitReceipt) Objects.requireNonNull(rest.records().get(30))).gap()).isNull();
    }
    try (SplitOpener.Session session = window.opener().session()) {
      Reading anew = read(session, split);
      SplitReceipt receipt = (SplitReceipt) anew.records().get(anew.records().size() - 1);
      assertThat(receipt.gap()).contains("deleted while the plan was made");
    }
  }
}
