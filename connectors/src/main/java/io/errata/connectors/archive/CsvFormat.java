package io.errata.connectors.archive;

import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;

final class CsvFormat implements ArchiveFormat {
  CsvFormat(char delimiter) {}

  @Override
  public FileColumns columns(ArchiveFile file) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSummary summarize(ArchiveFile file, ReadRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public RowDecoder open(ReadSplit split, ReadRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }
}
