package io.errata.connectors.archive;

import io.errata.connectors.InputPart;
import io.errata.connectors.read.ReadSplit;
import java.time.Instant;

/**
 * A file as it was listed.
 *
 * @param path with its scheme
 * @param size in bytes
 * @param modified milliseconds since 1970-01-01T00:00:00Z
 */
record ArchiveFile(String path, long size, long modified) {
  boolean isGzip() {
    return path.endsWith(".gz");
  }

  /** A part of this file, of which nothing has been read. */
  ReadSplit split(String name, long offset, long length, long firstRow, long rows) {
    return new ReadSplit(
        path + "#" + name, path, offset, length, firstRow, rows, size, modified, false);
  }

  /** As {@link #split}, with {@link ReadSplit#timeOnly()}. */
  ReadSplit timeSplit(String name, long offset, long length, long firstRow, long rows) {
    return new ReadSplit(
        path + "#" + name, path, offset, length, firstRow, rows, size, modified, true);
  }

  /** All of this file in one. */
  ReadSplit whole() {
    return split("all", 0, size, 0, -1);
  }

  InputPart part(long rows) {
    return new InputPart(path, 0, rows, size, Instant.ofEpochMilli(modified).toString());
  }
}
