package io.errata.jobs.demo;

import io.errata.state.plan.Correction;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveTable;
import io.errata.state.table.Overload;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A table of an embedded database, which it keeps running until it is closed. */
final class EmbeddedLiveTable implements LiveTable {
  private final LiveTable table;
  private final EmbeddedDatabase database;

  EmbeddedLiveTable(LiveTable table, EmbeddedDatabase database) {
    this.table = table;
    this.database = database;
  }

  @Override
  public TableDescription describe() {
    return table.describe();
  }

  @Override
  public Snapshot openSnapshot(Optional<KeyRange> range, int parts) {
    return table.openSnapshot(range, parts);
  }

  @Override
  public Optional<Overload> overload() {
    return table.overload();
  }

  @Override
  public List<String> warnings() {
    return table.warnings();
  }

  @Override
  public RowReader read(SnapshotSplit split) {
    return table.read(split);
  }

  @Override
  public List<Correction> outsideOwns(List<Correction.Insert> inserts) {
    return table.outsideOwns(inserts);
  }

  @Override
  public Instant timeOf(String query) {
    return table.timeOf(query);
  }

  @Override
  public WriteResult apply(WriteRequest request) {
    return table.apply(request);
  }

  @Override
  public WriteResult rollback(WriteRequest request) {
    return table.rollback(request);
  }

  @Override
  public List<LedgerEntry> history() {
    return table.history();
  }

  @Override
  public Optional<LedgerEntry> find(String planId) {
    return table.find(planId);
  }

  @Override
  public void close() {
    try {
      table.close();
    } finally {
      database.close();
    }
  }
}
