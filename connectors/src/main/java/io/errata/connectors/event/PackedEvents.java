package io.errata.connectors.event;

import io.errata.api.Position;
import io.errata.api.RowSchema;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Events without a rejection as few bytes, within one job: in two parts, of which the second is
 * what copies of one event have in common. Where the second parts of two events of one id are the
 * same bytes, the events have the same content; where they are not, they may have it all the same.
 *
 * <p>The first part: where the event lies, the values of its sequence, and its id. The second: its
 * time, type and payload.
 */
public final class PackedEvents implements Serializable {
  private static final long serialVersionUID = 1;

  /** Beyond so many, the table would be larger than what it saves; their names are written out. */
  private static final int MOST_SOURCES = 4_096;

  private static final int WRITTEN_OUT = 0;

  private final EventSchema schema;
  private final RowSchema payloadSchema;
  private final String[] sources;
  private transient @Nullable Map<String, Integer> places;
  private transient @Nullable String lastSource;
  private transient int lastPlace;

  /**
   * @param sources of positions, as far as they are known: an event from one of them is shorter
   */
  public PackedEvents(EventSchema schema, List<String> sources) {
    this.schema = schema;
    this.payloadSchema = schema.payloadSchema();
    this.sources = sources.size() > MOST_SOURCES ? new String[0] : sources.toArray(new String[0]);
  }

  /** Writes both parts. */
  public void write(EventRecord event, DataOutputView out) throws IOException {
    writePosition(event.position().source(), event.position().offset(), out);
    for (int i = 0; i < event.sequenceSize(); i++) {
      ValueCodec.write(event.sequence(i), out);
    }
    ValueCodec.writeText(event.id(), out);
    writeTime(event.time(), out);
    ValueCodec.writeText(event.type(), out);
    for (int i = 0; i < payloadSchema.size(); i++) {
      ValueCodec.write(event.payload(i), out);
    }
  }

  /** Writes what comes before the values of the sequence. */
  void writePosition(String source, long offset, DataOutputView out) throws IOException {
    int place = place(source);
    out.writeShort(place);
    if (place == WRITTEN_OUT) {
      ValueCodec.writeText(source, out);
    }
    out.writeLong(offset);
  }

  /** Writes what comes between id and type. */
  static void writeTime(Instant time, DataOutputView out) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  /** Reads both parts. */
  public EventRecord read(DataInputView in) throws IOException {
    Position position = readPosition(in);
    @Nullable Object[] sequence = ValueCodec.readAll(schema.sequence().size(), in);
    String id = ValueCodec.readText(in);
    long seconds = in.readLong();
    Instant time = Instant.ofEpochSecond(seconds, in.readInt());
    String type = ValueCodec.readText(in);
    return new EventRecord(
        payloadSchema,
        id,
        time,
        type,
        sequence,
        ValueCodec.readAll(payloadSchema.size(), in),
        position,
        null);
  }

  private Position readPosition(DataInputView in) throws IOException {
    int place = in.readUnsignedShort();
    String source = place == WRITTEN_OUT ? ValueCodec.readText(in) : sources[place - 1];
    return new Position(source, in.readLong());
  }

  /** Where the event lies that was packed into some bytes. */
  public Position position(byte[] bytes, int offset, int length) throws IOException {
    return readPosition(new DataInputDeserializer(bytes, offset, length));
  }

  /**
   * Whether two packed events have the same bytes but for where they lie: nothing else can tell
   * them apart then.
   */
  public boolean areSameElsewhere(
      byte[] bytes, int offset, int length, byte[] others, int from, int size) {
    return Arrays.equals(
        bytes,
        sequenceOf(bytes, offset),
        offset + length,
        others,
        sequenceOf(others, from),
        from + size);
  }

  /**
   * Finds the values of a packed event.
   *
   * @param at where the event begins
   * @param places takes where each value of the payload begins, as {@link ValueCodec} tells them
   * @return where the second part begins
   */
  public int locate(byte[] bytes, int at, int[] places) {
    int content = contentOf(bytes, at);
    int next = ValueCodec.skipText(bytes, content + Long.BYTES + Integer.BYTES);
    for (int i = 0; i < places.length; i++) {
      places[i] = next;
      next = ValueCodec.skip(bytes, next);
    }
    return content;
  }

  /** Where the second part of the event begins that begins at a place. */
  public int contentOf(byte[] bytes, int at) {
    return ValueCodec.skipText(bytes, idOf(bytes, at));
  }

  /** Where the id lies of the event that begins at a place, as {@link ValueCodec} writes text. */
  public int idOf(byte[] bytes, int at) {
    int next = sequenceOf(bytes, at);
    for (int i = schema.sequence().size(); i > 0; i--) {
      next = ValueCodec.skip(bytes, next);
    }
    return next;
  }

  private static int sequenceOf(byte[] bytes, int at) {
    int next = at + Short.BYTES;
    if (bytes[at] == 0 && bytes[at + 1] == 0) {
      next = ValueCodec.skipText(bytes, next);
    }
    return next + Long.BYTES;
  }

  /**
   * The second of an event's time, by where its second part begins: as {@link
   * Instant#getEpochSecond}.
   */
  public static long second(byte[] bytes, int content) {
    return (long) ValueCodec.LONG_AT.get(bytes, content);
  }

  /** Compares the times of two events by where their second parts begin. */
  public static int compareTimes(byte[] bytes, int content, byte[] others, int othersContent) {
    int bySeconds = Long.compare(second(bytes, content), second(others, othersContent));
    return bySeconds != 0
        ? bySeconds
        : Integer.compare(
            (int) ValueCodec.INT_AT.get(bytes, content + Long.BYTES),
            (int) ValueCodec.INT_AT.get(others, othersContent + Long.BYTES));
  }

  private int place(String source) {
    // One split is read behind the other.
    if (!source.equals(lastSource)) {
      lastPlace = find(source);
      lastSource = source;
    }
    return lastPlace;
  }

  private int find(String source) {
    if (places == null) {
      places = new HashMap<>();
      for (int i = 0; i < sources.length; i++) {
        places.put(sources[i], i + 1);
      }
    }
    return places.getOrDefault(source, WRITTEN_OUT);
  }
}
