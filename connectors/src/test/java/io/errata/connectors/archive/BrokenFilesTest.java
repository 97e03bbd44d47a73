package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files cut at every kind of place and with bytes changed: each event is either as it was written,
 * or its loss shows, in a rejection, a gap or an error that names the file. Never a crash, and
 * never less without a word.
 */
class BrokenFilesTest {
  private static final int ROWS = 60;
  private static final int FLIPS = 40;
  private static final Window ALL =
      new Window(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MICROS,
          null,
          List.of(),
          List.of(new EventField("note", ColumnType.TEXT)));

  @TempDir Path folder;

  /** A form that events are written in. */
  enum Written {
    PARQUET(Format.PARQUET, "a.parquet", true),
    AVRO(Format.AVRO, "a.avro", false),
    AVRO_SNAPPY(Format.AVRO, "a.avro", true),
    CSV(Format.CSV, "a.csv", false),
    CSV_GZIP(Format.CSV, "a.csv.gz", true),
    JSONL(Format.JSONL, "a.jsonl", false),
    JSONL_GZIP(Format.JSONL, "a.jsonl.gz", true);

    private final Format format;
    private final String name;
    private final boolean checksummed;

    Written(Format format, String name, boolean checksummed) {
      this.format = format;
      this.name = name;
      this.checksummed = checksummed;
    }

    Format format() {
      return format;
    }

    String fileName() {
      return name;
    }

    byte[] bytes(Path scratch) throws IOException {
      return switch (this) {
        case PARQUET -> parquet(scratch.resolve("_written"));
        case AVRO -> avro(CodecFactory.nullCodec());
        case AVRO_SNAPPY -> avro(CodecFactory.snappyCodec());
        case CSV -> csv();
        case CSV_GZIP -> gzip(csv());
        case JSONL -> jsonLines();
        case JSONL_GZIP -> gzip(jsonLines());
      };
    }
  }

  private static String note(int i) {
    return "note " + i * 31 + " é";
  }

  private static Instant time(int i) {
    return Instant.parse("2024-06-10T12:00:00Z").plusSeconds(i);
  }

  private static byte[] parquet(Path file) throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message e { required binary id (STRING); required int64 ts (TIMESTAMP(MICROS,true));"
                + " optional binary note (STRING); }");
    Files.deleteIfExists(file);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withRowGroupSize(1_000L)
            .withMinRowCountForPageSizeCheck(1)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(type);
      for (int i = 0; i < ROWS; i++) {
        writer.write(
            groups
                .newGroup()
                .append("id", "e" + i)
                .append("ts", time(i).getEpochSecond() * 1_000_000)
                .append("note", note(i)));
      }
    }
    return Files.readAllBytes(file);
  }

  private static byte[] avro(CodecFactory codec) throws IOException {
    Schema schema =
        SchemaBuilder.record("e")
            .fields()
            .requiredString("id")
            .name("ts")
            .type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .optionalString("note")
            .endRecord();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      writer.setCodec(codec);
      writer.setSyncInterval(300);
      writer.create(schema, out);
      for (int i = 0; i < ROWS; i++) {
        writer.append(
            new GenericRecordBuilder(schema)
                .set("id", "e" + i)
                .set("ts", time(i).getEpochSecond() * 1_000_000)
                .set("note", note(i))
                .build());
      }
    }
    return out.toByteArray();
  }

  private static byte[] csv() {
    StringBuilder text = new StringBuilder("id,ts,note\n");
    for (int i = 0; i < ROWS; i++) {
      text.append("e")
          .append(i)
          .append(',')
          .append(time(i))
          .append(",\"")
          .append(note(i))
          .append("\"\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] jsonLines() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      text.append("{\"id\":\"e")
          .append(i)
          .append("\",\"ts\":\"")
          .append(time(i))
          .append("\",\"note\":\"")
          .append(note(i))
          .append("\"}\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void file_thatIsWholeIsReadWithoutAWord(Written written) throws Exception {
    Optional<Reading> reading = read(written, written.bytes(folder));
    assertThat(reading).isPresent();
    assertThat(reading.get().gaps()).isEmpty();
    assertThat(asWritten(reading.get())).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @EnumSource
  void file_thatIsCutLosesNothingSilently(Written written) throws Exception {
    byte[] whole = written.bytes(folder);
    for (int length = 1; length < whole.length; length += 1 + whole.length / 60) {
      Optional<Reading> reading = read(written, Arrays.copyOf(whole, length));
      if (reading.isEmpty()) {
        continue;
      }
      if (written == Written.CSV || written == Written.JSONL) {
        // Such text says nothing of rows that are missing: what is there must be given.
        assertThat(reading.get().read()).isGreaterThanOrEqualTo(rowEnds(whole, length) - 1);
      } else if (!(written.format == Format.AVRO && endsWithBlock(whole, length))) {
        assertLossShows(reading.get(), "cut at " + length);
      }
    }
  }

  private static long rowEnds(byte[] whole, int length) {
    long ends = 0;
    for (int i = 0; i < length; i++) {
      ends += whole[i] == '\n' ? 1 : 0;
    }
    return ends;
  }

  /** Avro says nothing of blocks that are missing either. */
  private static boolean endsWithBlock(byte[] whole, int length) {
    int sync = AvroHeader.SYNC_SIZE;
    return length >= sync
        && Arrays.equals(whole, length - sync, length, whole, whole.length - sync, whole.length);
  }

  @ParameterizedTest
  @EnumSource
  void file_withAChangedByteLosesNothingSilently(Written written) throws Exception {
    byte[] whole = written.bytes(folder);
    Random random = new Random(42);
    for (int i = 0; i < FLIPS; i++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(whole.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Optional<Reading> reading = read(written, changed);
      if (reading.isPresent()) {
        assertRowsShow(reading.get(), written + " changed at " + at);
        if (written.checksummed && written.format != Format.PARQUET) {
          assertLossShows(reading.get(), written + " changed at " + at);
        }
      }
    }
  }

  /** Empty where the file was refused by an error that names it. */
  private Optional<Reading> read(Written written, byte[] content) throws IOException {
    Files.write(folder.resolve(written.name), content);
    try {
      return Optional.of(
          Reading.of(
              ArchiveOptions.of(folder.toString(), "", written.format),
              ALL,
              SCHEMA,
              Optional.empty()));
    } catch (ErrataException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE);
      assertThat(e).hasMessageContaining(written.name);
      return Optional.empty();
    }
  }

  /**
   * Every row is an event or rejected, or there is a gap; a row merged into its neighbour shows as
   * a rejection.
   */
  private static void assertRowsShow(Reading reading, String what) {
    boolean silent = reading.gaps().isEmpty() && reading.rejections().isEmpty();
    assertThat(silent && reading.read() < ROWS).as(what).isFalse();
  }

  private static void assertLossShows(Reading reading, String what) {
    boolean silent = reading.gaps().isEmpty() && reading.rejections().isEmpty();
    assertThat(silent && asWritten(reading) < ROWS).as(what).isFalse();
  }

  private static int asWritten(Reading reading) {
    Set<String> right = new HashSet<>();
    for (EventRecord event : reading.events()) {
      String id = event.knownId().orElse("");
      if (event.rejection().isEmpty() && id.matches("e[0-9]{1,2}")) {
        int i = Integer.parseInt(id.substring(1));
        if (event.time().equals(time(i)) && note(i).equals(event.payload(0))) {
          right.add(id);
        }
      }
    }
    return right.size();
  }
}
