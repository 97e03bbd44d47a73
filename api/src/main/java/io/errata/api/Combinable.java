package io.errata.api;

/**
 * A worker whose result doesn't depend on the order of events, and whose states can be merged:
 * sums, counts, extremes.
 *
 * @param <S> the state of one key
 */
public interface Combinable<S> extends Worker<S> {
  /**
   * The state after the events of both, whichever way they were split: associative and commutative,
   * with {@link #start} as its neutral element. Either argument may be changed and returned.
   */
  S combine(S left, S right);
}
