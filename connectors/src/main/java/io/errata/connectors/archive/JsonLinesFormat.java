package io.errata.connectors.archive;

import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.JsonColumns;
import io.errata.connectors.format.JsonSchemaCheck;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON Lines; a file that isn't gzipped is cut into stretches of bytes. */
final class JsonLinesFormat implements ArchiveFormat {
  private static final long serialVersionUID = 1;
  private static final long SAMPLE_BYTES = 4L << 20;

  private final long splitBytes;
  private final @Nullable FixedSchema schema;

  JsonLinesFormat(long splitBytes) {
    this(splitBytes, null);
  }

  private JsonLinesFormat(long splitBytes, @Nullable FixedSchema schema) {
    this.splitBytes = splitBytes;
    this.schema = schema;
  }

  @Override
  public ArchiveFormat with(FixedSchema checked) throws ContentException {
    JsonSchemaCheck.of(checked.text());
    return new JsonLinesFormat(splitBytes, checked);
  }

  @Override
  public SourceColumns columns(ArchiveFile file) throws IOException {
    try (LineReader lines =
        new LineReader(TextInput.open(file.path(), ReadPace.unlimited()), 0, Long.MAX_VALUE)) {
      JsonColumns.Sample sample = new JsonColumns.Sample();
      while (lines.next() && lines.start() < SAMPLE_BYTES) {
        if (!lines.isTooLong()) {
          boolean marked =
              lines.start() == 0 && lines.length() > 2 && lines.line()[0] == (byte) 0xEF;
          int from = marked ? 3 : 0;
          sample.add(lines.line(), from, lines.length() - from);
        }
      }
      return sample.columns();
    }
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) {
    List<ReadSplit> splits = new ArrayList<>();
    if (file.isGzip()) {
      splits.add(file.whole());
    } else {
      for (long start = 0; start < file.size(); start += splitBytes) {
        splits.add(
            file.split(
                "byte-" + start, start, Math.min(splitBytes, file.size() - start), start, -1));
      }
    }
    return new FileSummary(splits, -1, TextInput.estimatedRows(file));
  }

  @Override
  public RowDecoder open(ReadSplit split, ReadRequest request, ReadPace pace) throws IOException {
    FieldPlan plan = request.plan();
    @Nullable JsonSchemaCheck check = schema == null ? null : JsonSchemaCheck.of(schema.text());
    if (split.input().endsWith(".gz")) {
      return new JsonLinesDecoder(
          new LineReader(TextInput.open(split.input(), pace), 0, Long.MAX_VALUE), plan, check);
    }
    StoreInput in = StoreInput.open(split.input(), pace);
    try {
      return new JsonLinesDecoder(lines(in, split), plan, check);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static LineReader lines(StoreInput in, ReadSplit split) throws IOException {
    long end = split.offset() + split.length();
    // From one byte before: it tells whether a line begins just here.
    long begin = Math.max(0, split.offset() - 1);
    in.seek(begin);
    LineReader lines = new LineReader(buffered(in), begin, end);
    if (split.offset() > 0) {
      lines.next();
    }
    return lines;
  }

  private static InputStream buffered(InputStream in) {
    return new BufferedInputStream(in, 1 << 16);
  }

  @Override
  public boolean isSampled() {
    return true;
  }
}
