package io.errata.connectors.read;

import io.errata.api.Bytes;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.SourceRecord;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one split: its wanted events, then its receipt. The same records in the same order each
 * time.
 */
public interface SplitCursor extends Closeable {
  /**
   * From now on asks this pace about each row and about all bytes that it takes from the store.
   * Called once, before {@link #next()}.
   */
  void pace(ReadPace pace);

  /**
   * From now on packs events that have no rejection, and gives on the blocks that are full; who
   * asks takes the rest from the packer. Called at most once, before {@link #next()}.
   */
  void pack(EventPacker packer);

  /**
   * Waits a moment for what {@link #next()} gives.
   *
   * @return false where it hasn't come yet; {@link #next()} would wait for it as long as it takes
   * @throws io.errata.api.ErrataException UNAVAILABLE where the store fails
   */
  default boolean isReady() throws IOException {
    return true;
  }

  /**
   * The next record, or null behind the receipt.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the store fails
   */
  @Nullable SourceRecord next() throws IOException;

  /**
   * About how many bytes the last record takes in memory, where records can be large; 0 where not
   * known.
   */
  int lastSize();

  /**
   * Names the place behind the last record: from there, {@link SplitOpener#open} goes on after a
   * restart. It holds what the receipt has to know of all that lies before.
   *
   * @return null where the split can be read from its beginning only; it is then read from there
   *     again, and what was emitted is left out
   */
  default @Nullable Bytes mark() throws IOException {
    return null;
  }
}
