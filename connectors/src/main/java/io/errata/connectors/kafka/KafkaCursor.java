package io.errata.connectors.kafka;

import io.errata.api.Bytes;
import io.errata.api.ErrataException;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt.Offsets;
import io.errata.connectors.event.ValueCodec;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.time.Deadline;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
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

  /** Longer than a broker that has just started needs to know its topics. */
  private static final Duration NOT_SEEN = Duration.ofSeconds(4);

  /** Longer than a new leader takes to be chosen, or one broker to restart. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** So many stretches are told one by one. */
  private static final int NAMED = 5;

  private final KafkaRead read;
  private final KafkaSession session;
  private final Closeable owned;
  private final ReadSplit split;
  private final TopicPartition partition;
  private final String topicId;
  private final long end;
  private final SlackBounds bounds;
  private final EventAssembler assembler;
  private final KafkaRow row;
  private final List<OffsetRange> holes = new ArrayList<>();
  private final List<String> gaps = new ArrayList<>();

  private ReadPace pace = ReadPace.unlimited();
  private @Nullable Consumer<ByteBuffer, ByteBuffer> consumer;
  private Iterator<ConsumerRecord<ByteBuffer, ByteBuffer>> fetched = Collections.emptyIterator();
  private long expected;
  private long position;
  private long firstFound = -1;
  private long lastFound = -1;
  private long inSlack;
  private long atEdge;
  // How many records came since a mark was given.
  private long sinceMark;
  private @Nullable TopicDescription topic;
  private @Nullable Deadline notSeenUntil;
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
    this.topicId = read.topicIds().getOrDefault(partition.topic(), "");
    this.expected = split.offset();
    this.position = split.offset();
    this.end = split.offset() + split.length();
    this.bounds = read.bounds().getOrDefault(split.input(), SlackBounds.NONE);
    this.assembler = read.assembler();
    this.row = new KafkaRow(read.plan(), read.valueFormat(), read.keyFormat(), read.condition());
    if (split.mark().length() > 0) {
      goOnAt(split.mark());
    }
  }

  /** As if all before it had been read by this one. */
  private void goOnAt(Bytes mark) {
    try {
      DataInputDeserializer in = new DataInputDeserializer(mark.toArray());
      expected = in.readLong();
      position = expected;
      firstFound = in.readLong();
      lastFound = in.readLong();
      inSlack = in.readLong();
      atEdge = in.readLong();
      assembler.readCounts(in);
      for (int left = in.readInt(); left > 0; left--) {
        holes.add(new OffsetRange(in.readLong(), in.readLong()));
      }
      for (int left = in.readInt(); left > 0; left--) {
        gaps.add(ValueCodec.readText(in));
      }
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read the mark of " + split.splitId(), e);
    }
  }

  /**
   * Where the next record is expected, and all that the receipt will say of those before. Each hole
   * is a part of it, so that it is given only once as many records came since the last: however
   * many there are, marks take no more room than records do.
   */
  @Override
  public @Nullable Bytes mark() throws IOException {
    if (done || prepared != null || sinceMark <= holes.size()) {
      return null;
    }
    sinceMark = 0;
    DataOutputSerializer out = new DataOutputSerializer(128 + 16 * holes.size());
    out.writeLong(expected);
    out.writeLong(firstFound);
    out.writeLong(lastFound);
    out.writeLong(inSlack);
    out.writeLong(atEdge);
    assembler.writeCounts(out);
    out.writeInt(holes.size());
    for (OffsetRange hole : holes) {
      out.writeLong(hole.first());
      out.writeLong(hole.end());
    }
    out.writeInt(gaps.size());
    for (String gap : gaps) {
      ValueCodec.writeText(gap, out);
    }
    return Bytes.of(out.getCopyOfBuffer());
  }

  @Override
  public void pace(ReadPace next) {
    pace = next;
    assembler.pace(next);
  }

  @Override
  public void pack(EventPacker packer) {
    assembler.pack(packer);
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
      } else if (!(position >= end ? finish() : fetch())) {
        return false;
      }
    }
    return true;
  }

  private void take(ConsumerRecord<ByteBuffer, ByteBuffer> next) throws IOException {
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
    sinceMark++;
    long before = assembler.inWindow();
    row.take(next);
    row.next();
    @Nullable SourceRecord event = null;
    if (row.isUnwanted()) {
      assembler.count(row);
    } else {
      event = assembler.assemble(row, split.input());
    }
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
    Optional<String> gone = session.gone(partition.topic());
    if (gone.isPresent()) {
      stop(gone.get() + ": " + range(expected, end) + " missing");
      return true;
    }
    try {
      Consumer<ByteBuffer, ByteBuffer> from = consumer;
      if (from == null) {
        // Until it is told how much it may read, a reader under a limit waits here.
        pace.bytes(1);
        from = session.consumerAt(partition, position, fetchBytes());
        consumer = from;
      }
      // Records are pieces of what was fetched, which can go now.
      fetched = Collections.emptyIterator();
      row.clear();
      ConsumerRecords<ByteBuffer, ByteBuffer> records = from.poll(POLL);
      pace.bytes(session.takenBytes());
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
      return leaveOut();
    } catch (TimeoutException e) {
      // As if nothing had come.
      return doubt(e);
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
              + " missing)");
      return true;
    }
    return doubt(null);
  }

  /**
   * The consumer asks for the next piece while this one is used up: two of them are on their way.
   */
  private int fetchBytes() {
    int piece = pace.piece();
    return piece == ReadPace.unlimited().piece() ? Integer.MAX_VALUE : piece;
  }

  private ErrataException failure(Throwable e) {
    return KafkaFailure.of(e, "read " + split.input(), read.options());
  }

  /** What brokers couldn't answer is asked again, as long as there is patience. */
  private boolean later(@Nullable ErrataException unanswered) {
    if (unanswered != null && (!unanswered.code().retryable() || !patience.hasTimeLeft())) {
      throw unanswered;
    }
    if (!patience.hasTimeLeft()) {
      throw KafkaFailure.unreachable(
          "read " + split.input() + " behind offset " + position, read.options(), null);
    }
    LockSupport.parkNanos(POLL.toNanos());
    return false;
  }

  /** Nothing came: asks why, now and then. False where it may still come. */
  private boolean doubt(@Nullable TimeoutException e) {
    if (doubt.hasTimeLeft()) {
      return false;
    }
    doubt = Deadline.fromNow(DOUBT);
    try {
      if (identity() == Identity.ANOTHER) {
        return true;
      }
    } catch (ErrataException unanswered) {
      return later(unanswered);
    }
    if (patience.hasTimeLeft()) {
      return false;
    }
    long logEnd = offset(OffsetSpec.latest());
    if (logEnd < end) {
      stop(
          range(Math.max(logEnd, expected), end)
              + " lost: the log ends at "
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

  /** Whether a topic is the one that was resolved. */
  private enum Identity {
    SAME,
    /** It isn't; the split has ended with a gap. */
    ANOTHER,
    /** The brokers don't know any of that name, which may be so for a moment after a start. */
    NOT_SEEN
  }

  private Identity identity() {
    topic =
        session.admin().describe(List.of(partition.topic())).get(partition.topic()).orElse(null);
    TopicDescription found = topic;
    if (found == null) {
      notSeenUntil = notSeenUntil == null ? Deadline.fromNow(NOT_SEEN) : notSeenUntil;
      if (notSeenUntil.hasTimeLeft()) {
        return Identity.NOT_SEEN;
      }
      endOfTopic("the topic was deleted while the plan was made");
      return Identity.ANOTHER;
    }
    notSeenUntil = null;
    if (!found.topicId().toString().equals(topicId)) {
      endOfTopic(
          "the topic was deleted and made again while the plan was made (it had the id "
              + topicId
              + ", and has "
              + found.topicId()
              + ")");
      return Identity.ANOTHER;
    }
    return Identity.SAME;
  }

  /** Even what was read may be of a topic that took the name in the meantime. */
  private void endOfTopic(String what) {
    session.markGone(partition.topic(), what);
    stop(what + ": " + range(split.offset(), end) + " missing or of another topic");
  }

  /** The log no longer has the offset: goes on where it begins now. */
  private boolean leaveOut() {
    try {
      switch (identity()) {
        case ANOTHER:
          return true;
        case NOT_SEEN:
          return later(null);
        case SAME:
          break;
      }
      long logStart = offset(OffsetSpec.earliest());
      if (logStart > position) {
        long next = Math.min(logStart, end);
        gaps.add(
            range(expected, next)
                + " deleted while the plan was made: the log begins at "
                + logStart
                + " now");
        expected = next;
        position = next;
        consumer = null;
        return true;
      }
      long logEnd = offset(OffsetSpec.latest());
      if (logEnd < end) {
        stop(range(expected, end) + " lost: the log ends at " + logEnd);
        return true;
      }
      // They are there: a broker that is behind the others has answered.
      consumer = null;
      return later(null);
    } catch (ErrataException unanswered) {
      return later(unanswered);
    }
  }

  private static String range(long from, long to) {
    return OffsetResolver.range(from, to);
  }

  /** Ends the split short of its end. */
  private void stop(String gap) {
    gaps.add(gap);
    fetched = Collections.emptyIterator();
    receipt(0);
  }

  /** Accounts for what gave no record; false where brokers have to be asked again. */
  private boolean finish() {
    if (expected < end) {
      holes.add(new OffsetRange(expected, end));
      expected = end;
    }
    try {
      // An id never comes back: the same one now means the same topic all the while.
      return switch (identity()) {
        case ANOTHER -> true;
        case NOT_SEEN -> later(null);
        case SAME -> {
          accountForHoles();
          yield true;
        }
      };
    } catch (ErrataException unanswered) {
      return later(unanswered);
    }
  }

  private void accountForHoles() {
    long vacant = holes.stream().mapToLong(OffsetRange::size).sum();
    if (!holes.isEmpty() && !read.compacted().contains(partition.topic())) {
      List<OffsetRange> left =
          session.rawLog().unexplained(partition, Uuid.fromString(topicId), leader(), holes, pace);
      for (OffsetRange hole : left) {
        vacant -= hole.size();
      }
      left.stream()
          .limit(NAMED)
          .forEach(
              hole ->
                  gaps.add(
                      range(hole.first(), hole.end())
                          + " without a record: neither a transaction nor compaction explains it"));
      if (left.size() > NAMED) {
        gaps.add("and " + (left.size() - NAMED) + " more such stretches up to offset " + end);
      }
    }
    receipt(vacant);
  }

  private Node leader() {
    TopicDescription described = topic;
    @Nullable Node leader =
        described == null ? null : described.partitions().get(partition.partition()).leader();
    if (leader == null || leader.isEmpty()) {
      throw KafkaFailure.unreachable("read " + partition, read.options(), null);
    }
    return leader;
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
