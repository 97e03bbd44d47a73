package io.errata.connectors.archive;

import java.io.IOException;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of the archive as Parquet's reader wants it. */
record ParquetInput(String path, long size) implements InputFile {
  @Override
  public long getLength() {
    return size;
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    StoreInput in = StoreInput.open(path);
    return new DelegatingSeekableInputStream(in) {
      @Override
      public long getPos() throws IOException {
        return in.position();
      }

      @Override
      public void seek(long position) throws IOException {
        in.seek(position);
      }
    };
  }
}
