package io.errata.bench;

import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.archive.ParquetSnapshot;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.format.JsonObjectParser;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.record.AvroRecordFormat;
import io.errata.connectors.record.SchemaChoice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.Conversions.DecimalConversion;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to decode one event: from the bytes to the values of the six fields of a sample.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
  /** So many rows that what a file costs once is little for each. */
  private static final int PARQUET_ROWS = 1 << 16;

  private static final Schema SCHEMA =
      SchemaBuilder.record("Event")
          .fields()
          .requiredString("event_id")
          .requiredLong("ts")
          .requiredString("type")
          .requiredLong("offset")
          .requiredString("user_id")
          .name("value")
          .type(LogicalTypes.decimal(12, 2).addToSchema(Schema.create(Schema.Type.BYTES)))
          .noDefault()
          .endRecord();
  private static final RowSchema COLUMNS =
      RowSchema.of(
          new Column("event_id", ColumnType.TEXT),
          new Column("ts", ColumnType.LONG),
          new Column("type", ColumnType.TEXT),
          new Column("offset", ColumnType.LONG),
          new Column("user_id", ColumnType.TEXT),
          new Column("value", ColumnType.DECIMAL));

  private final FieldPlan plan = new FieldPlan(Samples.EVENTS);
  private final JsonObjectParser jsonParser = new JsonObjectParser(plan);
  private final byte[][] json = new byte[Samples.COUNT][];
  private final byte[][] avro = new byte[Samples.COUNT][];
  private final ConsumerRecord<byte[], byte[]> from =
      new ConsumerRecord<>("events", 0, 0, new byte[0], new byte[0]);
  private RecordDecoder avroDecoder;
  private Path folder;
  private List<ParquetSnapshot.Part> parquet;
  private int next;

  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("errata-decode");
    for (int i = 0; i < Samples.COUNT; i++) {
      json[i] = json(Samples.event(i));
      avro[i] = avro(record(Samples.event(i)));
    }
    Path schema = Files.writeString(folder.resolve("event.avsc"), SCHEMA.toString());
    avroDecoder =
        AvroRecordFormat.ofPlain(null, new SchemaChoice.OfFile(schema.toString()), List.of())
            .fixedFor(List.of("events"), Part.VALUE)
            .open(plan, plan.paths(), Part.VALUE);
    Path file = folder.resolve("events.parquet");
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withSchema(SCHEMA)
            .build()) {
      for (int i = 0; i < PARQUET_ROWS; i++) {
        writer.write(record(Samples.event(i)));
      }
    }
    parquet = ParquetSnapshot.parts(file.toString(), COLUMNS);
  }

  @TearDown
  public void remove() throws IOException {
    avroDecoder.close();
    Files.delete(folder.resolve("events.parquet"));
    Files.delete(folder.resolve("event.avsc"));
    Files.delete(folder);
  }

  @Benchmark
  public @Nullable Object[] json() {
    byte[] object = json[next()];
    requireDecoded(jsonParser.parse(object, 0, object.length));
    return jsonParser.values();
  }

  @Benchmark
  public @Nullable Object[] avro() throws IOException {
    byte[] value = avro[next()];
    requireDecoded(avroDecoder.decode(value, 0, value.length, from));
    return avroDecoder.values();
  }

  /** With each row as an object; the file is in the page cache. */
  @Benchmark
  @OperationsPerInvocation(PARQUET_ROWS)
  public void parquet(Blackhole rows) {
    Consumer<Row> taken = rows::consume;
    parquet.forEach(part -> ParquetSnapshot.read(part, COLUMNS, taken));
  }

  private static void requireDecoded(@Nullable String problem) {
    if (problem != null) {
      throw new IllegalStateException("Cannot time what can't be decoded: " + problem);
    }
  }

  private static byte[] json(EventRecord event) {
    String text =
        "{\"event_id\":\"%s\",\"ts\":%d,\"type\":\"%s\",\"offset\":%s,\"user_id\":\"%s\",\"value\":%s}"
            .formatted(
                event.id(),
                micros(event.time()),
                event.type(),
                event.sequence(0),
                event.payload(0),
                event.payload(1));
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static GenericRecord record(EventRecord event) {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("event_id", event.id());
    record.put("ts", micros(event.time()));
    record.put("type", event.type());
    record.put("offset", event.sequence(0));
    record.put("user_id", event.payload(0));
    Schema decimal = SCHEMA.getField("value").schema();
    BigDecimal value = (BigDecimal) Objects.requireNonNull(event.payload(1));
    record.put("value", new DecimalConversion().toBytes(value, decimal, decimal.getLogicalType()));
    return record;
  }

  private static byte[] avro(GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(SCHEMA).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  private int next() {
    next = (next + 1) & (Samples.COUNT - 1);
    return next;
  }
}
