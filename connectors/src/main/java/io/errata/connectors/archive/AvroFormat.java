package io.errata.connectors.archive;

import io.errata.connectors.avro.AvroColumns;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Avro's object container files, cut at their sync markers. */
final class AvroFormat implements ArchiveFormat {
  private static final long serialVersionUID = 1;

  private final long splitBytes;

  AvroFormat(long splitBytes) {
    this.splitBytes = splitBytes;
  }

  @Override
  public SourceColumns columns(ArchiveFile file) throws IOException {
    try (StoreInput in = StoreInput.open(file.path(), ReadPace.unlimited())) {
      return new AvroColumns(AvroHeader.read(new AvroStream(in, file.size())).schema());
    }
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) {
    List<ReadSplit> splits = new ArrayList<>();
    for (long start = 0; start < file.size(); start += splitBytes) {
      splits.add(
          file.split("byte-" + start, start, Math.min(splitBytes, file.size() - start), start, -1));
    }
    long bytesPerRow = 60;
    return new FileSummary(splits, -1, file.size() / bytesPerRow + 1);
  }

  @Override
  public RowDecoder open(ReadSplit split, ReadRequest request, ReadPace pace) throws IOException {
    StoreInput in = StoreInput.open(split.input(), pace);
    try {
      return new AvroDecoder(new AvroStream(in, split.size()), split, request.plan());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
