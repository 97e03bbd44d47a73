package io.errata.connectors.kafka;

import java.io.Serializable;

/**
 * Tells which records lie in the slack around a window, and which near its outer edge.
 *
 * @param edgeBefore records older than this, in milliseconds since 1970-01-01T00:00:00Z, are in the
 *     outer half of the slack before the window
 * @param from records older than this are in the slack
 * @param to records not older than this are in the slack
 * @param edgeAfter records not older than this are in the outer half of the slack after the window
 * @param edgeOffset so are those from this offset on, whatever their timestamps say: older records
 *     stand behind records that are as late as {@code edgeAfter}
 */
record SlackBounds(long edgeBefore, long from, long to, long edgeAfter, long edgeOffset)
    implements Serializable {
  /** For a range that was asked for by its offsets: all of it is the window's. */
  static final SlackBounds NONE =
      new SlackBounds(
          Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  boolean isSlack(long offset, long timestamp) {
    return timestamp < from || timestamp >= to || offset >= edgeOffset;
  }

  boolean isEdge(long offset, long timestamp) {
    return timestamp < edgeBefore || timestamp >= edgeAfter || offset >= edgeOffset;
  }
}
