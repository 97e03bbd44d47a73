package io.errata.connectors.read;

import io.errata.connectors.event.RawEvent;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the rows of one split. Values are those of {@link
 * io.errata.api.ColumnType#javaType()}, null, {@link io.errata.connectors.event.Unreadable}, or
 * {@link io.errata.connectors.event.LazyValue} until the next row, as the format has them: not yet
 * converted. Not thread-safe.
 */
public interface RowDecoder extends Closeable {
  /**
   * Moves to the next row.
   *
   * @return false behind the last
   * @throws ContentException where the rest of the split can't be decoded
   * @throws IOException where the store fails
   */
  boolean next() throws IOException;

  /** Where the row is, for {@link io.errata.api.Position#offset()}. */
  long offset();

  /**
   * Why the whole row can't be decoded, without its values, or null; where there is a reason no
   * value is asked for.
   */
  @Nullable String rejection();

  /** The value of the event time, before {@link #values}: rows outside the window need no more. */
  @Nullable Object time();

  /**
   * Puts the row's values at the places that {@link FieldPlan#paths()} has. At most once for a row.
   */
  void values(@Nullable Object[] target);

  /**
   * The row as it lies in the source, for who looks into why it was rejected: all of it where
   * nothing could be decoded, its beginning otherwise; null where a format has no bytes of one row.
   * Asked for rejected rows only, before the next is moved to.
   */
  default @Nullable RawEvent raw() {
    return null;
  }

  /** About how many bytes the row takes in memory, where rows can be large; 0 where not known. */
  default int size() {
    return 0;
  }
}
