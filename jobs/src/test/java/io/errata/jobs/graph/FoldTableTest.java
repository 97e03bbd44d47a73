package io.errata.jobs.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.PackedEvents;
import io.errata.jobs.aggregate.IntegerFold;
import io.errata.jobs.aggregate.IntegerFold.Gathered;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldTableTest {
  static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(
              new EventField("value", ColumnType.LONG),
              new EventField("user_id", ColumnType.TEXT),
              new EventField("shop", ColumnType.LONG)));

  /** As {@code count()}, {@code sum(value)} and {@code count(value)} by shop and user. */
  private static final IntegerFold FOLD =
      new IntegerFold(
          List.of("shop", "user_id"),
          List.of(
              new Gathered(Optional.empty(), false),
              new Gathered(Optional.of("value"), true),
              new Gathered(Optional.of("value"), false)));

  private final PackedEvents packed = new PackedEvents(SCHEMA, List.of("file"));
  private final Map<String, Expected> gathered = new TreeMap<>();
  private int flushes;
  private IntegerFold fold = FOLD;

  private static final class Expected {
    private long events;
    private long count;
    private BigInteger sum = BigInteger.ZERO;
    private long values;
    private long sums;
    private @Nullable EventRecord last;

    private void last(EventRecord event) {
      if (last == null || EventOrder.TOTAL.compare(event, last) > 0) {
        last = event;
      }
    }

    private String text() {
      return events + " " + count + " " + sum + " " + values + " " + sums + " " + last.id();
    }
  }

  private final class Taking implements FoldTable.KeyTest, FoldTable.Flushed {
    @Override
    public boolean passes(byte[] bytes, int offset, int length, int[] places) throws IOException {
      return !unpack(bytes, offset, length).value("user_id").equals("refused");
    }

    @Override
    public void accept(byte[] bytes, int offset, int length, long events, List<Long> numbers)
        throws IOException {
      flushes++;
      EventRecord last = unpack(bytes, offset, length);
      Expected key = gathered.computeIfAbsent(key(last), any -> new Expected());
      key.events += events;
      key.count += numbers.get(0);
      key.sums += numbers.get(2);
      key.sum = key.sum.add(BigInteger.valueOf(numbers.get(3)));
      key.values += numbers.get(4);
      key.last(last);
    }

    @Override
    public void single(byte[] bytes, int offset, int length) throws IOException {
      singles.add(unpack(bytes, offset, length).id());
    }

    @Override
    public boolean precedes(byte[] bytes, int offset, int length, byte[] other, int from, int size)
        throws IOException {
      return EventOrder.TOTAL.compare(unpack(bytes, offset, length), unpack(other, from, size)) < 0;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 30})
  void keys_haveWhatTheirEventsAddUpTo(long memory) throws IOException {
    Random random = new Random(11);
    List<EventRecord> events = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      Long value = random.nextInt(10) == 0 ? null : (long) random.nextInt();
      events.add(
          event(i, random.nextInt(50), value, "u" + random.nextInt(9_000), random.nextInt(2)));
    }
    assertFolded(memory, events);
    assertThat(flushes > gathered.size()).isEqualTo(memory == 0);
  }

  /** Its bytes are taken from the event as they lie there. */
  @Test
  void keys_whoseFieldsLieTogetherHaveWhatTheirEventsAddUpTo() throws IOException {
    fold = new IntegerFold(List.of("user_id", "shop"), FOLD.columns());
    Random random = new Random(14);
    List<EventRecord> events = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      events.add(event(i, random.nextInt(50), 1L, "u" + random.nextInt(900), random.nextInt(12)));
    }
    assertFolded(0, events);
  }

  @Test
  void sums_beyond64BitsAreGivenOnInParts() throws IOException {
    Random random = new Random(12);
    List<EventRecord> events = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      long value = random.nextBoolean() ? Long.MAX_VALUE - i : Long.MAX_VALUE / 2;
      events.add(event(i, 0, random.nextInt(9) == 0 ? Long.MIN_VALUE : value, "u" + i % 3, 1));
    }
    assertFolded(1L << 30, events);
    assertThat(gathered.values()).allMatch(key -> key.sum.bitLength() > 64);
  }

  @Test
  void keys_ofSeveralFieldsAreToldApartByAllOfThem() throws IOException {
    assertFolded(
        0, List.of(event(1, 0, 1L, "1", 11), event(2, 0, 2L, "11", 1), event(3, 0, 4L, "", 11)));
    assertThat(gathered).hasSize(3);
  }

  /** So many that some share the 32 bits of the hash that a table knows them by. */
  @ParameterizedTest
  @ValueSource(strings = {"", "u", "user ", "one of many users: "})
  void keys_ofOneHashAreToldApartByAllTheirBytes(String beginning) throws IOException {
    fold = new IntegerFold(List.of("user_id"), FOLD.columns());
    FoldTable table = table(1L << 30);
    int keys = 300_000;
    for (int i = 0; i < keys; i++) {
      byte[] bytes = pack(event(i, 0, 1L, beginning + (10_000_000 + i), 1));
      table.add(bytes, 0, bytes.length);
    }
    table.flush();
    assertThat(gathered).hasSize(keys);
  }

  @Test
  void lastEvent_mayBeLaterWithinItsSecond() throws IOException {
    List<EventRecord> events = new ArrayList<>();
    for (int nanos : new int[] {5, 9, 0, 7}) {
      events.add(
          new EventRecord(
              SCHEMA.payloadSchema(),
              "e" + nanos,
              Instant.ofEpochSecond(-1, nanos),
              "",
              new Object[0],
              new Object[] {1L, "u", 1L},
              new Position("file", nanos),
              null));
    }
    assertFolded(1L << 30, events);
    assertThat(gathered.get("1 u").last.id()).isEqualTo("e9");
  }

  @Test
  void event_ofARefusedKeyGoesTheOtherWay() throws IOException {
    FoldTable table = table(0);
    byte[] refused = pack(event(1, 0, 1L, "refused", 1));
    table.add(refused, 0, refused.length);
    byte[] taken = pack(event(2, 0, 1L, "taken", 1));
    table.add(taken, 0, taken.length);
    table.flush();
    assertThat(singles).containsExactly("e1");
    assertThat(gathered.keySet()).containsExactly("1 taken");
  }

  @Test
  void event_whoseValueIsNoIntegerGoesTheOtherWay() throws IOException {
    EventRecord event =
        new EventRecord(
            SCHEMA.payloadSchema(),
            "id",
            Instant.EPOCH,
            "",
            new Object[0],
            new Object[] {1.5, "u", 1L},
            new Position("file", 0),
            null);
    byte[] bytes = pack(event);
    FoldTable table = table(0);
    table.add(bytes, 0, bytes.length);
    table.flush();
    assertThat(singles).containsExactly("id");
    assertThat(gathered).isEmpty();
  }

  /** Larger than the arrays that others share, and one by one more than the memory. */
  @Test
  void keys_ofAnyLengthAreFolded() throws IOException {
    Random random = new Random(13);
    List<EventRecord> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int length = i % 2 == 0 ? 5 : 60_000 + random.nextInt(20_000) / 1_000 * 1_000;
      events.add(event(i, random.nextInt(50), (long) i, "u".repeat(length), i % 3));
    }
    assertFolded(0, events);
    assertThat(flushes).isGreaterThan(gathered.size());
  }

  /** Its place doesn't suffice for each of them. */
  @Test
  void lastEvent_mayBeLongerThanTheOneBefore() throws IOException {
    List<EventRecord> events = new ArrayList<>();
    int id = 1;
    for (int i = 0; i < 9; i++) {
      events.add(event(id, i, 1L, "a", 1));
      events.add(event(id + 1, i, 1L, "b", 1));
      id *= 10;
    }
    assertFolded(1L << 30, events);
  }

  private void assertFolded(long memory, List<EventRecord> events) throws IOException {
    FoldTable table = table(memory);
    Map<String, Expected> expected = new TreeMap<>();
    for (EventRecord event : events) {
      byte[] bytes = pack(event);
      table.add(bytes, 0, bytes.length);
      Expected key = expected.computeIfAbsent(key(event), any -> new Expected());
      Long value = (Long) event.value("value");
      key.events++;
      key.count++;
      key.values += value == null ? 0 : 1;
      key.sums += value == null ? 0 : 1;
      key.sum = key.sum.add(BigInteger.valueOf(value == null ? 0 : value));
      key.last(event);
    }
    table.flush();
    assertThat(texts(gathered)).isEqualTo(texts(expected));
    assertThat(singles).isEmpty();
  }

  private static Map<String, String> texts(Map<String, Expected> keys) {
    Map<String, String> texts = new TreeMap<>();
    keys.forEach((key, of) -> texts.put(key, of.text()));
    return texts;
  }

  private final List<String> singles = new ArrayList<>();

  private FoldTable table(long memory) {
    Taking taking = new Taking();
    return new FoldTable(fold, packed, SCHEMA.payloadSchema(), memory, taking, taking);
  }

  private static String key(EventRecord event) {
    return event.value("shop") + " " + event.value("user_id");
  }

  private static EventRecord event(
      int id, int second, @Nullable Long value, String user, long shop) {
    return new EventRecord(
        SCHEMA.payloadSchema(),
        "e" + id,
        Instant.ofEpochSecond(1_700_000_000L + second),
        "",
        new Object[0],
        new Object[] {value, user, shop},
        new Position("file", id),
        null);
  }

  private byte[] pack(EventRecord event) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    packed.write(event, out);
    return out.getCopyOfBuffer();
  }

  private EventRecord unpack(byte[] bytes, int offset, int length) throws IOException {
    return packed.read(new DataInputDeserializer(bytes, offset, length));
  }
}
