package io.errata.connectors.read;

import java.io.Serializable;

/** Opens splits where they are read; it travels to the tasks of the job. */
@FunctionalInterface
public interface SplitOpener extends Serializable {
  /**
   * Does no more than is needed to make a cursor: what can fail, fails in {@link
   * SplitCursor#next()}.
   */
  SplitCursor open(ReadSplit split);
}
