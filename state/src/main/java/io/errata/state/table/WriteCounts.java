package io.errata.state.table;

/**
 * Rows of an apply or a rollback, by what happened to them. Of a rollback: by what the rollback
 * did.
 */
public record WriteCounts(long inserted, long updated, long deleted, long conflicts) {
  public static final WriteCounts NONE = new WriteCounts(0, 0, 0, 0);

  public long written() {
    return inserted + updated + deleted;
  }
}
