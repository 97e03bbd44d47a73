package io.errata.api;

/**
 * Where an event lies: evidence, never part of the answer.
 *
 * @param source the file's path, or {@code topic-partition}
 * @param offset the row in the file, from 0, or the offset in the partition; where a file is read
 *     in pieces and its rows are not numbered, the byte at which the line begins (JSON Lines, as
 *     decompressed), or the byte at which the block begins plus the row's place in the block (Avro)
 */
public record Position(String source, long offset) implements Comparable<Position> {
  @Override
  public int compareTo(Position other) {
    int bySource = source.compareTo(other.source);
    return bySource != 0 ? bySource : Long.compare(offset, other.offset);
  }

  @Override
  public String toString() {
    return source + "@" + offset;
  }
}
