package io.errata.jobs.graph;

/**
 * What one task, or all of them, counted.
 *
 * @param duplicates copies of events beyond the first
 * @param conflicting ids with several contents
 * @param used events given to the worker; one that touches two keys counts once
 * @param recomputed rows that the worker made
 * @param live rows of the snapshot that were compared
 * @param equal rows that agree
 * @param quarantined keys that are not corrected because of their events
 */
record Tally(
    long duplicates,
    long conflicting,
    long used,
    long recomputed,
    long live,
    long equal,
    long quarantined) {
  static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0);

  /** What the stage before the keys counts. */
  static Tally ofEvents(long duplicates, long conflicting, long used) {
    return new Tally(duplicates, conflicting, used, 0, 0, 0, 0);
  }

  /** What the stage at the keys counts. */
  static Tally ofRows(long recomputed, long live, long equal, long quarantined) {
    return new Tally(0, 0, 0, recomputed, live, equal, quarantined);
  }

  Tally plus(Tally other) {
    return new Tally(
        duplicates + other.duplicates,
        conflicting + other.conflicting,
        used + other.used,
        recomputed + other.recomputed,
        live + other.live,
        equal + other.equal,
        quarantined + other.quarantined);
  }
}
