package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.Gap;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveWindowSourceTest {
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          "message e { required binary id (STRING); required int64 ts (TIMESTAMP(MICROS,true)); optional group a { optional int64 b; } optional double v; }");

  @TempDir Path folder;

  @Test
  void parquet_isReadThroughFlink() throws Exception {
    Path day = Files.createDirectories(folder.resolve("date=2024-06-10"));
    long base = Instant.parse("2024-06-10T12:00:00Z").getEpochSecond() * 1_000_000;
    try (ParquetWriter<org.apache.parquet.example.data.Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(day.resolve("a.parquet")))
            .withConf(new PlainParquetConfiguration())
            .withType(TYPE)
            .withRowGroupSize(20_000L)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(TYPE);
      for (int i = 0; i < 10_000; i++) {
        var group = groups.newGroup().append("id", "e" + i).append("ts", base + i * 1_000_000L);
        if (i % 3 != 0) {
          group.addGroup("a").append("b", (long) i);
        }
        writer.write(group);
      }
    }
    EventSchema schema =
        new EventSchema(
            "id",
            "ts",
            EventSchema.TimeUnit.MICROS,
            null,
            List.of(),
            List.of(new EventField("a.b", ColumnType.LONG)));
    ArchiveWindowSource source =
        new ArchiveWindowSource(
            ArchiveOptions.of(folder.toString(), "date=%Y-%m-%d", Format.PARQUET));
    Window window =
        new Window(Instant.parse("2024-06-10T12:30:00Z"), Instant.parse("2024-06-10T13:00:00Z"));
    ResolvedWindow resolved = source.resolve(window, schema, Optional.empty());
    Configuration configuration =
        new Configuration()
            .set(org.apache.flink.configuration.PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    List<SourceRecord> records = new ArrayList<>();
    try (CloseableIterator<SourceRecord> all =
        env.fromSource(resolved.source(), WatermarkStrategy.noWatermarks(), "archive")
            .executeAndCollect()) {
      all.forEachRemaining(records::add);
    }
    List<SplitReceipt> receipts =
        records.stream()
            .filter(SplitReceipt.class::isInstance)
            .map(SplitReceipt.class::cast)
            .toList();
    assertThat(records.stream().filter(EventRecord.class::isInstance)).hasSize(1800);
    assertThat(resolved.confirm(receipts)).isEmpty();
    assertThat(resolved.gaps()).isEqualTo(List.<Gap>of());
  }
}
