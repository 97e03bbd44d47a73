package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadPace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Small files that claim to be, or become, much: they are refused in words, and before the memory
 * or the time is spent.
 */
class BombsTest {
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
  private static final byte[] MARKER = "a random marker.".getBytes(StandardCharsets.US_ASCII);
  private static final MessageType PARQUET =
      MessageTypeParser.parseMessageType(
          "message e { required binary id (STRING); required int64 ts (TIMESTAMP(MICROS,true));"
              + " optional binary note (STRING); }");

  @TempDir Path folder;

  private Reading read(Format format) {
    return Reading.of(
        ArchiveOptions.of(folder.toString(), "", format), ALL, SCHEMA, Optional.empty());
  }

  private void assertGap(Format format, String reason) {
    assertThat(read(format).gaps())
        .singleElement()
        .extracting(Gap::reason)
        .asString()
        .contains(reason);
  }

  /** What reads an input. */
  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  /** Bytes that this thread asked for. */
  private static long allocated(Work work) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static byte[] number(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long bits = (value << 1) ^ (value >> 63);
    for (; (bits & ~0x7FL) != 0; bits >>>= 7) {
      out.write((int) (bits & 0x7F | 0x80));
    }
    out.write((int) bits);
    return out.toByteArray();
  }

  /** A block of one codec whose few bytes claim to become 200 MiB. */
  private static byte[] claim(BlockDecompressor codec, int size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (codec) {
      case SNAPPY -> {
        int left = size;
        for (; left > 0x7F; left >>>= 7) {
          out.write(left & 0x7F | 0x80);
        }
        out.write(left);
      }
      case ZSTD -> {
        // The magic, a frame of a single segment whose size has four bytes, a last raw block.
        byte[] header = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xA0};
        out.write(header);
        out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(size).array());
        out.write(new byte[] {1, 0, 0});
      }
      case GZIP -> {
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(new byte[8 << 20]);
        }
      }
      case DEFLATE, LZ4 -> {}
    }
    out.write(new byte[20]);
    return out.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"SNAPPY", "ZSTD", "LZ4"})
  void block_thatClaimsToBecomeMuchTakesNoMemoryForIt(BlockDecompressor codec) throws Exception {
    int size = 200 << 20;
    byte[] block = claim(codec, size);
    long allocated =
        allocated(
            () ->
                assertThatThrownBy(() -> codec.decompressed(block, 0, block.length, size))
                    .isInstanceOf(ContentException.class));
    assertThat(allocated).isLessThan(16 << 20);
  }

  @Test
  void block_thatBecomesMoreThanItsFileSaysIsDecompressedUpToThereOnly() throws Exception {
    byte[] block = claim(BlockDecompressor.GZIP, 0);
    long allocated =
        allocated(
            () ->
                assertThatThrownBy(
                        () -> BlockDecompressor.GZIP.decompressed(block, 0, block.length, 1_000))
                    .isInstanceOf(ContentException.class)
                    .hasMessage("a compressed block has another size than its file says"));
    assertThat(allocated).isLessThan(1 << 20);
    assertThatThrownBy(
            () ->
                BlockDecompressor.GZIP.decompressed(
                    block, 0, block.length, BlockDecompressor.MAX_BLOCK + 1))
        .isInstanceOf(ContentException.class)
        .hasMessage("a compressed block becomes more than 256 MiB");
  }

  @Test
  void block_thatSaysNoSizeIsDecompressedUpToTheLimit() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try (DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i <= BlockDecompressor.MAX_BLOCK >> 20; i++) {
        stream.write(zeros);
      }
    }
    deflater.end();
    byte[] block = out.toByteArray();
    assertThat(block).hasSizeLessThan(2 << 20);
    assertThatThrownBy(
            () ->
                BlockDecompressor.DEFLATE.decompressed(
                    block, 0, block.length, BlockDecompressor.UNKNOWN))
        .isInstanceOf(ContentException.class)
        .hasMessage("a compressed block becomes more than 256 MiB");
  }

  @Test
  void block_thatIsCutOffIsRefusedInWords() throws Exception {
    for (int length = 1; length < 12; length++) {
      byte[] block = Arrays.copyOf(claim(BlockDecompressor.ZSTD, 200 << 20), length);
      assertThatThrownBy(
              () ->
                  BlockDecompressor.ZSTD.decompressed(
                      block, 0, block.length, BlockDecompressor.UNKNOWN))
          .isInstanceOf(ContentException.class);
    }
  }

  private static byte[] avroHeader(String schema) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'O', 'b', 'j', 1});
    out.write(number(1));
    out.write(number("avro.schema".length()));
    out.write("avro.schema".getBytes(StandardCharsets.US_ASCII));
    out.write(number(schema.length()));
    out.write(schema.getBytes(StandardCharsets.US_ASCII));
    out.write(number(0));
    out.write(MARKER);
    return out.toByteArray();
  }

  private static final String EVENT =
      "{'type':'record','name':'e','fields':[{'name':'id','type':'string'},".replace('\'', '"')
          + "{'name':'ts','type':'long'},{'name':'note','type':'string'}".replace('\'', '"');

  private void avroBlock(String more, long rows, long size, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(avroHeader(EVENT + more + "]}"));
    out.write(number(rows));
    out.write(number(size));
    out.write(bytes);
    out.write(MARKER);
    Files.write(folder.resolve("a.avro"), out.toByteArray());
  }

  @Test
  void avro_blockThatClaimsMoreRowsThanBytesIsAGap() throws Exception {
    avroBlock("", 1L << 40, 3, new byte[3]);
    assertGap(Format.AVRO, "a block of 3 bytes claims to have 1099511627776 rows");
  }

  @Test
  void avro_blockAndHeaderLargerThanTheirLimitsAreNotRead() throws Exception {
    Path file = folder.resolve("a.avro");
    avroBlock("", 1, 260L << 20, new byte[0]);
    grow(file, 270L << 20);
    long allocated = allocated(() -> assertGap(Format.AVRO, "a block has more than 256 MiB"));
    assertThat(allocated).isLessThan(64 << 20);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'O', 'b', 'j', 1});
    out.write(number(1));
    out.write(number(260L << 20));
    Files.write(file, out.toByteArray());
    grow(file, 270L << 20);
    allocated =
        allocated(
            () -> {
              try (AvroStream in =
                  new AvroStream(
                      StoreInput.open(file.toString(), ReadPace.unlimited()), 270L << 20)) {
                assertThatThrownBy(() -> AvroHeader.read(in))
                    .isInstanceOf(ContentException.class)
                    .hasMessage("its header has more than 16 MiB");
              }
            });
    assertThat(allocated).isLessThan(64 << 20);
  }

  private static void grow(Path file, long size) throws IOException {
    try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
      grown.setLength(size);
    }
  }

  /** Each level has the one below twice: a thousand characters are a billion values. */
  private static String doubling(int levels) {
    String type = "\"null\"";
    for (int i = 0; i < levels; i++) {
      String again = i == 0 ? type : "\"r" + (i - 1) + "\"";
      type =
          "{\"type\":\"record\",\"name\":\"r"
              + i
              + "\",\"fields\":[{\"name\":\"a\",\"type\":"
              + type
              + "},{\"name\":\"b\",\"type\":"
              + again
              + "}]}";
    }
    return ",{\"name\":\"more\",\"type\":" + type + "}";
  }

  @Test
  void avro_schemaOfABillionValuesWithoutBytesIsAGap() throws Exception {
    avroBlock(doubling(30), 1, 3, new byte[3]);
    assertGap(Format.AVRO, "its schema has more than 100000 values of no bytes");
  }

  @Test
  void avro_schemaThatHoldsItselfOftenNamesSomeOfItsFields() throws Exception {
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      fields.append(",{\"name\":\"f").append(i).append("\",\"type\":[\"null\",\"e\"]}");
    }
    avroBlock(fields.toString().replace("f0", "nota"), 0, 0, new byte[0]);
    EventSchema other =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MICROS,
            null,
            List.of(),
            List.of(new EventField("noze", ColumnType.TEXT)));
    assertThatThrownBy(
            () ->
                Reading.of(
                    ArchiveOptions.of(folder.toString(), "", Format.AVRO),
                    ALL,
                    other,
                    Optional.empty()))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
        .hasMessageContaining("Cannot find field: noze");
  }

  @Test
  void avro_schemaNestedTooDeeplyIsRefused() throws Exception {
    int depth = 200_000;
    String schema = "{\"type\":\"array\",\"items\":".repeat(depth) + "\"null\"" + "}".repeat(depth);
    Files.write(folder.resolve("a.avro"), avroHeader(schema));
    try (AvroStream in =
        new AvroStream(
            StoreInput.open(folder.resolve("a.avro").toString(), ReadPace.unlimited()),
            Files.size(folder.resolve("a.avro")))) {
      assertThatThrownBy(() -> AvroHeader.read(in))
          .isInstanceOf(ContentException.class)
          .hasMessage("its schema can't be read");
    }
  }

  @Test
  void csv_rowWithoutAnEndIsAGap() throws Exception {
    Files.writeString(
        folder.resolve("a.csv"), "id,ts,note\n1,1,a\n2,1,b" + ",".repeat((64 << 20) + 1));
    Reading reading = read(Format.CSV);
    assertThat(reading.ids()).containsExactly("1");
    assertThat(reading.gaps())
        .singleElement()
        .extracting(Gap::reason)
        .asString()
        .contains("a row has more than 67108864 characters");
  }

  @Test
  void csv_headerOfTooManyFieldsIsRefused() throws Exception {
    Files.writeString(folder.resolve("a.csv"), "id,ts,note" + ",x".repeat(100_000) + "\n");
    assertGap(Format.CSV, "a row has more than 67108864 characters or 100000 fields");
  }

  @Test
  void json_nestedTooDeeplyIsRejected() throws Exception {
    Files.writeString(
        folder.resolve("a.jsonl"),
        "{\"id\":\"1\",\"ts\":1,\"note\":\"a\"}\n{\"id\":\"2\",\"ts\":1,\"more\":"
            + "[".repeat(100_000)
            + "]".repeat(100_000)
            + "}\n{\"id\":\"3\",\"ts\":1,\"note\":"
            + "{\"a\":".repeat(1_001)
            + "1"
            + "}".repeat(1_001)
            + "}\n");
    Reading reading = read(Format.JSONL);
    assertThat(reading.ids()).containsExactly("1", "?", "?");
    assertThat(reading.rejections())
        .hasSize(2)
        .allSatisfy(reason -> assertThat(reason).contains("nested too deeply"));
    assertThat(reading.gaps()).isEmpty();
  }

  @Test
  void json_fieldsDeepBelowOthersTakeLittleMemoryWhileTypesAreFound() throws Exception {
    StringBuilder line = new StringBuilder("{\"id\":\"1\",\"ts\":1,\"note\":\"a\"");
    for (int i = 0; i < 20; i++) {
      line.append(",\"n").append(i).append("\":");
      for (int depth = 0; depth < 900; depth++) {
        line.append("{\"").append("x".repeat(50)).append("\":1,\"y\":");
      }
      line.append("1").append("}".repeat(900));
    }
    Files.writeString(folder.resolve("a.jsonl"), line.append("}\n"));
    long allocated = allocated(() -> assertThat(read(Format.JSONL).ids()).containsExactly("1"));
    assertThat(allocated).isLessThan(32 << 20);
  }

  private ParquetMetadata parquet() throws IOException {
    Path file = folder.resolve("a.parquet");
    Files.deleteIfExists(file);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(PARQUET)
            .build()) {
      writer.write(
          new SimpleGroupFactory(PARQUET)
              .newGroup()
              .append("id", "1")
              .append("ts", 1L)
              .append("note", "a"));
    }
    try (ParquetFileReader reader =
        ParquetFormat.reader(file.toString(), Files.size(file), ReadPace.unlimited())) {
      return reader.getFooter();
    }
  }

  @Test
  void parquet_footerWhoseListsClaimBillionsTakesNoMemoryForThem() throws Exception {
    // A file's footer: a version, then a schema of 2^31 - 1 structures.
    byte[] footer = {0x15, 2, 0x19, (byte) 0xFC, -1, -1, -1, -1, 7};
    ByteBuffer file =
        ByteBuffer.allocate(4 + footer.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("PAR1".getBytes(StandardCharsets.US_ASCII))
            .put(footer)
            .putInt(footer.length)
            .put("PAR1".getBytes(StandardCharsets.US_ASCII));
    Files.write(folder.resolve("a.parquet"), file.array());
    long allocated =
        allocated(() -> assertGap(Format.PARQUET, "something in it reaches beyond its end"));
    assertThat(allocated).isLessThan(16 << 20);
  }

  @Test
  void parquet_rowsThatAFooterClaimsAreThoseThatItsColumnsHave() throws Exception {
    List<String> paths = List.of("id", "ts");
    long size = 1L << 30;
    ParquetMetadata more = parquet();
    more.getBlocks().get(0).setRowCount(1_000_000);
    assertThatThrownBy(() -> ParquetFormat.check(more, paths, size))
        .isInstanceOf(ContentException.class)
        .hasMessage("its footer is broken: column id has 1 values in a row group of 1000000 rows");
    ParquetMetadata most = parquet();
    most.getBlocks().get(0).setRowCount(Long.MAX_VALUE);
    assertThatThrownBy(() -> ParquetFormat.check(most, paths, size))
        .isInstanceOf(ContentException.class)
        .hasMessageContaining("a row group of 9223372036854775807 rows");
    ParquetFormat.check(parquet(), paths, size);
  }

  /** One page, as the library gives it before it is decoded. */
  private record Pages(DataPage page, DictionaryPage dictionary)
      implements PageReadStore, PageReader {
    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
      return this;
    }

    @Override
    public long getRowCount() {
      return page.getValueCount();
    }

    @Override
    public long getTotalValueCount() {
      return page.getValueCount();
    }

    @Override
    public DictionaryPage readDictionaryPage() {
      return dictionary;
    }

    @Override
    public DataPage readPage() {
      return page;
    }
  }

  private static PageReader page(int values, Encoding encoding, int... bytes) throws IOException {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    ColumnDescriptor column = PARQUET.getColumnDescription(new String[] {"ts"});
    DataPage page =
        new DataPageV1(
            BytesInput.from(content),
            values,
            content.length,
            Statistics.createStats(column.getPrimitiveType()),
            Encoding.RLE,
            Encoding.RLE,
            encoding);
    DictionaryPage dictionary =
        new DictionaryPage(BytesInput.from(content), values, Encoding.PLAIN);
    return new CheckedPages(new Pages(page, dictionary)).getPageReader(column);
  }

  @Test
  void parquet_pageWhoseRunIsLongerThanThePageIsRefused() throws Exception {
    // A width of 8 bits, then a run of 2^24 groups of 8 values.
    assertThatThrownBy(
            () -> page(10, Encoding.RLE_DICTIONARY, 8, 0x81, 0x80, 0x80, 0x10).readPage())
        .hasRootCauseInstanceOf(ContentException.class)
        .hasMessageContaining("a page of 10 values claims a run of 16777216 times 8");
    assertThat(page(8, Encoding.RLE_DICTIONARY, 8, 3, 1, 2, 3, 4, 5, 6, 7, 8).readPage())
        .isNotNull();
  }

  @Test
  void parquet_fileWhosePageClaimsALongRunTakesNoMemoryForIt() throws Exception {
    Path file = folder.resolve("a.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(PARQUET)
            .withPageWriteChecksumEnabled(false)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(PARQUET);
      for (int i = 0; i < 64; i++) {
        String id = "e" + i;
        writer.write(groups.newGroup().append("id", id).append("ts", i % 8L).append("note", id));
      }
    }
    assertThat(read(Format.PARQUET).events()).hasSize(64);

    // A width of 3 bits, and a run of 8 groups that begins with the indices 0 to 7.
    byte[] page = {3, 17, (byte) 0x88, (byte) 0xC6, (byte) 0xFA};
    byte[] claim = {3, (byte) 0x81, (byte) 0x80, (byte) 0x80, 0x10};
    byte[] bytes = Files.readAllBytes(file);
    int replaced = 0;
    for (int i = 0; i + page.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + page.length, page, 0, page.length)) {
        System.arraycopy(claim, 0, bytes, i, claim.length);
        replaced++;
      }
    }
    assertThat(replaced).isPositive();
    Files.write(file, bytes);
    long allocated = allocated(() -> assertGap(Format.PARQUET, "claims a run of 16777216 times 8"));
    assertThat(allocated).isLessThan(32 << 20);
  }

  @Test
  void parquet_pageOfDifferencesThatClaimsLargeBlocksIsRefused() throws Exception {
    // Blocks of 2^28 values in 4 parts, 10 values.
    assertThatThrownBy(
            () ->
                page(10, Encoding.DELTA_BINARY_PACKED, 0x80, 0x80, 0x80, 0x80, 1, 4, 10, 0)
                    .readPage())
        .hasRootCauseInstanceOf(ContentException.class)
        .hasMessageContaining("a page of 10 values claims 10 in blocks of 268435456");
  }

  @Test
  void parquet_textThatClaimsToBeLongerThanItsDictionaryTakesNoMemoryForIt() throws Exception {
    Function<Binary, Object> decode =
        ParquetLeaf.of(PARQUET.getType("note").asPrimitiveType()).ofBinary;
    Binary claimed = Binary.fromConstantByteBuffer(ByteBuffer.allocate(8), 4, 1 << 29);
    long bytes =
        allocated(
            () ->
                assertThatThrownBy(() -> decode.apply(claimed))
                    .isInstanceOf(IllegalArgumentException.class));
    assertThat(bytes).isLessThan(8 << 20);
  }

  @Test
  void parquet_dictionaryThatClaimsMoreValuesThanItHasBytesIsRefused() throws Exception {
    assertThatThrownBy(() -> page(1 << 30, Encoding.PLAIN, 1, 2, 3).readDictionaryPage())
        .hasRootCauseInstanceOf(ContentException.class)
        .hasMessageContaining("column ts: a dictionary of 3 bytes claims 1073741824 values");
    assertThat(page(1, Encoding.PLAIN, 1, 2, 3, 4, 5, 6, 7, 8).readDictionaryPage()).isNotNull();
  }
}
