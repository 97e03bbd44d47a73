package io.errata.jobs.graph;

import io.errata.state.table.SnapshotSplit;
import java.io.Serializable;
import org.apache.flink.api.connector.source.SourceSplit;

/** A part of a snapshot, as Flink hands it out. */
record LiveRowSplit(SnapshotSplit part) implements SourceSplit, Serializable {
  @Override
  public String splitId() {
    return part.id();
  }
}
