package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of many years, read by one schema. */
class ArchiveSchemaTest {
  private static final String OLD =
      "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
          + "{\"name\":\"ts\",\"type\":\"long\"},{\"name\":\"value\",\"type\":\"int\"}]}";
  private static final String NEW =
      "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
          + "{\"name\":\"ts\",\"type\":\"long\"},"
          + "{\"name\":\"currency\",\"type\":\"string\",\"default\":\"EUR\"},"
          + "{\"name\":\"amount\",\"aliases\":[\"value\"],\"type\":\"long\"}]}";
  private static final Window WINDOW =
      new Window(Instant.parse("2024-06-10T00:00:00Z"), Instant.parse("2024-06-11T00:00:00Z"));
  private static final EventSchema FIELDS =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(
              new EventField("amount", ColumnType.LONG),
              new EventField("currency", ColumnType.TEXT)));

  @TempDir private Path folder;

  private ArchiveOptions options(Format format) throws IOException {
    return ArchiveOptions.of(
        Files.createDirectories(folder.resolve("events")).toString(), "", format);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private void write(String name, String schema, Map<String, Object> fields) throws IOException {
    Schema parsed = new Schema.Parser().parse(schema);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(parsed))) {
      writer.create(parsed, folder.resolve("events").resolve(name).toFile());
      GenericRecord record = new GenericData.Record(parsed);
      record.put("ts", WINDOW.from().toEpochMilli());
      fields.forEach(record::put);
      writer.append(record);
    }
  }

  private static Reading read(ArchiveOptions options) {
    return Reading.of(options, WINDOW, FIELDS, Optional.empty());
  }

  @Test
  void avroFiles_ofSeveralSchemasAreBroughtToOne() throws IOException {
    ArchiveOptions options = options(Format.AVRO);
    write("1.avro", OLD, Map.of("id", "a", "value", 7));
    write("2.avro", NEW, Map.of("id", "b", "amount", 8L, "currency", "USD"));
    assertThatThrownBy(() -> read(options))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("1.avro");
    Reading reading = read(options.withSchema(file("now.avsc", NEW)));
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.events().stream().map(e -> e.payload(0) + " " + e.payload(1)))
        .containsExactlyInAnyOrder("7 EUR", "8 USD");
    assertThat(reading.window().inputs())
        .extracting(InputPart::name)
        .contains("schema file " + folder.resolve("now.avsc"));
  }

  @Test
  void avroFile_thatDoesNotFitIsAGap() throws IOException {
    ArchiveOptions options = options(Format.AVRO);
    write("1.avro", OLD, Map.of("id", "a", "value", 7));
    String strict = NEW.replace(",\"aliases\":[\"value\"]", "");
    assertThat(read(options.withSchema(file("strict.avsc", strict))).gaps())
        .extracting(Gap::reason)
        .containsExactly(
            "unreadable: its schema doesn't fit the reader's: without the field amount, which has"
                + " no default");
    String none = file("none.avsc", "{");
    assertThatThrownBy(() -> read(options.withSchema(none)))
        .hasMessage("Cannot read by the schema file " + none + ": it can't be read as Avro");
  }

  @Test
  void jsonLine_thatBreaksItsSchemaIsRejectedWithItsPath() throws IOException {
    ArchiveOptions options = options(Format.JSONL);
    Files.writeString(
        folder.resolve("events/1.jsonl"),
        """
        {"id":"a","ts":1717977600000,"amount":7,"currency":"EUR"}
        {"id":"b","ts":1717977600000,"amount":-7,"currency":"EUR"}
        """);
    String schema = file("s.json", "{\"properties\":{\"amount\":{\"minimum\":0}}}");
    Reading reading = read(options.withSchema(schema));
    assertThat(reading.ids()).contains("a");
    assertThat(reading.rejections())
        .containsExactly(
            "Cannot decode the line at byte 58: it breaks its schema at /amount (minimum)");
    assertThatThrownBy(() -> ArchiveOptions.of("/a", "", Format.PARQUET).withSchema(schema))
        .hasMessage("Cannot read an archive by a schema: its format is PARQUET (avro or jsonl)");
  }
}
