package io.errata.connectors.archive;

import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.io.Serializable;

/**
 * How files of one format are described and decoded. Every method throws {@link StoreException}
 * where the file system fails, {@link java.io.FileNotFoundException} where the file is gone, and
 * anything else for what the file says.
 */
interface ArchiveFormat extends Serializable {
  /** Reads which fields a file has; no more of the file than that needs. */
  SourceColumns columns(ArchiveFile file) throws IOException;

  /** Cuts a file into splits, whose fields have been checked. */
  FileSummary summarize(ArchiveFile file, ReadRequest request) throws IOException;

  /** Opens a split; all that is read of the file is read at a pace. */
  RowDecoder open(ReadSplit split, ReadRequest request, ReadPace pace) throws IOException;

  /**
   * Whether {@link #columns} only tells what a part of the file has, because rows need not have all
   * fields.
   */
  default boolean isSampled() {
    return false;
  }

  /**
   * The same, with events read by a schema.
   *
   * @throws ContentException where it is no schema of this format's
   */
  default ArchiveFormat with(FixedSchema schema) throws ContentException {
    throw new ContentException("the format has no schema");
  }
}
