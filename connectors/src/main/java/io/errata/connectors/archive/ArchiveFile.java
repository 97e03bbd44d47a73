package io.errata.connectors.archive;

import io.errata.connectors.InputPart;
import io.errata.connectors.read.ReadSplit;

/**
 * A file as it was listed.
 *
 * @param path with its scheme
 * @param size in bytes
 * @param generation what tells its content from another that is written in its place
 */
record ArchiveFile(String path, long size, String generation) {
  boolean isGzip() {
    return path.endsWith(".gz");
  }

  /** A part of this file, of which nothing has been read. */
  ReadSplit split(String name, long offset, long length, long firstRow, long rows) {
    return new ReadSplit(
        path + "#" + name, path, offset, length, firstRow, rows, size, generation, false);
  }

  /** As {@link #split}, with {@link ReadSplit#timeOnly()}. */
  ReadSplit timeSplit(String name, long offset, long length, long firstRow, long rows) {
    return new ReadSplit(
        path + "#" + name, path, offset, length, firstRow, rows, size, generation, true);
  }

  /** All of this file in one. */
  ReadSplit whole() {
    return split("all", 0, size, 0, -1);
  }

  InputPart part(long rows) {
    return new InputPart(path, 0, rows, size, generation);
  }
}
