package io.errata.jobs.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job of Errata, as its cluster tells of it.
 *
 * @param id of the job, in Flink's words
 * @param run the id of the run that it is part of, where it is of a plan
 * @param name of the spec
 * @param state Flink's, in small letters: {@code running}, {@code finished}, {@code canceled} …
 * @param stage what runs now; empty where nothing does
 * @param startedAt when it was submitted
 * @param duration since then, or until its end
 * @param processed steps so far: an event is read and then deduped, a row is compared
 * @param total about how many steps there will be, or 0 where that isn't known
 * @param errors what failed, the latest first; without what others have written in their messages
 */
public record ClusterJob(
    String id,
    Optional<String> run,
    String name,
    String state,
    String stage,
    Instant startedAt,
    Duration duration,
    long processed,
    long total,
    List<String> errors) {
  public ClusterJob {
    errors = List.copyOf(errors);
  }

  /** Whether it will not run again. */
  public boolean hasEnded() {
    return isEnd(state);
  }

  static boolean isEnd(String state) {
    return List.of("finished", "canceled", "failed", "suspended").contains(state);
  }
}
