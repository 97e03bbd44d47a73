package io.errata.jobs.plan;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run, as it stands.
 *
 * @param id of the run
 * @param name of its spec
 * @param folder what it keeps, a path or URI
 * @param state what can be done with it
 * @param startedAt when it began
 * @param plan that it ended with
 * @param progress how far it has come, where a process works on it and has written that down
 * @param cluster where its job goes on, or has ended, without a process that waits for it
 * @param process the number of the process of this machine that works on it
 */
public record RunStatus(
    String id,
    String name,
    String folder,
    State state,
    Instant startedAt,
    Optional<String> plan,
    Optional<RunProgress> progress,
    Optional<String> cluster,
    OptionalLong process) {
  /** One that nobody works on, or of whose work nothing is known. */
  public RunStatus(
      String id,
      String name,
      String folder,
      State state,
      Instant startedAt,
      Optional<String> plan) {
    this(
        id,
        name,
        folder,
        state,
        startedAt,
        plan,
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty());
  }

  /** Whether it is one in streaming execution, which can be paused and resumed. */
  public boolean isResumable() {
    return folder.substring(folder.lastIndexOf('/') + 1).startsWith(RunFolder.PREFIX);
  }

  /** What can be done with a run. */
  public enum State {
    /** A process works on it, or may do so on another machine. */
    ALIVE,
    /** It was interrupted: it can be resumed, or dropped. */
    INTERRUPTED,
    /** It was paused, at a checkpoint that was made for that: it can be resumed, or dropped. */
    PAUSED,
    /** No process waits for its job, which goes on by itself: it can be resumed. */
    LEFT,
    /** It has made its plan. */
    ENDED
  }
}
