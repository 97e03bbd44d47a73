package io.errata.connectors.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedEventsTest {
  private static final Object[] PAYLOAD = {
    null,
    7,
    -8L,
    new BigDecimal("1.50"),
    new BigDecimal("123456789012345678901234567890.5"),
    0.1,
    true,
    "text".repeat(50),
    Bytes.of(new byte[] {1, 2}),
    LocalDate.parse("2024-02-29"),
    Instant.parse("2024-02-29T12:00:00.000000001Z"),
    new UUID(3, 4),
    "é"
  };

  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(new EventField("seq", ColumnType.LONG), new EventField("of", ColumnType.TEXT)),
          IntStream.range(0, PAYLOAD.length)
              .mapToObj(i -> new EventField("f" + i, ColumnType.TEXT))
              .toList());

  private final PackedEvents events = new PackedEvents(SCHEMA, List.of("a file", "another"));

  @ParameterizedTest
  @ValueSource(strings = {"a file", "another", "one that is not known"})
  void event_comesBackAsItWas(String source) throws IOException {
    EventRecord event = event("an id", source, 5, PAYLOAD);
    byte[] packed = pack(event);
    EventRecord back = events.read(new DataInputDeserializer(packed));
    assertThat(back).usingRecursiveComparison().isEqualTo(event);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a file", "one that is not known"})
  void values_lieWhereTheyAreFound(String source) throws IOException {
    byte[] packed = pack(event("an id", source, 5, PAYLOAD));
    byte[] shifted = new byte[packed.length + 3];
    System.arraycopy(packed, 0, shifted, 3, packed.length);
    int[] places = new int[PAYLOAD.length];
    int content = events.locate(shifted, 3, places);
    assertThat(content).isEqualTo(events.contentOf(shifted, 3));
    for (int i = 0; i < PAYLOAD.length; i++) {
      DataInputDeserializer in =
          new DataInputDeserializer(shifted, places[i], shifted.length - places[i]);
      assertThat(ValueCodec.read(in)).isEqualTo(PAYLOAD[i]);
    }
    assertThat(ValueCodec.skip(shifted, places[PAYLOAD.length - 1])).isEqualTo(shifted.length);
    assertThat(ValueCodec.isNull(shifted, places[0])).isTrue();
    assertThat(ValueCodec.isNull(shifted, places[1])).isFalse();
    assertThat(ValueCodec.isInteger(shifted, places[1])).isTrue();
    assertThat(ValueCodec.isInteger(shifted, places[2])).isTrue();
    assertThat(ValueCodec.isInteger(shifted, places[5])).isFalse();
    assertThat(ValueCodec.integer(shifted, places[1])).isEqualTo(7);
    assertThat(ValueCodec.integer(shifted, places[2])).isEqualTo(-8);
  }

  @Test
  void secondPart_isTheSameBytesWhereverTheEventLies() throws IOException {
    byte[] one = pack(event("an id", "a file", 5, PAYLOAD));
    byte[] other = pack(event("another id", "one that is not known", 6, PAYLOAD));
    assertThat(content(one)).isEqualTo(content(other));
    @Nullable Object[] changed = PAYLOAD.clone();
    changed[2] = -9L;
    assertThat(content(pack(event("an id", "a file", 5, changed)))).isNotEqualTo(content(one));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-03-01T00:00:00Z",
        "2024-03-01T00:00:00.000000001Z",
        "2024-03-01T00:00:01Z",
        "1969-12-31T23:59:59.999999999Z",
        "1970-01-01T00:00:00Z"
      })
  void times_compareAsInstants(String text) throws IOException {
    Instant time = Instant.parse(text);
    for (String other : List.of("2024-03-01T00:00:00Z", "1970-01-01T00:00:00Z")) {
      byte[] left = pack(event(time));
      byte[] right = pack(event(Instant.parse(other)));
      int found =
          PackedEvents.compareTimes(
              left, events.contentOf(left, 0), right, events.contentOf(right, 0));
      assertThat(Integer.signum(found))
          .isEqualTo(Integer.signum(time.compareTo(Instant.parse(other))));
    }
  }

  private byte[] content(byte[] packed) {
    return Arrays.copyOfRange(packed, events.contentOf(packed, 0), packed.length);
  }

  private byte[] pack(EventRecord event) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    events.write(event, out);
    return out.getCopyOfBuffer();
  }

  private static EventRecord event(Instant time) {
    return new EventRecord(
        SCHEMA.payloadSchema(),
        "id",
        time,
        "",
        new Object[] {1L, null},
        PAYLOAD,
        new Position("a file", 0),
        null);
  }

  private static EventRecord event(String id, String source, long offset, Object[] payload) {
    return new EventRecord(
        SCHEMA.payloadSchema(),
        id,
        Instant.parse("2024-03-01T00:00:00.123456789Z"),
        "a type",
        new Object[] {offset, "part"},
        payload,
        new Position(source, offset),
        null);
  }
}
