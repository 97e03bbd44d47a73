package io.errata.api;

import java.time.Instant;

/**
 * One immutable event as a worker sees it. Its payload holds the fields that the worker names in
 * {@link Worker#reads()}.
 *
 * <p>An instance is valid only during the call that it is passed to: keep values, not the event.
 */
public interface Event extends Fields {
  /** The identity by which duplicates are dropped. */
  String id();

  /** Event time, UTC. */
  Instant time();

  /** The type, or the empty text where the spec names no type field. */
  String type();

  Position position();
}
