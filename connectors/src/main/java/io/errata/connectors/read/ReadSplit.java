package io.errata.connectors.read;

import io.errata.api.Bytes;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A part of an input that is read in one go, fixed when the window was resolved.
 *
 * @param splitId distinct within the window
 * @param input the {@link io.errata.connectors.InputPart#name()} that it belongs to
 * @param offset where it begins: a byte, or what the format counts
 * @param length how much of it there is, in the unit of {@code offset}
 * @param firstRow the offset of the first row's position
 * @param rows how many rows there must be, or -1 where that is not known before they are read
 * @param size the whole input's size when it was resolved, in bytes
 * @param generation what told the input's content from another of the same name when it was
 *     resolved; empty where it can't be replaced
 * @param timeOnly whether the condition is known to be true for none of its rows, and each is known
 *     to have a time, so that they only need to be counted
 * @param mark the place that it is continued from after a restart, as its cursor has named it;
 *     empty for its beginning
 * @param emitted how many records behind the mark were emitted before the restart
 * @param emittedTo the position's offset in the last event of the split that was emitted, or -1
 */
public record ReadSplit(
    String splitId,
    String input,
    long offset,
    long length,
    long firstRow,
    long rows,
    long size,
    String generation,
    boolean timeOnly,
    Bytes mark,
    long emitted,
    long emittedTo)
    implements SourceSplit {
  private static final Bytes BEGINNING = Bytes.of();

  /** A split of which nothing was read yet. */
  public ReadSplit(
      String splitId,
      String input,
      long offset,
      long length,
      long firstRow,
      long rows,
      long size,
      String generation,
      boolean timeOnly) {
    this(
        splitId,
        input,
        offset,
        length,
        firstRow,
        rows,
        size,
        generation,
        timeOnly,
        BEGINNING,
        0,
        -1);
  }

  /**
   * This split, to be continued behind a number of records that follow a mark.
   *
   * @param last the position's offset in the last event before, or -1 where there was none
   */
  public ReadSplit behind(Bytes place, long records, long last) {
    return new ReadSplit(
        splitId,
        input,
        offset,
        length,
        firstRow,
        rows,
        size,
        generation,
        timeOnly,
        place,
        records,
        last);
  }
}
