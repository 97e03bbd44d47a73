package io.errata.api;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/**
 * The stretches of time that rows are made from: a row of a bucketed table is made by the events of
 * its bucket alone.
 *
 * @param unit the length of a bucket; weeks begin on Monday (ISO 8601)
 * @param zone whose midnight counts; a day may have 23 or 25 hours in it
 */
public record Bucket(Unit unit, ZoneId zone) {

  /** The length of a bucket. */
  public enum Unit {
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    YEAR
  }

  /** The start of the bucket that holds a time, inclusive. */
  public Instant start(Instant time) {
    return startOf(time.atZone(zone)).toInstant();
  }

  /** The end of the bucket that holds a time, exclusive; the start of the next. */
  public Instant end(Instant time) {
    ZonedDateTime start = startOf(time.atZone(zone));
    return switch (unit) {
      case MINUTE -> start.toInstant().plus(1, ChronoUnit.MINUTES);
      case HOUR -> start.toInstant().plus(1, ChronoUnit.HOURS);
      case DAY -> start.toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
      case WEEK -> start.toLocalDate().plusWeeks(1).atStartOfDay(zone).toInstant();
      case MONTH -> start.toLocalDate().plusMonths(1).atStartOfDay(zone).toInstant();
      case YEAR -> start.toLocalDate().plusYears(1).atStartOfDay(zone).toInstant();
    };
  }

  private ZonedDateTime startOf(ZonedDateTime time) {
    return switch (unit) {
      case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
      case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
      case DAY -> time.toLocalDate().atStartOfDay(zone);
      case WEEK ->
          time.toLocalDate()
              .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
              .atStartOfDay(zone);
      case MONTH -> time.toLocalDate().withDayOfMonth(1).atStartOfDay(zone);
      case YEAR -> time.toLocalDate().withDayOfYear(1).atStartOfDay(zone);
    };
  }
}
