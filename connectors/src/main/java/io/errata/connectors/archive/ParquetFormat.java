package io.errata.connectors.archive;

import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
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

  /** So that the rows of all row groups can be added up. */
  private static final long MAX_ROWS = 1L << 40;

  @Override
  public SourceColumns columns(ArchiveFile file) throws IOException {
    try (ParquetFileReader reader = reader(file.path(), file.size(), ReadPace.unlimited())) {
      return new ParquetSchema(reader.getFileMetaData().getSchema());
    }
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) throws IOException {
    try (ParquetFileReader reader = reader(file.path(), file.size(), ReadPace.unlimited())) {
      FieldPlan plan = request.plan();
      ParquetMetadata footer = reader.getFooter();
      check(footer, plan.paths(), file.size());
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
  public RowDecoder open(ReadSplit split, ReadRequest request, ReadPace pace) throws IOException {
    ParquetFileReader reader = reader(split.input(), split.size(), pace);
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

  static ParquetFileReader reader(String path, long size, ReadPace pace) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .usePageChecksumVerification(true)
            .withUseHadoopVectoredIo(false)
            .build();
    return ParquetFileReader.open(new ParquetInput(path, size, pace), options);
  }

  /** Lengths that reach beyond the file would be allocated before anything finds out. */
  static void check(ParquetMetadata footer, List<String> paths, long size) throws IOException {
    ParquetSchema schema = new ParquetSchema(footer.getFileMetaData().getSchema());
    List<ColumnPath> wanted =
        paths.stream().map(path -> ColumnPath.get(schema.descriptor(path).getPath())).toList();
    for (BlockMetaData group : footer.getBlocks()) {
      if (group.getRowCount() < 0 || group.getRowCount() > MAX_ROWS) {
        throw new ContentException(
            "its footer is broken: a row group of " + group.getRowCount() + " rows");
      }
      for (ColumnChunkMetaData chunk : group.getColumns()) {
        if (!wanted.contains(chunk.getPath())) {
          continue;
        }
        if (chunk.isEncrypted()) {
          throw new ContentException(
              "encrypted: column " + chunk.getPath().toDotString() + " can't be read");
        }
        if (chunk.getValueCount() != group.getRowCount()) {
          throw new ContentException(
              "its footer is broken: column "
                  + chunk.getPath().toDotString()
                  + " has "
                  + chunk.getValueCount()
                  + " values in a row group of "
                  + group.getRowCount()
                  + " rows");
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
