package io.errata.it.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.testkit.WindowRun;
import io.errata.testkit.WindowSourceContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of other writers, each value of which is compared with what the writer was given. */
class ParquetFixtureIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Window ALL =
      new Window(Instant.parse("1900-01-01T00:00:00Z"), Instant.parse("2100-01-01T00:00:00Z"));
  private static final List<EventField> FIELDS =
      List.of(
          new EventField("ts", ColumnType.TIMESTAMP),
          new EventField("kind", ColumnType.TEXT),
          new EventField("dec9", ColumnType.DECIMAL),
          new EventField("dec18", ColumnType.DECIMAL),
          new EventField("dec38", ColumnType.DECIMAL),
          new EventField("flag", ColumnType.BOOLEAN),
          new EventField("i32", ColumnType.INT),
          new EventField("i64", ColumnType.LONG),
          new EventField("f32", ColumnType.DOUBLE),
          new EventField("f64", ColumnType.DOUBLE),
          new EventField("day", ColumnType.DATE),
          new EventField("blob", ColumnType.BYTES),
          new EventField("code", ColumnType.UUID),
          new EventField("user.name", ColumnType.TEXT),
          new EventField("user.address.zip", ColumnType.INT),
          new EventField("note", ColumnType.TEXT));
  private static final EventSchema SCHEMA =
      new EventSchema("id", "ts", TimeUnit.MICROS, "kind", List.of(), FIELDS);

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pyarrow-gzip-small-pages.nanos",
        "pyarrow-lz4-int96-integer-decimals.nanos",
        "pyarrow-plain-delta.micros",
        "pyarrow-snappy.millis",
        "pyarrow-zstd-v2-plain.micros",
        "spark-gzip-legacy-decimals.micros",
        "spark-snappy-int96.micros",
        "spark-zstd-v2.micros"
      })
  void file_hasEveryValueThatItsWriterWasGiven(String name) throws Exception {
    try (InputStream in = resource(name + ".parquet")) {
      Files.copy(in, folder.resolve("a.parquet"));
    }
    assertHolds(expected(name.substring(name.lastIndexOf('.') + 1)));
  }

  @Test
  void file_ofDuckDbHasEveryValueThatItWasGiven() throws Exception {
    Path input = folder.resolve("_input.jsonl");
    try (InputStream in = resource("rows.micros.jsonl")) {
      Files.copy(in, input);
    }
    Path output = folder.resolve("a.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("set TimeZone = 'UTC'");
      statement.execute(
          "copy (select id, ts::timestamptz as ts, kind::enum('payment', 'refund', 'transfer') as kind,"
              + " dec9::decimal(9, 2) as dec9, dec18::decimal(18, 4) as dec18, dec38::decimal(38, 10) as dec38,"
              + " flag::boolean as flag, i32::integer as i32, i64::bigint as i64, f32::float as f32,"
              + " f64::double as f64, \"day\"::date as \"day\", unhex(blob) as blob, code::uuid as code,"
              + " case when \"user.name\" is null then null"
              + " else {name: \"user.name\", address: {zip: \"user.address.zip\"::integer}} end as \"user\", note"
              + " from read_json('"
              + input
              + "', columns = {id: 'varchar', ts: 'varchar', kind: 'varchar', dec9: 'varchar', dec18: 'varchar',"
              + " dec38: 'varchar', flag: 'varchar', i32: 'varchar', i64: 'varchar', f32: 'varchar', f64: 'varchar',"
              + " \"day\": 'varchar', blob: 'varchar', code: 'varchar', \"user.name\": 'varchar',"
              + " \"user.address.zip\": 'varchar', note: 'varchar'})) to '"
              + output
              + "' (format parquet, compression zstd, row_group_size 20)");
    }
    assertHolds(expected("micros"));
  }

  private void assertHolds(List<JsonNode> expected) throws Exception {
    ArchiveWindowSource source =
        new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "", Format.PARQUET));
    ResolvedWindow window = source.resolve(ALL, SCHEMA, Optional.empty());
    WindowRun run = WindowRun.of(window, 2);
    assertThat(window.confirm(run.receipts())).isEmpty();
    assertThat(run.events()).hasSameSizeAs(expected);
    for (JsonNode row : expected) {
      EventRecord event = run.event(row.get("id").asText()).event();
      assertThat(event.rejection()).isEmpty();
      assertThat(event.type()).isEqualTo(row.get("kind").asText());
      for (EventField field : FIELDS) {
        assertThat(comparable(event.value(field.path())))
            .as(event.id() + " " + field.path())
            .isEqualTo(comparable(value(row.get(field.path()), field.type())));
      }
    }
    assertPruned(source);
  }

  /** The window of one event finds that event, whatever the statistics say. */
  private static void assertPruned(ArchiveWindowSource source) throws Exception {
    Instant first = Instant.parse("2024-06-10T12:30:00Z");
    Window minute = new Window(first, first.plusSeconds(60));
    WindowRun run = WindowRun.of(source.resolve(minute, SCHEMA, Optional.empty()), 1);
    assertThat(run.ids()).containsExactly("event-30");
  }

  /** Decimals by value: files keep their scale, and so does the expectation. */
  private static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof BigDecimal decimal ? decimal.stripTrailingZeros() : value;
  }

  private static @Nullable Object value(JsonNode node, ColumnType type) {
    if (node.isNull()) {
      return null;
    }
    String text = node.asText();
    return switch (type) {
      case BOOLEAN -> Boolean.valueOf(text);
      case INT -> Integer.valueOf(text);
      case LONG -> Long.valueOf(text);
      case DECIMAL -> new BigDecimal(text);
      case DOUBLE -> Double.valueOf(text.replace("nan", "NaN").replace("inf", "Infinity"));
      case TEXT -> text;
      case BYTES -> Bytes.ofHex(text);
      case DATE -> LocalDate.parse(text);
      case TIMESTAMP -> Instant.parse(text);
      case UUID -> UUID.fromString(text);
    };
  }

  private static List<JsonNode> expected(String precision) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                resource("rows." + precision + ".jsonl"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(JSON.readTree(line));
      }
    }
    return rows;
  }

  private static InputStream resource(String name) {
    InputStream in = WindowSourceContract.class.getResourceAsStream("/archive/" + name);
    if (in == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return in;
  }
}
