package io.errata.connectors.archive;

import io.errata.connectors.read.ReadPace;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a text file, decompressed where its name says that it is gzipped. */
final class TextInput {
  private static final int BUFFER = 1 << 16;

  private TextInput() {}

  static InputStream open(String path, ReadPace pace) throws IOException {
    StoreInput in = StoreInput.open(path, pace);
    return path.endsWith(".gz") ? new GzipStream(in) : new BufferedInputStream(in, BUFFER);
  }

  /** About how many rows a text file has, for progress. */
  static long estimatedRows(ArchiveFile file) {
    long bytesPerRow = file.isGzip() ? 40 : 200;
    return file.size() / bytesPerRow + 1;
  }
}
