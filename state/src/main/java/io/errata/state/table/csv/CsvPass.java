package io.errata.state.table.csv;

import io.errata.state.digest.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reading of a table's file from its first byte to its last. */
final class CsvPass {
  private static final int ROWS_BETWEEN_LOOKS = 1024;

  private CsvPass() {}

  /** Is shown what the file has, in its order. */
  interface Visitor {
    /** The header, with the byte order mark before it. */
    default void header(CsvFile.Reading reading) throws IOException {}

    void row(CsvLayout layout, CsvRecords records, List<@Nullable String> texts) throws IOException;

    /** The line ends behind the last row. */
    default void rest(byte[] bytes) throws IOException {}
  }

  /**
   * @param digest of all bytes
   */
  record Read(CsvLayout layout, Digest digest) {}

  static Read over(CsvFile file, Path path, Visitor visitor, CsvWrite.Gate gate)
      throws IOException {
    MessageDigest digest = Digest.sha256();
    try (InputStream in =
            new DigestInputStream(new BufferedInputStream(Files.newInputStream(path)), digest);
        CsvFile.Reading reading = file.read(in)) {
      CsvLayout layout = reading.header().layout();
      visitor.header(reading);
      CsvRecords records = reading.records();
      long rows = 0;
      while (records.next()) {
        if (rows++ % ROWS_BETWEEN_LOOKS == 0 && gate.closed()) {
          throw CsvErrors.cancelled();
        }
        visitor.row(layout, records, layout.texts(records));
      }
      visitor.rest(records.rest());
      return new Read(layout, Digest.of(digest));
    }
  }
}
