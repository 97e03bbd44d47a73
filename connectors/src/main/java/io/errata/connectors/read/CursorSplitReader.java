package io.errata.connectors.read;

import io.errata.api.Bytes;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;

/**
 * Fetches {@link SourceRecord}s by the batch, few enough that memory stays small, many enough that
 * the hand-over costs nothing; behind each batch of a split that can be continued from there, a
 * {@link Mark}.
 */
final class CursorSplitReader implements SplitReader<Object, ReadSplit> {
  private static final int BATCH_RECORDS = 1_024;
  private static final long BATCH_BYTES = 4L << 20;

  // Few enough that they are still in the processor's cache when they are used.
  private static final int BATCH_BLOCKS = 16;

  private final SplitOpener.Session session;
  private final ReadPace pace;
  private final @Nullable EventPacker packer;
  private final Deque<ReadSplit> pending = new ArrayDeque<>();
  private @Nullable ReadSplit split;
  private @Nullable SplitCursor cursor;
  // Records that were emitted before a restart and come once more.
  private long known;
  private volatile boolean woken;

  /**
   * @param packed the form that events without a rejection are packed in, or null
   */
  CursorSplitReader(SplitOpener.Session session, ReadPace pace, @Nullable PackedEvents packed) {
    this.session = session;
    this.pace = pace;
    this.packer = packed == null ? null : new EventPacker(packed);
  }

  /** The place that all records before it lead up to. */
  record Mark(Bytes place) {}

  @Override
  public RecordsWithSplitIds<Object> fetch() throws IOException {
    woken = false;
    pace.arm();
    if (cursor == null) {
      split = pending.poll();
      if (split == null) {
        return new RecordsBySplits<>(Map.of(), Set.of());
      }
      cursor = session.open(split);
      cursor.pace(pace);
      if (packer != null) {
        cursor.pack(packer);
      }
      known = split.emitted();
    }
    List<Object> batch = new ArrayList<>(BATCH_RECORDS);
    String id = split.splitId();
    boolean finished = false;
    long bytes = 0;
    // What is there goes on its way while the store is slow, and a reader that is woken up is not
    // kept waiting by a store that is gone.
    int most = packer == null ? BATCH_RECORDS : BATCH_BLOCKS;
    while (batch.size() < most && bytes < BATCH_BYTES && !woken && cursor.isReady()) {
      SourceRecord next = cursor.next();
      if (next == null) {
        finished = true;
        break;
      }
      if (known > 0 && isNews(next)) {
        // Of what was emitted, compaction has taken some away meanwhile.
        known = 0;
      }
      if (known > 0) {
        known--;
        if (known == 0 || !(next instanceof SplitReceipt)) {
          continue;
        }
        next = shortened((SplitReceipt) next);
      }
      if (next instanceof SplitReceipt) {
        addPacked(batch);
      }
      batch.add(next);
      bytes += next instanceof EventBlock block ? block.length() : cursor.lastSize();
      if (pace.hasWaited()) {
        // It goes on its way at the pace at which it was read, and not by the batch.
        break;
      }
    }
    addPacked(batch);
    if (finished) {
      closeCursor();
    } else if (!batch.isEmpty()) {
      @Nullable Bytes place = cursor.mark();
      if (place != null) {
        batch.add(new Mark(place));
      }
    }
    return new RecordsBySplits<>(Map.of(id, batch), finished ? Set.of(id) : Set.of());
  }

  private void addPacked(List<Object> batch) {
    @Nullable EventBlock rest = packer == null ? null : packer.take();
    if (rest != null) {
      batch.add(rest);
    }
  }

  /** Whether it stands behind all that was emitted before a restart. */
  private boolean isNews(SourceRecord next) {
    return split != null
        && next instanceof EventRecord event
        && event.position().offset() > split.emittedTo();
  }

  /** The receipt of a split that ends before what it gave the first time. */
  private static SplitReceipt shortened(SplitReceipt receipt) {
    String gap = receipt.gap();
    return new SplitReceipt(
        receipt.split(),
        receipt.input(),
        receipt.read(),
        receipt.inWindow(),
        receipt.filtered(),
        receipt.rejected(),
        gap == null ? "it gave fewer events after a restart than before" : gap);
  }

  @Override
  public void handleSplitsChanges(SplitsChange<ReadSplit> change) {
    pending.addAll(change.splits());
  }

  @Override
  public void wakeUp() {
    woken = true;
    pace.wake();
  }

  @Override
  public void close() throws IOException {
    try (session) {
      closeCursor();
    }
  }

  private void closeCursor() throws IOException {
    if (cursor != null) {
      cursor.close();
      cursor = null;
      split = null;
    }
  }
}
