package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files that belong together and don't fit together. */
class ParquetFilesTest {
  private static final Window ALL =
      new Window(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));
  private static final String EVENT =
      "required binary id (STRING); required int64 ts (TIMESTAMP(MICROS,true)); ";

  @TempDir Path folder;

  private void write(String name, String fields, int rows, BiConsumer<Group, Integer> more)
      throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message e { " + EVENT + fields + " }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(folder.resolve(name)))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withDictionaryPageSize(200)
            .withPageSize(300)
            .withMinRowCountForPageSizeCheck(1)
            .build()) {
      for (int i = 0; i < rows; i++) {
        Group row = new SimpleGroupFactory(type).newGroup();
        row.append("id", name + i).append("ts", (long) i);
        more.accept(row, i);
        writer.write(row);
      }
    }
  }

  private Reading read(String field, ColumnType type) {
    return Reading.of(
        ArchiveOptions.of(folder.toString(), "", Format.PARQUET),
        ALL,
        new EventSchema(
            "id", "ts", TimeUnit.MICROS, null, List.of(), List.of(new EventField(field, type))),
        Optional.empty());
  }

  @Test
  void column_ofAnotherTypeInOneFileIsNamedWithThatFile() throws Exception {
    write("a.parquet", "required binary note (STRING);", 1, (row, i) -> row.append("note", "x"));
    write("b.parquet", "required boolean note;", 1, (row, i) -> row.append("note", true));

    assertThatThrownBy(() -> read("note", ColumnType.TEXT))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("note")
        .hasMessageContaining("b.parquet");
  }

  @Test
  void column_thatOldFilesDoNotHaveIsNamedWithTheFirstOfThem() throws Exception {
    write("a.parquet", "", 2, (row, i) -> {});
    write("b.parquet", "required int32 more;", 1, (row, i) -> row.append("more", 7));

    // Nobody knows what the old events would have had there.
    assertThatThrownBy(() -> read("more", ColumnType.LONG))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("Cannot find field: more")
        .hasMessageContaining("a.parquet");
  }

  @Test
  void dictionary_thatGrowsTooLargeMidwayLosesNothing() throws Exception {
    int rows = 2_000;
    write(
        "a.parquet",
        "required binary note (STRING);",
        rows,
        (row, i) -> row.append("note", "note " + i % (i < rows / 2 ? 3 : 997)));

    Reading reading = read("note", ColumnType.TEXT);
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.events()).hasSize(rows);
    for (int i = 0; i < rows; i++) {
      assertThat(reading.events().get(i).payload(0))
          .isEqualTo("note " + i % (i < rows / 2 ? 3 : 997));
    }
  }

  @Test
  void field_withinAGroupIsReadAndARepeatedOneIsRefused() throws Exception {
    write(
        "a.parquet",
        "optional group user { optional binary name (STRING); } repeated binary tags (STRING);",
        2,
        (row, i) -> {
          row.append("tags", "x").append("tags", "y");
          if (i > 0) {
            row.addGroup("user").append("name", "ann");
          }
        });

    assertThat(read("user.name", ColumnType.TEXT).events().stream().map(e -> e.payload(0)))
        .containsExactly(null, "ann");
    assertThatThrownBy(() -> read("tags", ColumnType.TEXT))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("tags")
        .hasMessageContaining("several values");
  }

  @Test
  void file_thatIsEncryptedOrHasNoFooterIsAGapThatSaysSo() throws Exception {
    for (String[] end :
        new String[][] {{"PARE", "encrypted"}, {"XXXX", "doesn't end with a footer"}}) {
      Path file = folder.resolve("a.parquet");
      Files.deleteIfExists(file);
      write("a.parquet", "optional int32 more;", 1, (row, i) -> {});
      byte[] bytes = Files.readAllBytes(file);
      System.arraycopy(end[0].getBytes(StandardCharsets.US_ASCII), 0, bytes, bytes.length - 4, 4);
      Files.write(file, bytes);

      Reading reading = read("more", ColumnType.LONG);
      assertThat(reading.events()).isEmpty();
      assertThat(reading.gaps())
          .singleElement()
          .extracting(Gap::reason)
          .asString()
          .contains(end[1]);
    }
  }

  /** Of a file only what its splits need is kept; a thousand take little. */
  @Test
  void folder_ofManySmallFilesIsReadWhole() throws Exception {
    int files = 1_000;
    for (int i = 0; i < files; i++) {
      Files.writeString(folder.resolve("f" + i + ".csv"), "id,ts,note\nc" + i + ",1,x\n");
    }
    Reading reading =
        Reading.of(
            ArchiveOptions.of(folder.toString(), "", Format.CSV),
            ALL,
            new EventSchema(
                "id",
                "ts",
                TimeUnit.MICROS,
                null,
                List.of(),
                List.of(new EventField("note", ColumnType.TEXT))),
            Optional.empty());
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.ids()).hasSize(files).doesNotHaveDuplicates();
  }
}
