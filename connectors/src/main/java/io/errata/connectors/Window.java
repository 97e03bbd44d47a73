package io.errata.connectors;

import io.errata.api.Bucket;
import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRules;

/**
 * A stretch of event time, UTC, {@code [from, to)}.
 *
 * @param from inclusive
 * @param to exclusive, behind {@code from}
 */
public record Window(Instant from, Instant to) implements Serializable {
  public Window {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "Cannot make a window: it begins at " + from + " and ends at " + to);
    }
  }

  public boolean contains(Instant time) {
    return !time.isBefore(from) && time.isBefore(to);
  }

  /**
   * A window of whole buckets that holds this one: the smallest, but whole days where the clocks
   * change near one of its ends, since hours and minutes that are there twice, or in part, may
   * reach into each other.
   */
  public Window widen(Bucket bucket) {
    Bucket whole =
        isWithinDay(bucket.unit())
                && (isNearClockChange(from, bucket) || isNearClockChange(to, bucket))
            ? new Bucket(Bucket.Unit.DAY, bucket.zone())
            : bucket;
    Instant lastStart = whole.start(to);
    return new Window(whole.start(from), lastStart.equals(to) ? to : whole.end(to));
  }

  private static boolean isWithinDay(Bucket.Unit unit) {
    return unit == Bucket.Unit.MINUTE || unit == Bucket.Unit.HOUR;
  }

  private static boolean isNearClockChange(Instant time, Bucket bucket) {
    ZoneRules rules = bucket.zone().getRules();
    return !rules
        .getOffset(time.minus(1, ChronoUnit.DAYS))
        .equals(rules.getOffset(time.plus(1, ChronoUnit.DAYS)));
  }

  @Override
  public String toString() {
    return "[" + from + ", " + to + ")";
  }
}
