package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Compares the copies of each event in Kafka with those in the archive, as {@link DedupeOperator}
 * would take them, and adds up by the hour.
 *
 * <p>Its input is sorted by the {@link SortKey} of the id (batch execution): no more is kept than
 * the ids of one number, and one entry for each hour.
 */
final class HoldingsOperator extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<SourceRecord, Long>, BoundedOneInput {
  private static final long serialVersionUID = 1;
  private static final long SECONDS_OF_AN_HOUR = 3_600;

  private final EventSchema schema;
  private final Set<String> partitions;

  private transient EventContent content;
  private transient HoldingsAccumulator found;
  private transient TaskCounter deduped;
  private transient Map<Long, HourHoldings> hours;
  private transient Map<String, Pair> group;
  private transient long groupKey;
  private transient long duplicatesInArchive;
  private transient long duplicatesInKafka;

  /**
   * @param partitions what Kafka's inputs are called
   */
  HoldingsOperator(EventSchema schema, Set<String> partitions) {
    this.schema = schema;
    this.partitions = new TreeSet<>(partitions);
  }

  /** The copies of one event in one of the two. */
  private static final class Copies {
    private final String content;
    private EventRecord kept;
    private boolean several;

    private Copies(EventRecord first, String content) {
      this.kept = first;
      this.content = content;
    }
  }

  /** One event in both. */
  private static final class Pair {
    private @Nullable Copies archive;
    private @Nullable Copies kafka;
  }

  @Override
  public void open() throws Exception {
    super.open();
    content = EventContent.of(schema);
    hours = new TreeMap<>();
    group = new LinkedHashMap<>();
    found = new HoldingsAccumulator();
    getRuntimeContext().addAccumulator(HoldingsAccumulator.NAME, found);
    deduped = new TaskCounter(Count.EVENTS_DEDUPED).open(getRuntimeContext());
  }

  @Override
  public void processElement(StreamRecord<SourceRecord> element) {
    EventRecord event = (EventRecord) element.getValue();
    deduped.add(1);
    long sortKey = SortKey.of(event.id());
    if (sortKey != groupKey) {
      finishGroup();
      groupKey = sortKey;
    }
    Pair pair = group.computeIfAbsent(event.id(), absent -> new Pair());
    if (partitions.contains(event.position().source())) {
      duplicatesInKafka += pair.kafka == null ? 0 : 1;
      pair.kafka = add(pair.kafka, event);
    } else {
      duplicatesInArchive += pair.archive == null ? 0 : 1;
      pair.archive = add(pair.archive, event);
    }
  }

  private Copies add(@Nullable Copies copies, EventRecord event) {
    String eventContent;
    try {
      eventContent = content.of(event);
    } catch (RuntimeException e) {
      // It has no canonical form, and is compared as it is.
      eventContent = "!" + content.exactly(event);
    }
    if (copies == null) {
      return new Copies(event, eventContent);
    }
    copies.several |= !eventContent.equals(copies.content);
    if (!copies.several && EventOrder.compareSequence(event, copies.kept) < 0) {
      copies.kept = event;
    }
    return copies;
  }

  private void finishGroup() {
    for (Pair pair : group.values()) {
      finish(pair.archive, pair.kafka);
    }
    group.clear();
  }

  private void finish(@Nullable Copies archive, @Nullable Copies kafka) {
    if (archive != null && kafka != null) {
      Digest inArchive = digest(archive);
      Digest inKafka = digest(kafka);
      boolean different = archive.several || kafka.several || !inArchive.equals(inKafka);
      add(archive, new HourHoldings(one(inArchive), SetDigest.EMPTY, 0, 0, different ? 1 : 0));
      add(kafka, new HourHoldings(SetDigest.EMPTY, one(inKafka), 0, 0, 0));
    } else if (archive != null) {
      add(archive, new HourHoldings(one(digest(archive)), SetDigest.EMPTY, 1, 0, 0));
    } else if (kafka != null) {
      add(kafka, new HourHoldings(SetDigest.EMPTY, one(digest(kafka)), 0, 1, 0));
    }
  }

  private void add(Copies copies, HourHoldings more) {
    long hour = Math.floorDiv(copies.kept.time().getEpochSecond(), SECONDS_OF_AN_HOUR);
    hours.merge(hour, more, HourHoldings::and);
  }

  private static SetDigest one(Digest digest) {
    return SetDigest.EMPTY.add(digest);
  }

  /** Of all that a plan would make use of: the content, and the place in the order. */
  private static Digest digest(Copies copies) {
    StringBuilder form = new StringBuilder();
    EventRecord event = copies.kept;
    form.append(event.id().length()).append(':').append(event.id()).append(copies.content);
    for (int i = 0; i < event.sequenceSize(); i++) {
      String text = String.valueOf(event.sequence(i));
      form.append('\n').append(text.length()).append(':').append(text);
    }
    return Digest.ofText(form.toString());
  }

  @Override
  public void endInput() {
    finishGroup();
    found.add(new Holdings(hours, duplicatesInArchive, duplicatesInKafka, List.of()));
  }
}
