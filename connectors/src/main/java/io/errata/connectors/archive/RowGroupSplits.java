package io.errata.connectors.archive;

import io.errata.connectors.archive.ParquetPruning.Need;
import io.errata.connectors.read.ReadSplit;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/**
 * Puts row groups that follow each other into splits: few, since each reads the footer anew, and
 * small enough to share.
 */
final class RowGroupSplits {
  private static final long SPLIT_BYTES = 8L << 20;

  private final ArchiveFile file;
  private final List<ReadSplit> splits = new ArrayList<>();
  private Need need = Need.NOTHING;
  private int nextGroup;
  private long nextRow;
  private long wanted;
  private int groups;
  private long rows;
  private long bytes;

  RowGroupSplits(ArchiveFile file) {
    this.file = file;
  }

  void add(BlockMetaData group, Need groupNeed) {
    if (groupNeed != need || bytes + group.getCompressedSize() > SPLIT_BYTES) {
      finish();
    }
    need = groupNeed;
    groups++;
    rows += group.getRowCount();
    bytes += group.getCompressedSize();
    nextGroup++;
    nextRow += group.getRowCount();
  }

  private void finish() {
    int first = nextGroup - groups;
    long firstRow = nextRow - rows;
    if (groups > 0 && need == Need.ALL) {
      splits.add(file.split("group-" + first, first, groups, firstRow, rows));
    } else if (groups > 0 && need == Need.TIME) {
      splits.add(file.timeSplit("group-" + first, first, groups, firstRow, rows));
    }
    wanted += need == Need.NOTHING ? 0 : rows;
    groups = 0;
    rows = 0;
    bytes = 0;
  }

  FileSummary summary() {
    finish();
    return new FileSummary(splits, nextRow, wanted);
  }
}
