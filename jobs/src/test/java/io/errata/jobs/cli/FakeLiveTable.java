package io.errata.jobs.cli;

import io.errata.jobs.report.SamplePlan;
import io.errata.state.plan.Correction;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveTable;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A live table whose answer to a write a test chooses. */
class FakeLiveTable implements LiveTable {
  final List<WriteRequest> applied = new ArrayList<>();
  final List<WriteRequest> rolledBack = new ArrayList<>();
  List<LedgerEntry> history = List.of();
  boolean closed;
  private final Function<WriteRequest, WriteResult> answer;

  FakeLiveTable(Function<WriteRequest, WriteResult> answer) {
    this.answer = answer;
  }

  @Override
  public TableDescription describe() {
    return SamplePlan.TABLE;
  }

  @Override
  public Snapshot openSnapshot(Optional<KeyRange> range, int parts) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RowReader read(SnapshotSplit split) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Correction> outsideOwns(List<Correction.Insert> inserts) {
    throw new UnsupportedOperationException();
  }

  @Override
  public WriteResult apply(WriteRequest request) {
    applied.add(request);
    return answer.apply(request);
  }

  @Override
  public WriteResult rollback(WriteRequest request) {
    rolledBack.add(request);
    return answer.apply(request);
  }

  @Override
  public List<LedgerEntry> history() {
    return history;
  }

  @Override
  public void close() {
    closed = true;
  }
}
