package io.errata.connectors.kafka;

import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.record.FuzzedAvroFormat;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as a record in Avro, in each encoding, also behind a schema that may be anything: it
 * gives an event, or one that is rejected in words; and what is decoded is what Avro's own reader
 * finds.
 */
public final class AvroRecordFuzz {
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MICROS,
          null,
          List.of(new EventField("seq", ColumnType.LONG)),
          List.of(
              new EventField("note", ColumnType.TEXT),
              new EventField("amount", ColumnType.DECIMAL),
              new EventField("user.name", ColumnType.TEXT)));
  private static final FieldPlan PLAN = new FieldPlan(SCHEMA);
  private static final List<String> PATHS =
      List.of("id", "ts", "seq", "note", "amount", "user.name");
  private static final Window ALL =
      new Window(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));
  private static final int MICROS_A_SECOND = 1_000_000;

  private AvroRecordFuzz() {}

  public static void read(byte[] data) throws Exception {
    if (data.length == 0) {
      return;
    }
    @Nullable Object[][] values = new @Nullable Object[1][];
    FuzzedAvroFormat[] format = new FuzzedAvroFormat[1];
    Budget.spend(
        () -> {
          format[0] = new FuzzedAvroFormat(data);
          values[0] = run(format[0]);
        });
    // Outside of the budget: Avro's own reader believes what a length says.
    if (values[0] != null) {
      compare(format[0], values[0]);
    }
  }

  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(FuzzedAvroFormat format) {
    return new ConsumerRecord<>(
        FuzzedAvroFormat.TOPIC, 0, 0, null, ByteBuffer.wrap(format.value()));
  }

  /** The values of the fields, or null where the record can't be decoded. */
  static @Nullable Object @Nullable [] run(FuzzedAvroFormat format) throws IOException {
    ConsumerRecord<ByteBuffer, ByteBuffer> record = record(format);
    @Nullable EventRecord event;
    try (KafkaRow row = new KafkaRow(PLAN, format, null, Optional.empty())) {
      row.take(record);
      row.next();
      event = (EventRecord) new EventAssembler(PLAN, ALL, Optional.empty()).assemble(row, "t-0");
    }
    try (RecordDecoder decoder = format.open(PLAN, PATHS, Part.VALUE)) {
      @Nullable String problem = decoder.decode(format.value(), 0, format.value().length, record);
      if (problem != null) {
        requireRejected(event, problem, format);
        return null;
      }
      if (event != null && event.rejection().isEmpty()) {
        Declared.same("Its id", String.valueOf(decoder.values()[0]), event.id());
      }
      return decoder.values();
    }
  }

  private static void requireRejected(
      @Nullable EventRecord event, String problem, FuzzedAvroFormat format) {
    boolean isKept = event != null && event.rejection().orElse("").contains(problem);
    if (!isKept) {
      throw new AssertionError("A record that can't be decoded is not rejected: " + problem);
    }
    boolean isClear =
        !problem.isBlank()
            && (format.isSchemaGiven()
                || (!problem.contains("memory") && !problem.matches(".*(Exception|Error)\\)?")));
    if (!isClear) {
      throw new AssertionError("A reason that isn't clear: " + problem);
    }
  }

  private static void compare(FuzzedAvroFormat format, @Nullable Object[] values) {
    Optional<Schema> writer = format.writer(record(format));
    if (writer.isEmpty()) {
      return;
    }
    GenericRecord expected;
    try {
      byte[] data = format.value();
      expected =
          new GenericDatumReader<GenericRecord>(writer.get(), FuzzedAvroFormat.READER)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(data, format.start(), data.length - format.start(), null));
    } catch (IOException
        | AvroRuntimeException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | UnsupportedOperationException e) {
      throw new AssertionError("Avro's own reader refuses what was read", e);
    }
    for (int i = 0; i < PATHS.size(); i++) {
      if (!(values[i] instanceof Unreadable)) {
        String path = PATHS.get(i);
        Declared.same(
            path,
            String.valueOf(values[i]),
            String.valueOf(expected(expected, path, writer.get())));
      }
    }
  }

  private static @Nullable Object expected(GenericRecord event, String path, Schema writer) {
    return switch (path) {
      case "ts" -> {
        long micros = (Long) event.get("ts");
        yield Instant.ofEpochSecond(
            Math.floorDiv(micros, MICROS_A_SECOND),
            Math.floorMod(micros, MICROS_A_SECOND) * 1_000L);
      }
      case "amount" -> {
        byte[] unscaled = new byte[((ByteBuffer) event.get("amount")).remaining()];
        ((ByteBuffer) event.get("amount")).duplicate().get(unscaled);
        int scale = ((Number) writer.getField("amount").schema().getObjectProp("scale")).intValue();
        yield new BigDecimal(new BigInteger(unscaled), scale);
      }
      case "user.name" -> ((GenericRecord) event.get("user")).get("name");
      default -> event.get(path);
    };
  }
}
