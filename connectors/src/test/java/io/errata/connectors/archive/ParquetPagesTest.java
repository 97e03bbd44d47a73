package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.read.ReadPace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Columns of many small pages, in all encodings that the library writes, against the library's own
 * assembly of whole records.
 */
class ParquetPagesTest {
  private static final int ROWS = 3_000;
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message e {
            required binary id (STRING);
            required int64 ts (TIMESTAMP(MICROS,true));
            optional binary note (STRING);
            optional binary blob;
            optional boolean flag;
            optional int32 small;
            optional int64 number;
            optional int64 amount (DECIMAL(18,4));
            optional float ratio;
            optional double rate;
            optional fixed_len_byte_array(16) code (UUID);
            optional group user {
              required int32 age;
              optional group address { optional binary zip (STRING); }
            }
          }
          """);
  private static final List<EventField> FIELDS =
      List.of(
          new EventField("note", ColumnType.TEXT),
          new EventField("blob", ColumnType.BYTES),
          new EventField("flag", ColumnType.BOOLEAN),
          new EventField("small", ColumnType.INT),
          new EventField("number", ColumnType.LONG),
          new EventField("amount", ColumnType.DECIMAL),
          new EventField("ratio", ColumnType.DOUBLE),
          new EventField("rate", ColumnType.DOUBLE),
          new EventField("code", ColumnType.UUID),
          new EventField("user.age", ColumnType.INT),
          new EventField("user.address.zip", ColumnType.TEXT));
  private static final EventSchema SCHEMA =
      new EventSchema("id", "ts", TimeUnit.MICROS, null, List.of(), FIELDS);

  @TempDir Path folder;

  /** A way to write a file, and the encodings of values that it makes. */
  enum Written {
    PLAIN(WriterVersion.PARQUET_1_0, false, false, Encoding.PLAIN),
    /** The dictionaries become too large on the way. */
    DICTIONARY_THEN_PLAIN(
        WriterVersion.PARQUET_1_0, true, false, Encoding.PLAIN_DICTIONARY, Encoding.PLAIN),
    DELTAS(
        WriterVersion.PARQUET_2_0,
        false,
        false,
        Encoding.DELTA_BINARY_PACKED,
        Encoding.DELTA_BYTE_ARRAY,
        Encoding.RLE,
        Encoding.PLAIN),
    DICTIONARY_THEN_DELTAS(
        WriterVersion.PARQUET_2_0,
        true,
        false,
        Encoding.RLE_DICTIONARY,
        Encoding.DELTA_BINARY_PACKED,
        Encoding.DELTA_BYTE_ARRAY),
    SPLIT_STREAMS(WriterVersion.PARQUET_1_0, false, true, Encoding.BYTE_STREAM_SPLIT);

    private final WriterVersion version;
    private final boolean dictionary;
    private final boolean split;
    private final Set<Encoding> encodings;

    Written(WriterVersion version, boolean dictionary, boolean split, Encoding... encodings) {
      this.version = version;
      this.dictionary = dictionary;
      this.split = split;
      this.encodings = Set.of(encodings);
    }
  }

  private Path write(Written written, CompressionCodecName codec) throws IOException {
    Path file = folder.resolve("a.parquet");
    Files.deleteIfExists(file);
    Random random = new Random(7);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(TYPE)
            .withCompressionCodec(codec)
            .withWriterVersion(written.version)
            .withDictionaryEncoding(written.dictionary)
            .withByteStreamSplitEncoding(written.split)
            .withDictionaryPageSize(600)
            .withPageSize(500)
            .withPageRowCountLimit(61)
            .withMinRowCountForPageSizeCheck(1)
            .withRowGroupSize(60_000L)
            .build()) {
      for (int i = 0; i < ROWS; i++) {
        writer.write(row(i, random));
      }
    }
    return file;
  }

  /** Few values at first, then many; nulls in runs that are longer than a page, and alone. */
  private static Group row(int i, Random random) {
    int value = i % 1_500 < 600 ? random.nextInt(5) : random.nextInt(1 << 20);
    Group row = new SimpleGroupFactory(TYPE).newGroup();
    row.append("id", "e" + i).append("ts", (i * 7_919L % ROWS) * 1_000_000);
    boolean[] isThere = new boolean[TYPE.getFieldCount()];
    for (int field = 2; field < isThere.length; field++) {
      boolean isWithinRun = (i / 150 + field) % 4 == 0;
      isThere[field] = !isWithinRun && (i % 500 < 200 || random.nextInt(3) > 0);
    }
    String text = "v" + value + (value % 3 == 0 ? " é" : "");
    byte[] bytes = ByteBuffer.allocate(16).putLong(value * 31L).putLong(-value).array();
    if (isThere[2]) {
      row.append("note", value % 11 == 0 ? "" : text);
    }
    if (isThere[3]) {
      row.append("blob", Binary.fromConstantByteArray(bytes, 0, value % 16));
    }
    if (isThere[4]) {
      row.append("flag", value % 2 == 0);
    }
    if (isThere[5]) {
      row.append("small", value - (1 << 19));
    }
    if (isThere[6]) {
      row.append("number", value % 7 == 0 ? Long.MIN_VALUE + value : value * 1_000_003L);
    }
    if (isThere[7]) {
      row.append("amount", value * -10_007L);
    }
    if (isThere[8]) {
      row.append("ratio", value / 7.0f);
    }
    if (isThere[9]) {
      row.append("rate", value % 13 == 0 ? -0.0 : value / 7.0);
    }
    if (isThere[10]) {
      row.append("code", Binary.fromConstantByteArray(bytes));
    }
    if (isThere[11]) {
      Group user = row.addGroup("user").append("age", value);
      if (value % 5 > 0) {
        Group address = user.addGroup("address");
        if (value % 5 > 1) {
          address.append("zip", text);
        }
      }
    }
    return row;
  }

  /** The rows of a file as the library assembles them. */
  private static List<Group> assembled(Path file) throws IOException {
    List<Group> rows = new ArrayList<>();
    InputFile input =
        new ParquetInput(file.toUri().toString(), Files.size(file), ReadPace.unlimited());
    try (ParquetReader<Group> reader = new Assembly(input).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static final class Assembly extends ParquetReader.Builder<Group> {
    Assembly(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }

  private static @Nullable Object value(Group row, String path) {
    Group group = row;
    String[] names = path.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      if (group.getFieldRepetitionCount(names[i]) == 0) {
        return null;
      }
      group = group.getGroup(names[i], 0);
    }
    String name = names[names.length - 1];
    if (group.getFieldRepetitionCount(name) == 0) {
      return null;
    }
    return switch (name) {
      case "note", "zip" -> group.getString(name, 0);
      case "blob" -> Bytes.of(group.getBinary(name, 0).getBytes());
      case "flag" -> group.getBoolean(name, 0);
      case "small", "age" -> group.getInteger(name, 0);
      case "number" -> group.getLong(name, 0);
      case "amount" -> BigDecimal.valueOf(group.getLong(name, 0), 4);
      case "ratio" -> (double) group.getFloat(name, 0);
      case "rate" -> group.getDouble(name, 0);
      case "code" -> {
        ByteBuffer bytes = group.getBinary(name, 0).toByteBuffer().slice();
        yield new UUID(bytes.getLong(), bytes.getLong());
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private void assertReads(List<Group> rows, Window window) {
    Reading reading =
        Reading.of(
            ArchiveOptions.of(folder.toString(), "", Format.PARQUET),
            window,
            SCHEMA,
            Optional.empty());
    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.rejections()).isEmpty();
    List<Group> wanted =
        rows.stream().filter(row -> window.contains(time(row.getLong("ts", 0)))).toList();
    assertThat(reading.ids())
        .isEqualTo(wanted.stream().map(row -> row.getString("id", 0)).toList());
    for (int i = 0; i < wanted.size(); i++) {
      EventRecord event = reading.events().get(i);
      for (EventField field : FIELDS) {
        assertThat(event.value(field.path()))
            .as("%s of %s", field.path(), event.id())
            .isEqualTo(value(wanted.get(i), field.path()));
      }
    }
  }

  private static Instant time(long micros) {
    return Instant.ofEpochSecond(micros / 1_000_000);
  }

  private static Window seconds(long from, long to) {
    return new Window(Instant.ofEpochSecond(from), Instant.ofEpochSecond(to));
  }

  @ParameterizedTest
  @EnumSource
  void values_areThoseThatTheLibraryAssembles(Written written) throws Exception {
    for (CompressionCodecName codec :
        List.of(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.ZSTD)) {
      Path file = write(written, codec);
      assertWritten(file, written);
      List<Group> rows = assembled(file);
      assertThat(rows).hasSize(ROWS);
      assertReads(rows, seconds(0, ROWS));
    }
  }

  /** The times are scattered: a window takes rows with few, or many pages, between them. */
  @ParameterizedTest
  @EnumSource
  void values_behindRowsOutsideOfTheWindowAreThoseOfTheirRows(Written written) throws Exception {
    List<Group> rows = assembled(write(written, CompressionCodecName.UNCOMPRESSED));
    assertReads(rows, seconds(0, ROWS / 2));
    assertReads(rows, seconds(ROWS / 3, ROWS / 3 + 40));
    assertReads(rows, seconds(ROWS - 1, ROWS));
  }

  /** What the comparisons are meant for is in the file: several row groups, pages and encodings. */
  private static void assertWritten(Path file, Written written) throws IOException {
    Map<Encoding, Integer> pages = new HashMap<>();
    try (ParquetFileReader reader =
        ParquetFormat.reader(file.toString(), Files.size(file), ReadPace.unlimited())) {
      assertThat(reader.getFooter().getBlocks()).hasSizeGreaterThan(1);
      for (BlockMetaData group : reader.getFooter().getBlocks()) {
        for (ColumnChunkMetaData chunk : group.getColumns()) {
          for (Encoding encoding : chunk.getEncodingStats().getDataEncodings()) {
            pages.merge(
                encoding,
                chunk.getEncodingStats().getNumDataPagesEncodedAs(encoding),
                Integer::sum);
          }
        }
      }
    }
    assertThat(pages.keySet()).containsAll(written.encodings);
    assertThat(pages.entrySet())
        .filteredOn(page -> written.encodings.contains(page.getKey()))
        .allSatisfy(page -> assertThat(page.getValue()).isGreaterThan(10));
  }

  @Test
  void column_whosePagesEndBeforeItsRowsIsRefusedByItsName() {
    PageReader nothing =
        new PageReader() {
          @Override
          public @Nullable DictionaryPage readDictionaryPage() {
            return null;
          }

          @Override
          public long getTotalValueCount() {
            return 1;
          }

          @Override
          public @Nullable DataPage readPage() {
            return null;
          }
        };
    String[] path = {"user", "address", "zip"};
    ParquetColumn column =
        new ParquetColumn(TYPE.getColumnDescription(path), nothing, "parquet-mr version 1.15.2");

    assertThatThrownBy(() -> column.read(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("column user.address.zip: its pages end before its rows do");
    assertThatThrownBy(() -> column.read(5))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("column user.address.zip: its pages end before its rows do");
  }
}
