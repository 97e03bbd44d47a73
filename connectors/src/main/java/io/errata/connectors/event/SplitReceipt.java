package io.errata.connectors.event;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one split gave, emitted behind its events.
 *
 * @param split distinct within the resolved window
 * @param input the {@link io.errata.connectors.InputPart#name()} that it belongs to
 * @param read rows or records decoded or rejected
 * @param inWindow of those, events of the window
 * @param filtered of those in the window, events for which the condition was not true
 * @param rejected events emitted with a rejection
 * @param offsets what is known of them where rows have offsets that can be missing, or null
 * @param gap what was missing or could not be read to its end, or null
 */
public record SplitReceipt(
    String split,
    String input,
    long read,
    long inWindow,
    long filtered,
    long rejected,
    @Nullable Offsets offsets,
    @Nullable String gap)
    implements SourceRecord, Serializable {

  /**
   * Which offsets of a partition were found.
   *
   * @param first of the first record, or -1 where there is none
   * @param last of the last record, or -1
   * @param vacant offsets that no record has, and why is known: transaction markers, records of
   *     aborted transactions, records that compaction took away
   * @param inSlack of the events in the window, those whose record lies in the slack alone
   * @param atEdge of those, events in the outer half of the slack
   */
  public record Offsets(long first, long last, long vacant, long inSlack, long atEdge)
      implements Serializable {}

  /** The receipt of a split whose rows have no offsets that can be missing. */
  public SplitReceipt(
      String split,
      String input,
      long read,
      long inWindow,
      long filtered,
      long rejected,
      @Nullable String gap) {
    this(split, input, read, inWindow, filtered, rejected, null, gap);
  }

  /** Rows and offsets that are accounted for. */
  public long accounted() {
    return read + (offsets == null ? 0 : offsets.vacant());
  }
}
