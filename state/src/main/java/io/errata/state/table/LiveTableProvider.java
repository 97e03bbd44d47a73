package io.errata.state.table;

/** Opens live tables of one kind; found with {@link java.util.ServiceLoader}. */
public interface LiveTableProvider {
  /** Whether this provider answers for a URL's scheme. */
  boolean accepts(String url);

  /**
   * Connects.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the store can't be reached, FORBIDDEN
   *     where it refuses the user
   */
  LiveTable open(LiveTableOptions options);
}
