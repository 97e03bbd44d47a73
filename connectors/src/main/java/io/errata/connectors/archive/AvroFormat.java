package io.errata.connectors.archive;

import io.errata.connectors.avro.AvroColumns;
import io.errata.connectors.avro.AvroFields;
import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Avro's object container files, cut at their sync markers. */
final class AvroFormat implements ArchiveFormat {
  private static final long serialVersionUID = 1;

  private final long splitBytes;
  private final @Nullable FixedSchema reader;

  AvroFormat(long splitBytes) {
    this(splitBytes, null);
  }

  private AvroFormat(long splitBytes, @Nullable FixedSchema reader) {
    this.splitBytes = splitBytes;
    this.reader = reader;
  }

  @Override
  public ArchiveFormat with(FixedSchema schema) throws ContentException {
    AvroSchema.parse(schema.text());
    return new AvroFormat(splitBytes, schema);
  }

  @Override
  public SourceColumns columns(ArchiveFile file) throws IOException {
    try (StoreInput in = StoreInput.open(file.path(), ReadPace.unlimited())) {
      Schema written = AvroHeader.read(new AvroStream(in, file.size())).schema();
      if (reader == null) {
        return new AvroColumns(written);
      }
      Schema wanted = AvroSchema.parse(reader.text());
      // Whether it fits at all, so that a file that doesn't is known before anything is read.
      AvroFields.of(written, wanted, List.of());
      return new AvroColumns(wanted);
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
      return new AvroDecoder(new AvroStream(in, split.size()), split, request.plan(), reader);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
