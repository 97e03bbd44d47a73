package io.errata.jobs.graph;

import io.errata.api.Row;
import io.errata.connectors.event.EventRecord;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.LiveRow;
import java.util.List;

/**
 * What comes together at one key: its live row, its base row, its events, and reasons not to
 * correct it.
 */
sealed interface KeyedRecord {
  /** The canonical form of the key, by which records come together. */
  String key();

  /** The row that users see. */
  record Live(String key, LiveRow row) implements KeyedRecord {}

  /** The row that a running row starts from: the columns that a worker resumes from. */
  record Base(String key, Row keyRow, Row columns) implements KeyedRecord {}

  /** An event that touches the key. */
  record Touch(String key, Row keyRow, EventRecord event) implements KeyedRecord {}

  /**
   * Events that touch the key, folded to numbers; in batch execution only.
   *
   * @param last of these events, in the one order of events
   * @param gathered as {@link io.errata.jobs.aggregate.CombinableAggregateWorker#add} takes it
   */
  record Folded(String key, Row keyRow, EventRecord last, List<Long> gathered)
      implements KeyedRecord {
    public Folded {
      gathered = List.copyOf(gathered);
    }
  }

  /** An event that came before and is not to be used after all; in streaming execution only. */
  record Withdrawn(String key, long timestamp, String id) implements KeyedRecord {}

  /** An event because of which the key is not corrected. */
  record Barred(String key, QuarantineEntry entry) implements KeyedRecord {}
}
