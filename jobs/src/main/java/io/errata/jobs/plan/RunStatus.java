package io.errata.jobs.plan;

import java.time.Instant;
import java.util.Optional;

/**
 * A run in streaming execution, as it stands.
 *
 * @param id of the run
 * @param name of its spec
 * @param folder what it keeps, a path or URI
 * @param state what can be done with it
 * @param startedAt when it began
 * @param plan that it ended with
 */
public record RunStatus(
    String id, String name, String folder, State state, Instant startedAt, Optional<String> plan) {
  /** What can be done with a run. */
  public enum State {
    /** A process works on it, or may do so on another machine. */
    ALIVE,
    /** It was interrupted: it can be resumed, or dropped. */
    INTERRUPTED,
    /** It has made its plan. */
    ENDED
  }
}
