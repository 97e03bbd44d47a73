package io.errata.connectors.archive;

import io.errata.connectors.read.ReadSplit;
import java.util.List;

/**
 * What is to be read of one file.
 *
 * @param splits in the order of their rows; those left out hold no event of the window
 * @param rows of the whole file, or -1 where not known before it is read
 * @param estimatedRows of the splits
 */
record FileSummary(List<ReadSplit> splits, long rows, long estimatedRows) {
  FileSummary {
    splits = List.copyOf(splits);
  }
}
