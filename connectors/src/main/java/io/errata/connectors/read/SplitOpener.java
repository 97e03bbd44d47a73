package io.errata.connectors.read;

import java.io.Closeable;
import java.io.Serializable;

/** Opens splits where they are read; it travels to the tasks of the job. */
@FunctionalInterface
public interface SplitOpener extends Serializable {
  /**
   * Does no more than is needed to make a cursor: what can fail, fails in {@link
   * SplitCursor#next()}.
   *
   * @param split read from {@link ReadSplit#mark()} on where that isn't empty; it is then one that
   *     {@link SplitCursor#mark()} gave, maybe in another process
   */
  SplitCursor open(ReadSplit split);

  /**
   * What one reader opens its splits with, one after another in one thread, and closes at its end.
   * An opener whose splits share something, such as a connection, gives a session of its own.
   */
  default Session session() {
    return new Session() {
      @Override
      public SplitCursor open(ReadSplit split) {
        return SplitOpener.this.open(split);
      }

      @Override
      public void close() {}
    };
  }

  /** Opens the splits of one reader. Not thread-safe. */
  interface Session extends Closeable {
    /** As {@link SplitOpener#open}. A cursor is closed before the next is opened. */
    SplitCursor open(ReadSplit split);
  }
}
