package io.errata.connectors;

import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.jspecify.annotations.Nullable;

/**
 * What is to be read for one window, fixed: whoever reads it, and however often, reads the same or
 * finds out.
 */
public interface ResolvedWindow {
  /**
   * All that will be read, with what is known of it before: evidence for the plan. In a fixed
   * order.
   */
  List<InputPart> inputs();

  /** What is known to be missing before anything is read. */
  List<Gap> gaps();

  /**
   * What a person should know although it is no gap.
   *
   * @param receipts as {@link #confirm}; empty before anything is read
   */
  default List<String> warnings(List<SplitReceipt> receipts) {
    return List.of();
  }

  /**
   * Where there was a choice of sources, what each of them is read for and why: evidence for the
   * plan. Empty where there was none.
   */
  default List<SourceShare> shares() {
    return List.of();
  }

  /** About how many events will be decoded; for progress only. */
  long estimatedEvents();

  /**
   * The bounded source. It emits each event of the window for which the condition is true, with its
   * event time in microseconds as the timestamp; each that can't be decoded, or for which window or
   * condition can't be decided, with a {@link io.errata.connectors.event.EventRecord#rejection()};
   * and for each split, behind its events, one {@link SplitReceipt}. It never fails for what a file
   * says; it fails with UNAVAILABLE where the store does.
   *
   * @param rate how fast all its readers together may read
   */
  default Source<SourceRecord, ?, ?> source(ReadRate rate) {
    return source(rate, null);
  }

  /**
   * As {@link #source(ReadRate)}, for batch execution.
   *
   * @param packed the form that events without a rejection are packed in, many in one {@link
   *     io.errata.connectors.event.EventBlock}; null where they come one by one
   */
  Source<SourceRecord, ?, ?> source(ReadRate rate, @Nullable PackedEvents packed);

  /**
   * Compares what was read with what was expected.
   *
   * @param receipts of all splits, in any order; a receipt of one split may be there twice after a
   *     restart
   * @return what is missing, {@link #gaps()} among it; empty where the source held all of the
   *     window
   */
  List<Gap> confirm(List<SplitReceipt> receipts);
}
