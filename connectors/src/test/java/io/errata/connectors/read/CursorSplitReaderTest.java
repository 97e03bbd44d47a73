package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.Position;
import io.errata.api.RowSchema;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorSplitReaderTest {
  private static final int EVENTS = 3_000;
  private static final ReadSplit SPLIT =
      new ReadSplit("s", "in", 0, EVENTS, 0, EVENTS, -1, "", false);

  /** Numbers as events; opened again at a mark where it gives marks. */
  private static final class Numbers implements SplitCursor {
    private final long end;
    private final boolean marks;
    private final LongPredicate gone;
    private long next;
    private boolean done;
    private @Nullable EventPacker packer;

    private Numbers(ReadSplit split, long end, boolean marks) {
      this(split, end, marks, number -> false);
    }

    private Numbers(ReadSplit split, long end, boolean marks, LongPredicate gone) {
      this.end = end;
      this.marks = marks;
      this.gone = gone;
      this.next = split.mark().length() == 0 ? 0 : Long.parseLong(split.mark().toHex(), 16);
    }

    @Override
    public void pace(ReadPace pace) {}

    @Override
    public void pack(EventPacker into) {
      packer = into;
    }

    @Override
    public @Nullable SourceRecord next() {
      while (next < end) {
        long number = next++;
        if (gone.test(number)) {
          continue;
        }
        EventRecord event =
            new EventRecord(
                RowSchema.of(List.of()),
                "e" + number,
                Instant.ofEpochSecond(number),
                "",
                new Object[0],
                new Object[0],
                new Position("in", number),
                null);
        if (packer == null) {
          return event;
        }
        packer.add(event);
        if (packer.isFull()) {
          return packer.take();
        }
      }
      if (done) {
        return null;
      }
      done = true;
      return new SplitReceipt("s", "in", next, next, 0, 0, null);
    }

    @Override
    public int lastSize() {
      return 0;
    }

    @Override
    public @Nullable Bytes mark() {
      return marks ? Bytes.ofHex("%016x".formatted(next)) : null;
    }

    @Override
    public void close() {}
  }

  /** What a split gives until it ends or so many records have come, and where that leaves it. */
  private record Run(List<SourceRecord> records, ReadSplit left) {}

  private static Run read(ReadSplit split, SplitOpener opener, int most) throws IOException {
    List<SourceRecord> records = new ArrayList<>();
    Bytes mark = split.mark();
    long emitted = split.emitted();
    long last = split.emittedTo();
    try (CursorSplitReader reader =
        new CursorSplitReader(opener.session(), ReadPace.unlimited(), null)) {
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
      while (true) {
        RecordsWithSplitIds<Object> batch = reader.fetch();
        if (batch.nextSplit() != null) {
          for (Object next = batch.nextRecordFromSplit();
              next != null;
              next = batch.nextRecordFromSplit()) {
            if (next instanceof CursorSplitReader.Mark reached) {
              mark = reached.place();
              emitted = 0;
              continue;
            }
            records.add((SourceRecord) next);
            emitted++;
            last = next instanceof EventRecord event ? event.position().offset() : last;
            if (records.size() == most) {
              return new Run(records, split.behind(mark, emitted, last));
            }
          }
        }
        if (!batch.finishedSplits().isEmpty()) {
          return new Run(records, split.behind(mark, emitted, last));
        }
      }
    }
  }

  private static List<String> ids(Run run) {
    return run.records().stream()
        .map(r -> r instanceof EventRecord event ? event.id() : "receipt")
        .toList();
  }

  private static void assertGoesOnExactly(boolean marks, int first) throws IOException {
    SplitOpener opener = split -> new Numbers(split, EVENTS, marks);
    List<String> all = ids(read(SPLIT, opener, Integer.MAX_VALUE));
    Run begun = read(SPLIT, opener, first);
    ReadSplitSerializer codec = new ReadSplitSerializer();
    Run rest =
        read(
            codec.deserialize(codec.getVersion(), codec.serialize(begun.left())),
            opener,
            Integer.MAX_VALUE);

    assertThat(all).hasSize(EVENTS + 1).endsWith("receipt");
    List<String> both = new ArrayList<>(ids(begun));
    both.addAll(ids(rest));
    assertThat(both).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1_023, 1_024, 1_025, 2_999, 3_000, 3_001})
  void split_thatIsReadFromItsBeginningAgain_goesOnBehindWhatWasEmitted(int first)
      throws IOException {
    assertGoesOnExactly(false, first);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1_023, 1_024, 1_025, 2_999, 3_000, 3_001})
  void split_withMarks_goesOnBehindTheLastOne(int first) throws IOException {
    assertGoesOnExactly(true, first);
  }

  /** As compaction does, while a run is interrupted. */
  @ParameterizedTest
  @ValueSource(ints = {1_030, 1_500, 2_000})
  void emittedEventsThatAreGoneSince_costNoOtherEvent(int first) throws IOException {
    Run begun = read(SPLIT, split -> new Numbers(split, EVENTS, true), first);
    LongPredicate compacted = number -> number % 2 == 0 && number < first;
    Run rest =
        read(begun.left(), split -> new Numbers(split, EVENTS, true, compacted), Integer.MAX_VALUE);

    assertThat(ids(rest)).hasSize(EVENTS - first + 1).startsWith("e" + first);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void split_thatGivesLessAfterARestart_saysSoOnItsReceipt(boolean marks) throws IOException {
    Run begun = read(SPLIT, split -> new Numbers(split, EVENTS, marks), 2_000);
    Run rest = read(begun.left(), split -> new Numbers(split, 1_500, marks), Integer.MAX_VALUE);

    assertThat(rest.records()).hasSize(1);
    assertThat(((SplitReceipt) rest.records().get(0)).gap())
        .isEqualTo("it gave fewer events after a restart than before");
  }

  @Test
  void packed_allEventsComeInBlocksOfOneBuffer_beforeTheReceipt() throws IOException {
    EventSchema schema = new EventSchema("id", "ts", TimeUnit.MILLIS, null, List.of(), List.of());
    PackedEvents form = new PackedEvents(schema, List.of("in"));
    List<String> ids = new ArrayList<>();
    List<Object> records = new ArrayList<>();
    SplitOpener opener = split -> new Numbers(split, EVENTS, false);
    try (CursorSplitReader reader =
        new CursorSplitReader(opener.session(), ReadPace.unlimited(), form)) {
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(SPLIT)));
      RecordsWithSplitIds<Object> batch;
      do {
        batch = reader.fetch();
        while (batch.nextSplit() != null) {
          for (Object next = batch.nextRecordFromSplit();
              next != null;
              next = batch.nextRecordFromSplit()) {
            records.add(next);
          }
        }
      } while (batch.finishedSplits().isEmpty());
    }
    Object last = records.remove(records.size() - 1);
    for (Object each : records) {
      EventBlock block = (EventBlock) each;
      assertThat(block.length()).isLessThan(32 << 10);
      int before = ids.size();
      int at = 0;
      while (at < block.length()) {
        int size = block.size(at);
        at += EventBlock.HEAD;
        ids.add(form.read(new DataInputDeserializer(block.bytes(), at, size)).id());
        at += size;
      }
      assertThat(ids).hasSize(before + block.count());
      assertThat(block.newest()).isEqualTo(Instant.ofEpochSecond(ids.size() - 1));
    }
    assertThat(records).hasSizeBetween(2, 10);
    assertThat(last).isInstanceOf(SplitReceipt.class);
    assertThat(ids).isEqualTo(IntStream.range(0, EVENTS).mapToObj(number -> "e" + number).toList());
  }
}
