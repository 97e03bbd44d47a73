package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.Conditions;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.record.JsonRecordFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is decoded of a record that the filter refuses by its key or its headers. */
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

  private record Read(List<EventRecord> events, SplitReceipt receipt) {}

  private Read read(String where, ConsumerRecord<byte[], byte[]> record) throws IOException {
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
    format.decoded.clear();
    List<EventRecord> events = new ArrayList<>();
    try (KafkaRow row = new KafkaRow(plan, format, null, Optional.of(condition))) {
      row.take(record);
      assertThat(row.next()).isTrue();
      if (row.isUnwanted()) {
        assembler.count(row);
      } else {
        EventRecord event = assembler.assemble(row, "payments-0");
        if (event != null) {
          events.add(event);
        }
      }
    }
    ReadSplit split = new ReadSplit("payments-0@0", "payments-0", 0, 1, 0, 1, -1, 0, false);
    return new Read(events, assembler.receipt(split, null));
  }

  private static String event(String time) {
    return "{\"id\":\"e1\",\"ts\":\"" + time + "\",\"amount\":5}";
  }

  private static ConsumerRecord<byte[], byte[]> record(
      @Nullable String key, @Nullable String kind, String value) {
    RecordHeaders headers = new RecordHeaders();
    if (kind != null) {
      headers.add("kind", kind.getBytes(StandardCharsets.UTF_8));
    }
    return new ConsumerRecord<>(
        "payments",
        0,
        0L,
        0L,
        TimestampType.CREATE_TIME,
        0,
        0,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8),
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
    public SourceColumns columns(List<ConsumerRecord<byte[], byte[]>> sample, Part part)
        throws IOException {
      return format.columns(sample, part);
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
        public @Nullable String decode(byte[] data, ConsumerRecord<byte[], byte[]> from)
            throws IOException {
          decoded.add(String.join(", ", paths));
          return decoder.decode(data, from);
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
