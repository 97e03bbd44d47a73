package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.digest.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Map;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes one file of a plan and takes its digest on the way. Memory is that of one row group,
 * whatever the number of entries.
 */
final class EntryFileWriter<T> {
  /** Small enough that a task can have several of these open; large enough to compress well. */
  private static final long ROW_GROUP_BYTES = 8L << 20;

  private static final int PAGE_BYTES = 256 << 10;

  private final String path;
  private final EntryFormat<T> format;
  private final MessageType schema;
  private final DigestingOutputFile file;
  private final ParquetWriter<Group> writer;
  private long rows;
  private @Nullable PlanFile written;

  private EntryFileWriter(
      String path, EntryFormat<T> format, DigestingOutputFile file, ParquetWriter<Group> writer) {
    this.path = path;
    this.format = format;
    this.schema = format.schema();
    this.file = file;
    this.writer = writer;
  }

  static <T> EntryFileWriter<T> open(PlanStorage storage, String path, EntryFormat<T> format) {
    DigestingOutputFile file = new DigestingOutputFile(storage.output(PlanPath.check(path)));
    try {
      ExampleParquetWriter.Builder builder =
          ExampleParquetWriter.builder(file)
              .withConf(new PlainParquetConfiguration())
              .withType(format.schema())
              .withCompressionCodec(CompressionCodecName.ZSTD)
              .withRowGroupSize(ROW_GROUP_BYTES)
              .withPageSize(PAGE_BYTES)
              .withDictionaryEncoding(CorrectionFormat.DIGEST, false)
              .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
              .withExtraMetaData(Map.of("errata.format", Integer.toString(PlanManifest.FORMAT)));
      if (!format.payload().isEmpty()) {
        // Usually only behind a hundred, and then by the size of those that were.
        builder.withMinRowCountForPageSizeCheck(1).withMaxRowCountForPageSizeCheck(1);
        for (String column : format.payload()) {
          builder.withStatisticsEnabled(column, false).withDictionaryEncoding(column, false);
        }
      }
      return new EntryFileWriter<>(path, format, file, builder.build());
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  void write(T entry) {
    if (written != null) {
      throw new IllegalStateException("Cannot write to " + path + ": it is closed");
    }
    SimpleGroup record = new SimpleGroup(schema);
    format.write(entry, record);
    try {
      writer.write(record);
    } catch (IOException e) {
      throw failed(path, e);
    }
    rows++;
  }

  /** Ends the file. Closing again returns the same. */
  PlanFile close() {
    if (written == null) {
      try {
        writer.close();
      } catch (IOException e) {
        throw failed(path, e);
      }
      written = new PlanFile(path, rows, file.bytes(), file.digest().hex());
    }
    return written;
  }

  private static ErrataException failed(String path, IOException cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot write " + path + " of the plan: " + cause.getClass().getSimpleName(),
        "Look whether the plan's folder may be written to and has space left, then plan again.",
        cause);
  }

  /** Parquet only ever appends, so that the digest is known when the last byte is written. */
  private static final class DigestingOutputFile implements OutputFile {
    private final OutputFile file;
    private final MessageDigest sha256 = Digest.sha256();
    private long bytes;

    DigestingOutputFile(OutputFile file) {
      this.file = file;
    }

    long bytes() {
      return bytes;
    }

    Digest digest() {
      return Digest.of(sha256);
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      return digesting(file.create(blockSizeHint));
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return digesting(file.createOrOverwrite(blockSizeHint));
    }

    @Override
    public boolean supportsBlockSize() {
      return file.supportsBlockSize();
    }

    @Override
    public long defaultBlockSize() {
      return file.defaultBlockSize();
    }

    private PositionOutputStream digesting(PositionOutputStream out) {
      return new PositionOutputStream() {
        @Override
        public long getPos() {
          return bytes;
        }

        @Override
        public void write(int value) throws IOException {
          out.write(value);
          sha256.update((byte) value);
          bytes++;
        }

        @Override
        public void write(byte[] content, int offset, int length) throws IOException {
          out.write(content, offset, length);
          sha256.update(content, offset, length);
          bytes += length;
        }

        @Override
        public void flush() throws IOException {
          out.flush();
        }

        @Override
        public void close() throws IOException {
          out.close();
        }
      };
    }
  }
}
