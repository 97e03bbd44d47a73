package io.errata.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.RawEvent;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.Conditions;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.record.JsonRecordFormat;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.time.Deadline;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is decoded of a record: little where the filter refuses it by its key or its headers; and
 * nothing that leans on the piece that was fetched with it.
 */
class KafkaRowTest {
  private static final Window WINDOW =
      new Window(Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-10T13:00:00Z"));
  private static final String IN = "2024-06-10T12:10:00Z";
  private static final String OUT = "2024-06-10T13:10:00Z";

  private final Counted format = new Counted(new JsonRecordFormat());

  @Test
  void recordOfAnotherKey_isCounted_andOnlyItsTimeDecoded() throws IOException {
    Read read = read("kafka.key = 'ann' and amount > 0", record("ben", null, event(IN)));
    assertThat(read.events).isEmpty();
    assertThat(read.receipt.inWindow()).isEqualTo(1);
    assertThat(read.receipt.filtered()).isEqualTo(1);
    assertThat(read.receipt.read()).isEqualTo(1);
    assertThat(format.decoded).containsExactly("ts");
  }

  @Test
  void recordOfAnotherKey_outsideOfTheWindow_isOnlyRead() throws IOException {
    Read read = read("kafka.key = 'ann'", record("ben", null, event(OUT)));
    assertThat(read.events).isEmpty();
    assertThat(read.receipt.inWindow()).isZero();
    assertThat(read.receipt.filtered()).isZero();
    assertThat(read.receipt.read()).isEqualTo(1);
  }

  @Test
  void recordOfTheKey_isAnEvent() throws IOException {
    Read read = read("kafka.key = 'ann' and amount > 0", record("ann", null, event(IN)));
    assertThat(read.events).singleElement().satisfies(e -> assertThat(e.id()).isEqualTo("e1"));
    assertThat(format.decoded).containsExactly("id, ts, amount");
  }

  @Test
  void recordWithoutAKey_isNotWanted() throws IOException {
    Read read = read("kafka.key <> 'ann'", record(null, null, event(IN)));
    assertThat(read.events).isEmpty();
    assertThat(read.receipt.filtered()).isEqualTo(1);
    assertThat(format.decoded).containsExactly("ts");
  }

  @Test
  void header_decidesAsAKeyDoes() throws IOException {
    String where = "kafka.headers.kind in ('payment', 'refund')";
    assertThat(read(where, record("ann", "login", event(IN))).events).isEmpty();
    assertThat(format.decoded).containsExactly("ts");
    assertThat(read(where, record("ann", "refund", event(IN))).events).hasSize(1);
  }

  @Test
  void eitherOfTwo_needsTheValue() throws IOException {
    Read read = read("kafka.key = 'ann' or amount > 0", record("ben", null, event(IN)));
    assertThat(read.events).hasSize(1);
    assertThat(format.decoded).containsExactly("id, ts, amount");
  }

  @Test
  void recordWhoseTimeIsNotKnown_isRejectedAllTheSame() throws IOException {
    Read read = read("kafka.key = 'ann'", record("ben", null, event("yesterday")));
    assertThat(read.events)
        .singleElement()
        .satisfies(e -> assertThat(e.rejection().orElse("")).contains("ts (the time)"));
    Read broken = read("kafka.key = 'ann'", record("ben", null, "{\"id\":\"e1\""));
    assertThat(broken.events)
        .singleElement()
        .satisfies(e -> assertThat(e.rejection().orElse("")).contains("not JSON"));
  }

  private static final String BROKEN = "{\"id\":\"e1\",\"note\":\"caf\u00e9";
  private static final String OF_ANN = "kafka.key = 'ann' and kafka.headers.kind = 'payment'";

  /** Kafka's consumer may do what it likes with what it fetched, once it is asked for more. */
  @Test
  void rejectedEvent_isWhatItWas_whenMoreIsFetched() throws IOException {
    byte[] piece = piece("ann", BROKEN);
    EventRecord event = rejected(record(slice(piece, 3, 3), "payment", valueOf(piece, BROKEN)));
    Arrays.fill(piece, (byte) 'x');
    RawEvent raw = event.raw().orElseThrow();
    assertThat(raw.value()).isEqualTo(Bytes.of(BROKEN.getBytes(UTF_8)));
    assertThat(raw.size()).isEqualTo(BROKEN.getBytes(UTF_8).length);
    assertThat(raw.key()).isEqualTo(Bytes.of("ann".getBytes(UTF_8)));
    assertThat(event.value("kafka.key")).isEqualTo("ann");
    assertThat(event.value("kafka.headers.kind")).isEqualTo("payment");
  }

  @Test
  void event_isWhatItWas_whenMoreIsFetched() throws IOException {
    String json = event(IN).replace("5}", "5.25,\"note\":\"caf\u00e9\"}");
    byte[] piece = piece("ann", json);
    Read read = read(OF_ANN, record(slice(piece, 3, 3), "payment", valueOf(piece, json)));
    Arrays.fill(piece, (byte) 'x');
    assertThat(read.events)
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.id()).isEqualTo("e1");
              assertThat(e.time()).isEqualTo(Instant.parse(IN));
              assertThat(e.value("amount")).isEqualTo(new BigDecimal("5.25"));
              assertThat(e.value("kafka.key")).isEqualTo("ann");
            });
  }

  @Test
  void keyAsBytes_isWhatItWas_whenMoreIsFetched() throws IOException {
    byte[] piece = piece("ann", event(IN));
    EventSchema schema =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MILLIS,
            null,
            null,
            List.of(),
            List.of(new EventField("kafka.key", ColumnType.BYTES)));
    @Nullable EventRecord event =
        read(
            new FieldPlan(schema),
            Optional.empty(),
            record(slice(piece, 3, 3), null, valueOf(piece, event(IN))),
            new EventAssembler(new FieldPlan(schema), WINDOW, Optional.empty()));
    Arrays.fill(piece, (byte) 'x');
    assertThat(event).isNotNull();
    assertThat(event.value("kafka.key")).isEqualTo(Bytes.of("ann".getBytes(UTF_8)));
  }

  /** One event may be kept for as long as the job runs. */
  @Test
  void event_doesNotKeepWhatWasFetchedWithIt() throws Exception {
    byte[] piece = piece("ann", event(IN));
    byte[] broken = piece("ann", BROKEN);
    List<WeakReference<byte[]>> fetched =
        List.of(new WeakReference<>(piece), new WeakReference<>(broken));
    List<EventRecord> kept = new ArrayList<>();
    kept.addAll(
        read(OF_ANN, record(slice(piece, 3, 3), "payment", valueOf(piece, event(IN)))).events);
    kept.add(rejected(record(slice(broken, 3, 3), "payment", valueOf(broken, BROKEN))));
    piece = null;
    broken = null;
    Deadline patience = Deadline.fromNow(Duration.ofSeconds(10));
    while (fetched.stream().anyMatch(each -> each.get() != null) && patience.hasTimeLeft()) {
      System.gc();
    }
    assertThat(fetched).allSatisfy(each -> assertThat(each.get()).isNull());
    assertThat(kept).hasSize(2);
  }

  @Test
  void bytesThatAreInNoArray_areReadAsWell() throws IOException {
    byte[] piece = piece("ann", event(IN));
    ByteBuffer direct = ByteBuffer.allocateDirect(piece.length).put(piece).flip();
    ByteBuffer inside = direct.duplicate().position(6).limit(6 + event(IN).length());
    ByteBuffer readOnly = slice(piece, 3, 3).asReadOnlyBuffer();
    assertThat(read(OF_ANN, record(readOnly, "payment", inside)).events)
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.id()).isEqualTo("e1");
              assertThat(e.value("kafka.key")).isEqualTo("ann");
            });
    direct.put(6, (byte) '!');
    RawEvent raw = rejected(record(readOnly, "payment", inside)).raw().orElseThrow();
    assertThat(raw.value()).isEqualTo(Bytes.of(event(IN).replaceFirst(".", "!").getBytes(UTF_8)));
    assertThat(raw.key()).isEqualTo(Bytes.of("ann".getBytes(UTF_8)));
  }

  /** How the bytes are looked at is the consumer's, who may look at them again. */
  @Test
  void buffer_isLeftAsItWas() throws IOException {
    byte[] piece = piece("ann", event(IN));
    ConsumerRecord<ByteBuffer, ByteBuffer> record =
        record(slice(piece, 3, 3), "payment", valueOf(piece, event(IN)));
    read(OF_ANN, record);
    assertThat(record.key()).isEqualTo(slice(piece, 3, 3));
    assertThat(record.value().remaining()).isEqualTo(event(IN).length());
  }

  /** A key and a value, with more before, between and behind them. */
  private static byte[] piece(String key, String value) {
    return ("111" + key + value + "1111").getBytes(UTF_8);
  }

  private static ByteBuffer valueOf(byte[] piece, String value) {
    // A part of a part, as Kafka makes them: neither begins where the array does.
    return slice(piece, 2, piece.length - 2).position(4).limit(4 + value.getBytes(UTF_8).length);
  }

  private static ByteBuffer slice(byte[] piece, int offset, int length) {
    return ByteBuffer.wrap(piece, offset, length).slice();
  }

  private EventRecord rejected(ConsumerRecord<ByteBuffer, ByteBuffer> record) throws IOException {
    List<EventRecord> events = read(OF_ANN, record).events;
    assertThat(events).singleElement().satisfies(e -> assertThat(e.rejection()).isPresent());
    return events.get(0);
  }

  private record Read(List<EventRecord> events, SplitReceipt receipt) {}

  private Read read(String where, ConsumerRecord<ByteBuffer, ByteBuffer> record)
      throws IOException {
    Condition condition = Conditions.parse(where);
    List<EventField> payload = new ArrayList<>();
    for (String field : condition.fields()) {
      payload.add(
          new EventField(field, field.equals("amount") ? ColumnType.DECIMAL : ColumnType.TEXT));
    }
    if (!condition.fields().contains("amount")) {
      payload.add(new EventField("amount", ColumnType.DECIMAL));
    }
    EventSchema schema =
        new EventSchema("id", "ts", TimeUnit.MILLIS, null, null, List.of(), payload);
    FieldPlan plan = new FieldPlan(schema);
    EventAssembler assembler = new EventAssembler(plan, WINDOW, Optional.of(condition));
    @Nullable EventRecord event = read(plan, Optional.of(condition), record, assembler);
    ReadSplit split = new ReadSplit("payments-0@0", "payments-0", 0, 1, 0, 1, -1, "", false);
    return new Read(event == null ? List.of() : List.of(event), assembler.receipt(split, null));
  }

  private @Nullable EventRecord read(
      FieldPlan plan,
      Optional<Condition> condition,
      ConsumerRecord<ByteBuffer, ByteBuffer> record,
      EventAssembler assembler)
      throws IOException {
    format.decoded.clear();
    try (KafkaRow row = new KafkaRow(plan, format, null, condition)) {
      row.take(record);
      assertThat(row.next()).isTrue();
      if (row.isUnwanted()) {
        assembler.count(row);
        return null;
      }
      return (@Nullable EventRecord) assembler.assemble(row, "payments-0");
    }
  }

  private static String event(String time) {
    return "{\"id\":\"e1\",\"ts\":\"" + time + "\",\"amount\":5}";
  }

  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(
      @Nullable String key, @Nullable String kind, String value) {
    return record(key == null ? null : UTF_8.encode(key), kind, UTF_8.encode(value));
  }

  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(
      @Nullable ByteBuffer key, @Nullable String kind, ByteBuffer value) {
    RecordHeaders headers = new RecordHeaders();
    if (kind != null) {
      headers.add("kind", kind.getBytes(UTF_8));
    }
    return new ConsumerRecord<>(
        "payments",
        0,
        0L,
        0L,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  /** Another format, and which fields it was asked to decode. */
  private record Counted(RecordFormat format, List<String> decoded) implements RecordFormat {
    private static final long serialVersionUID = 1;

    Counted(RecordFormat format) {
      this(format, new ArrayList<>());
    }

    @Override
    public SourceColumns columns(List<byte[]> sample) throws IOException {
      return format.columns(sample);
    }

    @Override
    public boolean isSampled() {
      return format.isSampled();
    }

    @Override
    public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
      RecordDecoder decoder = format.open(plan, paths, part);
      return new RecordDecoder() {
        @Override
        public @Nullable String decode(
            byte[] data, int offset, int length, ConsumerRecord<?, ?> from) throws IOException {
          decoded.add(String.join(", ", paths));
          return decoder.decode(data, offset, length, from);
        }

        @Override
        public @Nullable Object[] values() {
          return decoder.values();
        }

        @Override
        public void close() throws IOException {
          decoder.close();
        }
      };
    }
  }
}
