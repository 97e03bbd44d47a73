package io.errata.connectors.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPackerTest {
  private static final Instant TIME = Instant.parse("2024-06-10T12:00:00.000000001Z");
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          "type",
          List.of(new EventField("seq", ColumnType.LONG)),
          List.of(
              new EventField("user", ColumnType.TEXT),
              new EventField("amount", ColumnType.DECIMAL)));

  private final PackedEvents form = new PackedEvents(SCHEMA, List.of("in"));
  private final EventPacker packer = new EventPacker(form);

  private static EventRecord event(String id, Long sequence, String user, BigDecimal amount) {
    return new EventRecord(
        SCHEMA.payloadSchema(),
        id,
        TIME,
        "paid",
        new @Nullable Object[] {sequence},
        new @Nullable Object[] {user, amount},
        new Position("in", 7),
        null);
  }

  private static AsciiText text(String text) {
    // Not from where the array begins, nor to where it ends.
    byte[] bytes = ("[" + text + "]").getBytes(UTF_8);
    return new AsciiText().set(bytes, 1, bytes.length - 2);
  }

  private byte[] written(EventRecord event) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    form.write(event, out);
    return out.getCopyOfBuffer();
  }

  private static byte[] onlyEvent(EventBlock block) {
    assertThat(block.count()).isEqualTo(1);
    assertThat(block.size(0)).isEqualTo(block.length() - EventBlock.HEAD);
    return Arrays.copyOfRange(block.bytes(), EventBlock.HEAD, block.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.01", "12.50", "999999999999999999", "0.000000000000000001"})
  void lazyValues_areTheBytesOfTheirValues(String number) throws IOException {
    BigDecimal amount = new BigDecimal(number);
    PlainNumber lazy = new PlainNumber().set(amount.unscaledValue().longValue(), amount.scale());
    String longer = "user-" + "x".repeat(200);
    packer.begin("in", 7);
    packer.value(new PlainNumber().set(-3, 0));
    packer.text(text("e1"));
    packer.time(TIME);
    packer.text(text("paid"));
    packer.value(text(longer));
    packer.asDecimal(lazy);
    packer.end(TIME);

    assertThat(onlyEvent(packer.take())).isEqualTo(written(event("e1", -3L, longer, amount)));
  }

  @Test
  void eventThatIsNotEnded_leavesNoTrace() throws IOException {
    EventRecord kept = event("e2", 1L, "u", BigDecimal.ONE);
    packer.begin("in", 6);
    packer.value(1L);
    packer.text("e1");
    packer.add(kept);
    packer.begin("in", 8);

    assertThat(onlyEvent(packer.take())).isEqualTo(written(kept));
  }

  @Test
  void nothing_isNoBlock() {
    assertThat(packer.take()).isNull();
    packer.begin("in", 6);
    assertThat(packer.take()).isNull();
  }

  @Test
  void blockThatWasTaken_isNotWrittenToAgain() throws IOException {
    EventRecord first = event("e1", 1L, "u", BigDecimal.ONE);
    packer.add(first);
    EventBlock block = packer.take();
    packer.add(event("e2", 2L, "v", BigDecimal.TEN));

    assertThat(onlyEvent(block)).isEqualTo(written(first));
  }
}
