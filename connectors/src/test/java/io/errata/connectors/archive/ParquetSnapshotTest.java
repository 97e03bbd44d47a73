package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A base whose rows are read, or named as what can't be. */
class ParquetSnapshotTest {
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          "message r { required int64 id; required binary name (STRING); }");
  private static final RowSchema COLUMNS =
      RowSchema.of(new Column("id", ColumnType.LONG), new Column("name", ColumnType.TEXT));

  @TempDir Path folder;

  private Path write(boolean isChecksummed) throws IOException {
    Path file = folder.resolve("base.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(TYPE)
            .withDictionaryEncoding(false)
            .withPageWriteChecksumEnabled(isChecksummed)
            .build()) {
      SimpleGroupFactory rows = new SimpleGroupFactory(TYPE);
      for (String name : List.of("ann", "bob", "eve")) {
        writer.write(rows.newGroup().append("id", (long) name.hashCode()).append("name", name));
      }
    }
    return file;
  }

  private List<Row> read() {
    List<Row> rows = new ArrayList<>();
    for (ParquetSnapshot.Part part : ParquetSnapshot.parts(folder.toString(), COLUMNS)) {
      ParquetSnapshot.read(part, COLUMNS, rows::add);
    }
    return rows;
  }

  @Test
  void rows_areThoseOfTheFile() throws Exception {
    write(true);
    assertThat(read().stream().map(row -> row.value("name"))).containsExactly("ann", "bob", "eve");
  }

  @ParameterizedTest
  @CsvSource({
    "true, it is broken (ParquetDecodingException)",
    "false, column name: it is broken (IndexOutOfBoundsException)"
  })
  void page_thatIsBrokenEndsTheJobByTheNameOfItsFile(boolean isChecksummed, String reason)
      throws Exception {
    Path file = write(isChecksummed);
    byte[] bytes = Files.readAllBytes(file);
    String content = new String(bytes, StandardCharsets.ISO_8859_1);
    // The second text is said to be longer than its page.
    bytes[content.indexOf("\3\0\0\0bob") + 2] = 1;
    Files.write(file, bytes);

    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("base.parquet: " + reason);
  }
}
