package io.errata.connectors.archive;

import io.errata.connectors.format.CsvColumns;
import io.errata.connectors.format.CsvRows;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CSV with a header row, a file in one piece: a quoted field may hold line ends, so that no row's
 * start can be found inside.
 */
final class CsvFormat implements ArchiveFormat {
  private static final long serialVersionUID = 1;

  private final char delimiter;

  CsvFormat(char delimiter) {
    this.delimiter = delimiter;
  }

  @Override
  public SourceColumns columns(ArchiveFile file) throws IOException {
    try (CsvRows rows = CsvRows.of(TextInput.open(file.path(), ReadPace.unlimited()), delimiter)) {
      return new CsvColumns(header(rows));
    }
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) {
    return new FileSummary(List.of(file.whole()), -1, TextInput.estimatedRows(file));
  }

  @Override
  public RowDecoder open(ReadSplit split, ReadRequest request, ReadPace pace) throws IOException {
    CsvRows rows = CsvRows.of(TextInput.open(split.input(), pace), delimiter);
    try {
      return new CsvDecoder(rows, header(rows), request.plan());
    } catch (IOException | RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  private static List<String> header(CsvRows rows) throws IOException {
    @Nullable List<String> names = rows.header();
    if (names == null) {
      throw new ContentException("it has no header row");
    }
    return names;
  }
}
