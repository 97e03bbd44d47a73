package io.errata.connectors.kafka;

/**
 * Narrows down where a log leaves a time behind, from looks at short stretches of it: first at
 * distances that double, to the end; then between the last older record that was found and the next
 * stretch without one. Not thread-safe.
 */
final class CrossingSearch {
  private final long logEnd;

  /** A record right before it is older; or it is where the search began. */
  private long low;

  /** A stretch that begins here has no older record; or it is the log's end. */
  private long high;

  private long probe;
  private long step;
  private boolean bisecting;

  /**
   * @param first where the search begins
   * @param logEnd where it ends
   * @param step the first distance, from 1
   */
  CrossingSearch(long first, long logEnd, long step) {
    this.low = first;
    this.high = logEnd;
    this.logEnd = logEnd;
    this.probe = first;
    this.step = step;
    this.bisecting = first >= logEnd;
  }

  boolean isDone() {
    return bisecting && low >= high;
  }

  /** Where to look next, unless done. */
  long probe() {
    return probe;
  }

  /**
   * Takes in what was seen from {@link #probe()} on.
   *
   * @param behindOlder the offset behind the last record that was older, or -1 where none was
   * @param seen the offset behind the last record that was looked at
   */
  void learn(long behindOlder, long seen) {
    if (behindOlder < 0) {
      high = Math.min(high, probe);
    } else {
      low = Math.max(low, behindOlder);
      if (!bisecting) {
        // Probes only go up while they double: one that was found clean before is refuted.
        high = logEnd;
      } else if (seen >= high) {
        // The last older record is known: all behind it was looked at.
        high = low;
      }
    }
    if (!bisecting) {
      probe = Math.max(probe + step, seen);
      step *= 2;
      bisecting = probe >= logEnd;
    }
    if (bisecting) {
      probe = low + (high - low) / 2;
    }
  }

  /** The offset behind the last older record that is left to be found. */
  long result() {
    return low;
  }
}
