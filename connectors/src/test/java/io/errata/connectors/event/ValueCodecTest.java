package io.errata.connectors.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.expression.Conditions;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class ValueCodecTest {
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.NANOS,
          "kind",
          List.of(new EventField("seq", ColumnType.LONG)),
          List.of(new EventField("a", ColumnType.TEXT), new EventField("b", ColumnType.DECIMAL)));

  @Test
  void value_ofEveryTypeComesBackAsItWas() throws Exception {
    for (Object value :
        Arrays.asList(
            null,
            true,
            false,
            Integer.MIN_VALUE,
            Long.MAX_VALUE,
            -0.0,
            Double.NaN,
            Double.NEGATIVE_INFINITY,
            new BigDecimal("1.00"),
            new BigDecimal("-9".repeat(1)),
            new BigDecimal("9".repeat(1000) + "." + "1".repeat(50)),
            new BigDecimal("1e400"),
            "",
            "nul\0 😀 e\u0301",
            "x".repeat(100_000),
            Bytes.of(),
            Bytes.of(new byte[70_000]),
            LocalDate.MIN,
            LocalDate.MAX,
            Instant.MIN,
            Instant.MAX,
            Instant.parse("1969-12-31T23:59:59.999999999Z"),
            new UUID(Long.MIN_VALUE, -1),
            new Unreadable("because"))) {
      DataOutputSerializer out = new DataOutputSerializer(16);
      ValueCodec.write(value, out);
      DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
      assertThat(ValueCodec.read(in)).isEqualTo(value);
      assertThat(in.available()).isZero();
    }
  }

  @Test
  void value_ofAnotherClassOrTagIsRefused() {
    assertThatThrownBy(() -> ValueCodec.write('c', new DataOutputSerializer(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ValueCodec.read(new DataInputDeserializer(new byte[] {99})))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tag 99");
  }

  private static TypeSerializer<SourceRecord> serializer() {
    return SourceRecordTypeInfo.of(SCHEMA).createSerializer(new SerializerConfigImpl());
  }

  private static SourceRecord copy(TypeSerializer<SourceRecord> serializer, SourceRecord record)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(record, out);
    DataOutputSerializer again = new DataOutputSerializer(16);
    serializer.copy(new DataInputDeserializer(out.getCopyOfBuffer()), again);
    assertThat(again.getCopyOfBuffer()).isEqualTo(out.getCopyOfBuffer());
    return serializer.deserialize(new DataInputDeserializer(again.getCopyOfBuffer()));
  }

  @Test
  void event_comesBackWithAllThatItHas() throws Exception {
    EventRecord event =
        new EventRecord(
            SCHEMA.payloadSchema(),
            null,
            Instant.parse("2024-06-10T12:00:00.123456789Z"),
            "payment",
            new Object[] {7L},
            new Object[] {new Unreadable("why"), null},
            new Position("file", 42),
            "Cannot decode a: why");
    EventRecord read = (EventRecord) copy(serializer(), event);
    assertThat(read.knownId()).isEmpty();
    assertThat(read.time()).isEqualTo(event.time());
    assertThat(read.type()).isEqualTo("payment");
    assertThat(read.sequence(0)).isEqualTo(7L);
    assertThat(read.payload(0)).isEqualTo(new Unreadable("why"));
    assertThat(read.payload(1)).isNull();
    assertThat(read.position()).isEqualTo(new Position("file", 42));
    assertThat(read.rejection()).contains("Cannot decode a: why");
    assertThat(read.raw()).isEmpty();
    RawEvent raw = new RawEvent(Bytes.of((byte) 0, (byte) -1), 70_000, Bytes.of((byte) 7));
    assertThat(((EventRecord) copy(serializer(), event.withRaw(raw))).raw()).contains(raw);
    RawEvent tombstone = new RawEvent(null, 0, null);
    assertThat(((EventRecord) copy(serializer(), event.withRaw(tombstone))).raw())
        .contains(tombstone);
  }

  @Test
  void receipt_comesBackAsItWas() throws Exception {
    SplitReceipt receipt = new SplitReceipt("s", "f", 1, 2, 3, 4, "gap");
    assertThat(copy(serializer(), receipt)).isEqualTo(receipt);
    SplitReceipt whole = new SplitReceipt("s", "f", 1, 2, 3, 4, null);
    assertThat(copy(serializer(), whole)).isEqualTo(whole);
  }

  @Test
  void snapshot_restoresTheSerializerAndRefusesAnotherSchema() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer().snapshotConfiguration());
    TypeSerializerSnapshot<SourceRecord> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(restored.restoreSerializer()).isEqualTo(serializer());
    assertThat(
            serializer()
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isCompatibleAsIs())
        .isTrue();
    EventSchema other =
        new EventSchema("id", "ts", TimeUnit.NANOS, null, List.of(), SCHEMA.payload());
    assertThat(
            SourceRecordTypeInfo.of(other)
                .createSerializer(new SerializerConfigImpl())
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isIncompatible())
        .isTrue();
  }

  @Test
  void snapshot_ofASchemaWithZoneAndRules_isRestored() throws Exception {
    EventSchema ruled =
        new EventSchema(
            SCHEMA.id(),
            SCHEMA.time(),
            SCHEMA.timeUnit(),
            ZoneOffset.UTC,
            SCHEMA.type(),
            SCHEMA.sequence(),
            SCHEMA.payload(),
            List.of(new EventRule("a", "it is missing", Conditions.parse("a is not null"))));
    TypeSerializerSnapshot<SourceRecord> written =
        SourceRecordTypeInfo.of(ruled)
            .createSerializer(new SerializerConfigImpl())
            .snapshotConfiguration();
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, written);
    TypeSerializerSnapshot<SourceRecord> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(written.resolveSchemaCompatibility(restored).isCompatibleAsIs()).isTrue();
  }
}
