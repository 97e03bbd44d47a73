package io.errata.connectors.stitch;

import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Opens a split with the source that it is of, so that all are read by one Flink source at one
 * rate.
 *
 * @param partitions what Kafka's inputs are called; no file is called like one, since its path has
 *     a slash
 */
record StitchedOpener(SplitOpener files, SplitOpener records, Set<String> partitions)
    implements SplitOpener {
  StitchedOpener {
    partitions = new TreeSet<>(partitions);
  }

  @Override
  public SplitCursor open(ReadSplit split) {
    return (partitions.contains(split.input()) ? records : files).open(split);
  }

  @Override
  public Session session() {
    return new BothSessions();
  }

  /** A session with each, from the first split on that needs it. */
  private final class BothSessions implements Session {
    private @Nullable Session ofFiles;
    private @Nullable Session ofRecords;

    @Override
    public SplitCursor open(ReadSplit split) {
      if (partitions.contains(split.input())) {
        if (ofRecords == null) {
          ofRecords = records.session();
        }
        return ofRecords.open(split);
      }
      if (ofFiles == null) {
        ofFiles = files.session();
      }
      return ofFiles.open(split);
    }

    @Override
    public void close() throws IOException {
      try (Closeable first = ofFiles;
          Closeable second = ofRecords) {
        ofFiles = null;
        ofRecords = null;
      }
    }
  }
}
