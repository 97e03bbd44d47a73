package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to read one event of a window from Parquet: four columns, two of them texts, of
 * which the ids are all different. The file is in the page cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParquetReadBenchmark {
  private static final int EVENTS = 1 << 18;
  private static final int KEYS = 100_000;
  private static final long SEED = 6;
  private static final Instant START = Instant.parse("2024-03-01T00:00:00Z");

  private static final Schema STORED =
      SchemaBuilder.record("Event")
          .fields()
          .requiredString("event_id")
          .requiredLong("ts")
          .requiredString("user_id")
          .requiredLong("value")
          .endRecord();
  private static final EventSchema EVENT =
      new EventSchema(
          "event_id",
          "ts",
          EventSchema.TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(
              new EventField("user_id", ColumnType.TEXT),
              new EventField("value", ColumnType.LONG)));
  private static final Window ALL = new Window(START, START.plusMillis(EVENTS));

  @Param({"UNCOMPRESSED", "SNAPPY"})
  public CompressionCodecName codec;

  private final ParquetFormat format = new ParquetFormat();
  private Path folder;
  private Path file;
  private ReadRequest request;
  private List<ReadSplit> splits;

  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("errata-parquet");
    file = folder.resolve("events.parquet");
    SplittableRandom random = new SplittableRandom(SEED);
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(codec)
            .withDictionaryEncoding("event_id", false)
            .withSchema(STORED)
            .build()) {
      for (int i = 0; i < EVENTS; i++) {
        GenericRecord event = new GenericData.Record(STORED);
        event.put("event_id", String.format("%016x", random.nextLong()));
        event.put("ts", START.toEpochMilli() + i);
        event.put("user_id", String.format("u%07d", random.nextInt(KEYS)));
        event.put("value", (long) random.nextInt(100_000));
        writer.write(event);
      }
    }
    request = new ReadRequest(ALL, EVENT, null, folder.toString());
    splits =
        format.summarize(new ArchiveFile(file.toString(), Files.size(file), ""), request).splits();
  }

  @TearDown
  public void remove() throws IOException {
    Files.delete(file);
    Files.delete(folder);
  }

  /** To the values of each column, row by row. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void decode(Blackhole read) throws IOException {
    @Nullable Object[] values = new @Nullable Object[request.plan().size()];
    for (ReadSplit split : splits) {
      try (RowDecoder rows = format.open(split, request, ReadPace.unlimited())) {
        while (rows.next()) {
          rows.values(values);
          read.consume(values);
        }
      }
    }
  }

  /** To the blocks that leave the source. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void decodeAndPack(Blackhole read) throws IOException {
    String source = file.toString();
    EventAssembler assembler = request.assembler();
    EventPacker packer = new EventPacker(new PackedEvents(EVENT, List.of(source)));
    assembler.pack(packer);
    for (ReadSplit split : splits) {
      try (RowDecoder rows = format.open(split, request, ReadPace.unlimited())) {
        while (rows.next()) {
          read.consume(assembler.assemble(rows, source, "events.parquet"));
        }
      }
    }
    read.consume(packer.take());
    if (assembler.inWindow() != EVENTS) {
      throw new IllegalStateException("Cannot time what isn't read: " + assembler.inWindow());
    }
  }
}
