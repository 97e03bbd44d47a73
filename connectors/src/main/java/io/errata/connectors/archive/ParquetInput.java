package io.errata.connectors.archive;

import io.errata.connectors.read.ReadPace;
import java.io.IOException;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of the archive as Parquet's reader wants it. */
record ParquetInput(String path, long size, ReadPace pace) implements InputFile {
  @Override
  public long getLength() {
    return size;
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return ParquetStream.open(path, size, pace);
  }
}
