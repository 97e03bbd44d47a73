package io.errata.state.table;

import java.util.List;

/** One consistent moment of the live table, which can be read until it is closed. */
public interface Snapshot extends AutoCloseable {
  /** Names the moment in the plan; evidence only. */
  String id();

  /** Parts that together hold every row in scope exactly once, in a fixed order. */
  List<SnapshotSplit> splits();

  /** About how many rows are in scope; for progress only. */
  long estimatedRows();

  @Override
  void close();
}
