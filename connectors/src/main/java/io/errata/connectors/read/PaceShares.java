package io.errata.connectors.read;

import io.errata.connectors.ReadRate;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Divides a rate among the readers that have something to read, anew whenever one begins or ends,
 * so that the rest of a window is read as fast as the whole. Used by one thread.
 */
final class PaceShares {
  private final ReadRate rate;
  private final BiConsumer<Integer, PaceChange> tell;
  private final Set<Integer> readers = new TreeSet<>();

  /**
   * @param tell tells a reader its share
   */
  PaceShares(ReadRate rate, BiConsumer<Integer, PaceChange> tell) {
    this.rate = rate;
    this.tell = tell;
  }

  /** A reader has come, or come back. */
  void begin(int reader) {
    if (rate.isUnlimited()) {
      return;
    }
    boolean more = !readers.contains(reader);
    PaceChange share = PaceChange.to(ReadPace.Share.of(rate, readers.size() + (more ? 1 : 0)));
    if (more) {
      // The others first: what they give up is then given to this one.
      readers.forEach(each -> tell.accept(each, share));
      readers.add(reader);
    }
    tell.accept(reader, share);
  }

  /** A reader has nothing more to read, or is gone. */
  void end(int reader) {
    if (readers.remove(reader) && !readers.isEmpty()) {
      PaceChange share = PaceChange.to(ReadPace.Share.of(rate, readers.size()));
      readers.forEach(each -> tell.accept(each, share));
    }
  }
}
