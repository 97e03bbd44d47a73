package io.errata.jobs.graph;

import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads the rows of one snapshot of a live table, or of the table that running rows start from, by
 * splits in parallel. The snapshot is held open by the client until the job has ended.
 */
final class LiveRowSource implements Source<KeyedRecord, LiveRowSplit, List<LiveRowSplit>> {
  private static final long serialVersionUID = 1;

  private final LiveTableOptions options;
  private final TableDescription table;
  private final List<LiveRowSplit> splits;
  private final Role role;
  private final String staging;

  /** What the rows are to the job. */
  enum Role {
    /** Rows to be compared. */
    LIVE,
    /** Rows that running rows start from. */
    BASE
  }

  /**
   * @param staging the staging folder's URI, in which readers note that they wait
   */
  LiveRowSource(
      LiveTableOptions options,
      TableDescription table,
      List<SnapshotSplit> splits,
      Role role,
      String staging) {
    this.staging = staging;
    this.options = options;
    this.table = table;
    this.splits = splits.stream().map(LiveRowSplit::new).toList();
    this.role = role;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<LiveRowSplit, List<LiveRowSplit>> createEnumerator(
      SplitEnumeratorContext<LiveRowSplit> context) {
    return new LiveRowEnumerator(context, splits);
  }

  @Override
  public SplitEnumerator<LiveRowSplit, List<LiveRowSplit>> restoreEnumerator(
      SplitEnumeratorContext<LiveRowSplit> context, List<LiveRowSplit> left) {
    return new LiveRowEnumerator(context, left);
  }

  @Override
  public SimpleVersionedSerializer<LiveRowSplit> getSplitSerializer() {
    return new JavaSerializer<>();
  }

  @Override
  public SimpleVersionedSerializer<List<LiveRowSplit>> getEnumeratorCheckpointSerializer() {
    return new JavaSerializer<>();
  }

  @Override
  public SourceReader<KeyedRecord, LiveRowSplit> createReader(SourceReaderContext context) {
    return new LiveRowReader(context, options, table, role, staging);
  }
}
