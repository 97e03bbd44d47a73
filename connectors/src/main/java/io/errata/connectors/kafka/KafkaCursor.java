package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt.Offsets;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.time.Deadline;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of offsets of one partition, and accounts for each of them: it gave a record, or it
 * is known why it has none, or it is in the gap of the receipt.
 *
 * <p>Whatever the log says ends in events, rejections or a gap. Brokers that don't answer are
 * waited for, as one that restarts is; when nothing has come for {@link #PATIENCE}, the job ends
 * with UNAVAILABLE.
 */
final class KafkaCursor implements SplitCursor {
  private static final Duration POLL = Duration.ofMillis(200);

  /** After that the brokers are asked whether the topic is still there. */
  private static final Duration DOUBT = Duration.ofSeconds(3);

  /** Longer than a new leader takes to be chosen, or one broker to restart. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final KafkaRead read;
  private final KafkaSession session;
  private final Closeable owned;
  private final ReadSplit split;
  private final TopicPartition partition;
  private final long end;
  private final SlackBounds bounds;
  private final EventAssembler assembler;
  private final KafkaRow row;
  private final List<OffsetRange> holes = new ArrayList<>();

  private ReadPace pace = ReadPace.unlimited();
  private @Nullable Consumer<byte[], byte[]> consumer;
  private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();
  private long expected;
  private long position;
  private long firstFound = -1;
  private long lastFound = -1;
  private long inSlack;
  private long atEdge;
  private final List<String> gaps = new ArrayList<>();
  private int timesNotThere;
  private Deadline patience = Deadline.fromNow(PATIENCE);
  private Deadline doubt = Deadline.fromNow(DOUBT);

  private @Nullable SourceRecord prepared;
  private boolean done;
  private int lastSize;

  /**
   * @param owned closed with the cursor
   */
  KafkaCursor(KafkaRead read, KafkaSession session, Closeable owned, ReadSplit split) {
    this.read = read;
    this.session = session;
    this.owned = owned;
    this.split = split;
    int dash = split.input().lastIndexOf('-');
    this.partition =
        new TopicPartition(
            split.input().substring(0, dash), Integer.parseInt(split.input().substring(dash + 1)));
    this.expected = split.offset();
    this.position = split.offset();
    this.end = split.offset() + split.length();
    this.bounds = read.bounds().getOrDefault(split.input(), SlackBounds.NONE);
    this.assembler = read.assembler();
    this.row = new KafkaRow(read.plan(), read.valueFormat(), read.keyFormat());
  }

  @Override
  public void pace(ReadPace next) {
    pace = next;
    assembler.pace(next);
  }

  @Override
  public @Nullable SourceRecord next() throws IOException {
    while (!isReady()) {
      // The wait has its end in isReady().
      continue;
    }
    @Nullable SourceRecord next = prepared;
    prepared = null;
    return next;
  }

  @Override
  public boolean isReady() throws IOException {
    while (prepared == null && !done) {
      if (fetched.hasNext()) {
        take(fetched.next());
      } else if (position >= end) {
        patiently(this::finish);
      } else if (!fetch()) {
        return false;
      }
    }
    return true;
  }

  private void take(ConsumerRecord<byte[], byte[]> next) throws IOException {
    if (next.offset() >= end) {
      fetched = Collections.emptyIterator();
      position = end;
      return;
    }
    if (next.offset() > expected) {
      holes.add(new OffsetRange(expected, next.offset()));
    }
    expected = next.offset() + 1;
    firstFound = firstFound < 0 ? next.offset() : firstFound;
    lastFound = next.offset();
    long before = assembler.inWindow();
    row.take(next);
    row.next();
    pace.bytes(row.size());
    @Nullable EventRecord event = assembler.assemble(row, split.input());
    if (assembler.inWindow() > before && bounds.isSlack(next.offset(), next.timestamp())) {
      inSlack++;
      atEdge += bounds.isEdge(next.offset(), next.timestamp()) ? 1 : 0;
    }
    if (event != null) {
      lastSize = row.size();
      prepared = event;
    }
  }

  /** Asks for more; false where nothing came yet. */
  private boolean fetch() {
    try {
      Consumer<byte[], byte[]> from = consumer;
      if (from == null) {
        from = session.consumerAt(partition, position);
        consumer = from;
      }
      ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
      fetched = records.records(partition).iterator();
      long now = from.position(partition, POLL);
      // Markers and aborted records move the position on, too.
      boolean moved = now > position || fetched.hasNext();
      position = now;
      if (moved) {
        patience = Deadline.fromNow(PATIENCE);
        doubt = Deadline.fromNow(DOUBT);
        return true;
      }
    } catch (OffsetOutOfRangeException e) {
      patiently(this::leaveOut);
      return true;
    } catch (TimeoutException e) {
      // As if nothing had come.
      return wait(e);
    } catch (AuthenticationException | AuthorizationException e) {
      throw failure(e);
    } catch (KafkaException e) {
      if (!KafkaFailure.isCorrupt(e)) {
        throw failure(e);
      }
      stop(
          "not decoded to its end: the log is corrupt from offset "
              + expected
              + " on ("
              + range(expected, end)
              + " are missing)");
      return true;
    }
    return wait(null);
  }

  private ErrataException failure(Throwable e) {
    return KafkaFailure.of(e, "read " + split.input(), read.options());
  }

  /** Does what needs an answer of the brokers, or leaves it to be done again. */
  private void patiently(Runnable step) {
    try {
      step.run();
    } catch (ErrataException e) {
      if (!e.code().retryable() || !patience.hasTimeLeft()) {
        throw e;
      }
    }
  }

  /** Nothing came: asks why, now and then. False where it may still come. */
  private boolean wait(@Nullable TimeoutException e) {
    if (doubt.hasTimeLeft()) {
      return false;
    }
    doubt = Deadline.fromNow(DOUBT);
    try {
      if (isAnotherTopic()) {
        return true;
      }
    } catch (ErrataException unanswered) {
      if (!patience.hasTimeLeft()) {
        throw unanswered;
      }
      return false;
    }
    if (patience.hasTimeLeft()) {
      return false;
    }
    long logEnd = offset(OffsetSpec.latest());
    if (logEnd < end) {
      stop(
          range(Math.max(logEnd, expected), end)
              + " are lost: the log ends at "
              + logEnd
              + " and ended behind them when the plan began");
      return true;
    }
    throw KafkaFailure.unreachable(
        "read " + split.input() + " behind offset " + position, read.options(), e);
  }

  private long offset(OffsetSpec spec) {
    return session
        .admin()
        .offsets(List.of(partition), spec, IsolationLevel.READ_UNCOMMITTED)
        .get(partition)
        .offset();
  }

  /** Whether the topic isn't the one that was resolved any more; then the rest is a gap. */
  private boolean isAnotherTopic() {
    Optional<TopicDescription> topic =
        session.admin().describe(List.of(partition.topic())).get(partition.topic());
    if (topic.isEmpty()) {
      // A broker that has just started may not know its topics yet.
      timesNotThere++;
      if (timesNotThere < 2) {
        return false;
      }
      stop(
          "the topic was deleted while the plan was made: "
              + range(expected, end)
              + " are missing");
      return true;
    }
    timesNotThere = 0;
    if (!topic.get().topicId().toString().equals(read.topicIds().get(partition.topic()))) {
      stop(
          "the topic was deleted and made again while the plan was made (it had the id "
              + read.topicIds().get(partition.topic())
              + ", and has "
              + topic.get().topicId()
              + "): "
              + range(split.offset(), end)
              + " are of another topic or missing");
      return true;
    }
    return false;
  }

  /** The log no longer has the offset: goes on where it begins now. */
  private void leaveOut() {
    if (isAnotherTopic()) {
      return;
    }
    long logStart = offset(OffsetSpec.earliest());
    if (logStart <= position) {
      long logEnd = offset(OffsetSpec.latest());
      stop(range(expected, end) + " are lost: the log ends at " + logEnd);
      return;
    }
    long next = Math.min(logStart, end);
    gaps.add(
        range(expected, next)
            + " were deleted while the plan was made: the log begins at "
            + logStart
            + " now");
    expected = next;
    position = next;
    consumer = null;
  }

  private static String range(long from, long to) {
    return to - from == 1 ? "offset " + from : "offsets " + from + " to " + (to - 1);
  }

  /** Ends the split short of its end. */
  private void stop(String gap) {
    gaps.add(gap);
    fetched = Collections.emptyIterator();
    receipt(0);
  }

  private void finish() {
    if (expected < end) {
      holes.add(new OffsetRange(expected, end));
      expected = end;
    }
    // An id never comes back: the same one now means the same topic all the while.
    timesNotThere = 1;
    if (isAnotherTopic()) {
      return;
    }
    accountForHoles();
  }

  private void accountForHoles() {
    long vacant = 0;
    for (OffsetRange hole : holes) {
      if (read.compacted().contains(partition.topic())) {
        vacant += hole.size();
      } else {
        gaps.add(range(hole.first(), hole.end()) + " have no record, and nothing says why");
      }
    }
    receipt(vacant);
  }

  private void receipt(long vacant) {
    done = true;
    prepared =
        assembler.receipt(
            split,
            new Offsets(firstFound, lastFound, vacant, inSlack, atEdge),
            gaps.isEmpty() ? null : String.join("; ", gaps));
  }

  @Override
  public int lastSize() {
    return lastSize;
  }

  @Override
  public void close() throws IOException {
    try (owned) {
      row.close();
    }
  }
}
