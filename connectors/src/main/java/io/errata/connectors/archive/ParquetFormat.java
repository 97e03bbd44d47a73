package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/** Parquet, read by row groups. */
final class ParquetFormat implements ArchiveFormat {
  private static final long serialVersionUID = 1;

  private static final int SMALLEST_FILE = 12;

  @Override
  public FileColumns columns(ArchiveFile file) throws IOException {
    try (ParquetFileReader reader = reader(file.path(), file.size())) {
      return new ParquetSchema(reader.getFileMetaData().getSchema());
    }
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) throws IOException {
    try (ParquetFileReader reader = reader(file.path(), file.size())) {
      FieldPlan plan = request.plan();
      ParquetMetadata footer = reader.getFooter();
      check(footer, plan, file.size());
      ParquetPruning pruning =
          new ParquetPruning(new ParquetSchema(footer.getFileMetaData().getSchema()), request);
      RowGroupSplits splits = new RowGroupSplits(file);
      for (BlockMetaData group : footer.getBlocks()) {
        splits.add(group, pruning.need(group));
      }
      return splits.summary();
    }
  }

  @Override
  public RowDecoder open(ReadSplit split, ReadRequest request) throws IOException {
    ParquetFileReader reader = reader(split.input(), split.size());
    try {
      FieldPlan plan = request.plan();
      return split.timeOnly()
          ? new ParquetDecoder(reader, split, List.of(request.schema().time()), 0)
          : new ParquetDecoder(reader, split, plan.paths(), plan.time());
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  static ParquetFileReader reader(String path, long size) throws IOException {
    checkMagic(path, size);
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .usePageChecksumVerification(true)
            .withUseHadoopVectoredIo(false)
            .build();
    return ParquetFileReader.open(new ParquetInput(path, size), options);
  }

  /** The library's own message for these holds bytes of the file. */
  private static void checkMagic(String path, long size) throws IOException {
    if (size < SMALLEST_FILE) {
      throw new ContentException("truncated: " + size + " bytes are too few for a Parquet file");
    }
    try (StoreInput in = StoreInput.open(path)) {
      in.seek(size - SMALLEST_FILE + 4);
      byte[] tail = in.readNBytes(8);
      if (tail.length < 8) {
        throw new EOFException();
      }
      String magic = new String(tail, 4, 4, StandardCharsets.ISO_8859_1);
      if (magic.equals("PARE")) {
        throw new ContentException("encrypted: its footer can't be read");
      }
      if (!magic.equals("PAR1")) {
        throw new ContentException("truncated, or no Parquet file: it doesn't end with a footer");
      }
      long length =
          java.nio.ByteBuffer.wrap(tail).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt()
              & 0xFFFF_FFFFL;
      if (length > size - SMALLEST_FILE) {
        throw new ContentException("its footer is said to be larger than the file");
      }
    }
  }

  /** Lengths that reach beyond the file would be allocated before anything finds out. */
  private static void check(ParquetMetadata footer, FieldPlan plan, long size) throws IOException {
    ParquetSchema schema = new ParquetSchema(footer.getFileMetaData().getSchema());
    List<ColumnPath> wanted =
        plan.paths().stream()
            .map(path -> ColumnPath.get(schema.descriptor(path).getPath()))
            .toList();
    for (BlockMetaData group : footer.getBlocks()) {
      if (group.getRowCount() < 0) {
        throw new ContentException("its footer is broken");
      }
      for (ColumnChunkMetaData chunk : group.getColumns()) {
        if (!wanted.contains(chunk.getPath())) {
          continue;
        }
        if (chunk.isEncrypted()) {
          throw new ContentException(
              "encrypted: column " + chunk.getPath().toDotString() + " can't be read");
        }
        long start = chunk.getStartingPos();
        if (start < 0 || chunk.getTotalSize() < 0 || start > size - chunk.getTotalSize()) {
          throw new ContentException(
              "truncated, or its footer is broken: it points beyond the file's end");
        }
        if (!ParquetCodecs.supports(chunk.getCodec())) {
          throw new ContentException(
              "compressed by " + chunk.getCodec() + ", which is not known here");
        }
      }
    }
  }
}
