package io.errata.jobs.graph;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What all tasks of a job have counted so far. Nothing of it decides anything: a plan goes by what
 * its tasks report at their end.
 *
 * @param counts what was counted; what is not there was not counted yet
 * @param newest the event time of the newest event that was read
 */
public record JobCounts(Map<Count, Long> counts, Optional<Instant> newest) {
  /** Nothing was counted. */
  public static final JobCounts NONE = new JobCounts(Map.of(), Optional.empty());

  public JobCounts {
    counts = Map.copyOf(counts);
  }

  /**
   * Reads the accumulators of a job.
   *
   * @param accumulators by their names, with numbers or their digits
   */
  public static JobCounts of(Map<String, ?> accumulators) {
    Map<Count, Long> counts = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      Object value = accumulators.get(count.accumulator());
      if (value instanceof Long number) {
        counts.put(count, number);
      }
    }
    Object newest = accumulators.get(IntakeFunction.NEWEST);
    return new JobCounts(
        counts,
        newest != null && newest.toString().matches("-?[0-9]{1,18}")
            ? Optional.of(Instant.ofEpochMilli(Long.parseLong(newest.toString())))
            : Optional.empty());
  }

  public long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  /** Steps so far: an event is read and then deduped, a row is compared. */
  public long steps() {
    return of(Count.EVENTS_READ) + of(Count.EVENTS_DEDUPED) + of(Count.ROWS_COMPARED);
  }
}
