package io.errata.connectors.archive;

import io.errata.fuzz.Scratch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Small whole files of the archive's formats, without checksums where the format allows it. */
public final class ArchiveSeeds {
  private static final int ROWS = 12;
  private static final long START = 1_718_020_800_000_000L;

  private ArchiveSeeds() {}

  /** Files by their paths below the seeds. */
  public static Map<String, byte[]> all() throws IOException {
    Map<String, byte[]> seeds = new TreeMap<>();
    for (WriterVersion version : WriterVersion.values()) {
      for (boolean dictionary : new boolean[] {true, false}) {
        for (CompressionCodecName codec :
            new CompressionCodecName[] {
              CompressionCodecName.UNCOMPRESSED, CompressionCodecName.SNAPPY
            }) {
          String name =
              version.name().toLowerCase(java.util.Locale.ROOT)
                  + (dictionary ? "-dictionary" : "")
                  + "-"
                  + codec;
          seeds.put("parquet/" + name, parquet(version, dictionary, codec));
        }
      }
    }
    seeds.put("parquet/gzip", parquet(WriterVersion.PARQUET_1_0, true, CompressionCodecName.GZIP));
    seeds.put("avro/null", avro(CodecFactory.nullCodec()));
    seeds.put("avro/deflate", avro(CodecFactory.deflateCodec(Deflater.DEFAULT_COMPRESSION)));
    seeds.put("avro/snappy", avro(CodecFactory.snappyCodec()));
    compressed(seeds);
    return seeds;
  }

  private static byte[] parquet(
      WriterVersion version, boolean dictionary, CompressionCodecName codec) throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message e { required binary id (STRING); required int64 ts (TIMESTAMP(MICROS,true));"
                + " required int32 seq; optional binary note (STRING);"
                + " optional fixed_len_byte_array(6) amount (DECIMAL(12,2));"
                + " optional group user { optional binary name (STRING); } repeated boolean more; }");
    Path file = Scratch.folder().resolve("seed");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withRowGroupSize(600L)
            .withMinRowCountForPageSizeCheck(1)
            .withPageSize(120)
            .withPageWriteChecksumEnabled(false)
            .withWriterVersion(version)
            .withDictionaryEncoding(dictionary)
            .withCompressionCodec(codec)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(type);
      for (int i = 0; i < ROWS; i++) {
        Group row =
            groups.newGroup().append("id", "e" + i).append("ts", START + i).append("seq", i);
        if (i % 3 > 0) {
          row.append("note", "note " + i % 4);
          byte[] amount = ByteBuffer.allocate(8).putLong(i * 101L - 500).array();
          row.append(
              "amount", org.apache.parquet.io.api.Binary.fromConstantByteArray(amount, 2, 6));
          row.addGroup("user").append("name", "ann");
        }
        writer.write(row);
      }
    }
    return Files.readAllBytes(file);
  }

  private static byte[] avro(CodecFactory codec) throws IOException {
    Schema decimal = LogicalTypes.decimal(12, 2).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema user = SchemaBuilder.record("u").fields().optionalString("name").endRecord();
    Schema schema =
        SchemaBuilder.record("e")
            .fields()
            .requiredString("id")
            .name("ts")
            .type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .requiredInt("seq")
            .optionalString("note")
            .name("amount")
            .type(decimal)
            .noDefault()
            .name("user")
            .type(user)
            .noDefault()
            .name("more")
            .type(Schema.createArray(Schema.createMap(Schema.create(Schema.Type.FLOAT))))
            .noDefault()
            .endRecord();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      writer.setCodec(codec);
      writer.setSyncInterval(100);
      writer.create(schema, out, "a random marker.".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < ROWS; i++) {
        BigDecimal amount = BigDecimal.valueOf(i * 101L - 500, 2);
        writer.append(
            new GenericRecordBuilder(schema)
                .set("id", "e" + i)
                .set("ts", START + i)
                .set("seq", i)
                .set("note", i % 3 > 0 ? "note " + i : null)
                .set("amount", ByteBuffer.wrap(amount.unscaledValue().toByteArray()))
                .set("user", new GenericRecordBuilder(user).set("name", "ann").build())
                .set("more", java.util.List.of(Map.of("a", 1.5f)))
                .build());
      }
    }
    return out.toByteArray();
  }

  /** Behind four bytes with the size of what each becomes. */
  private static void compressed(Map<String, byte[]> seeds) throws IOException {
    byte[] plain = "id,ts,note\n1,2,three three three\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(plain);
    }
    seeds.put("compression/gzip-file", gzip.toByteArray());
    byte[] size = {(byte) plain.length, 0, 0, 0};
    seeds.put("compression/gzip", concat(size, gzip.toByteArray(), 0));
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(plain);
    deflater.finish();
    byte[] out = new byte[1000];
    seeds.put("compression/deflate", concat(size, out, 1000 - deflater.deflate(out)));
    deflater.end();
    seeds.put(
        "compression/snappy",
        concat(
            size,
            out,
            1000
                - new io.airlift.compress.snappy.SnappyCompressor()
                    .compress(plain, 0, plain.length, out, 0, out.length)));
    seeds.put(
        "compression/lz4",
        concat(
            size,
            out,
            1000
                - new io.airlift.compress.lz4.Lz4Compressor()
                    .compress(plain, 0, plain.length, out, 0, out.length)));
    seeds.put(
        "compression/zstd",
        concat(
            size,
            out,
            1000
                - new io.airlift.compress.zstd.ZstdCompressor()
                    .compress(plain, 0, plain.length, out, 0, out.length)));
  }

  private static byte[] concat(byte[] first, byte[] second, int unused) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length - unused);
    System.arraycopy(second, 0, both, first.length, second.length - unused);
    return both;
  }
}
