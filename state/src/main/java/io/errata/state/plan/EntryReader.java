package io.errata.state.plan;

import java.util.Optional;

/**
 * Reads the entries of a plan one after another, without holding them all.
 *
 * @param <T> the entry
 */
public interface EntryReader<T> extends AutoCloseable {
  /**
   * The next entry, or empty at the end.
   *
   * @throws io.errata.api.ErrataException INVALID_PLAN where a file isn't as it was sealed,
   *     UNAVAILABLE where it can't be read
   */
  Optional<T> next();

  @Override
  void close();
}
