package io.errata.jobs.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How a plan is made; the plan doesn't depend on it.
 *
 * @param mode batch or streaming execution
 * @param checkpointInterval time between two checkpoints of a streaming execution
 * @param checkpoints the folder that checkpoints are written below: a path or a URI of a Flink file
 *     system; in the run's folder where empty
 */
public record ExecutionSpec(Mode mode, Duration checkpointInterval, Optional<String> checkpoints) {
  /** How Flink runs the job. */
  public enum Mode {
    /** Stage by stage, sorted on disk; what is interrupted is begun again. */
    BATCH,
    /** All stages at once, with state in RocksDB and checkpoints of it, from which it goes on. */
    STREAMING
  }
}
