package io.errata.connectors.expression;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/**
 * Reads times that people write in a spec: ISO 8601, with a blank for the T as well; UTC where no
 * offset is written.
 */
final class TimeText {
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[XXX][X]")
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withChronology(IsoChronology.INSTANCE);

  private TimeText() {}

  static Instant timestamp(String text) {
    try {
      TemporalAccessor parsed = TIMESTAMP.parse(text);
      LocalTime time = parsed.query(TemporalQueries.localTime());
      ZoneOffset offset =
          parsed.isSupported(ChronoField.OFFSET_SECONDS) ? ZoneOffset.from(parsed) : ZoneOffset.UTC;
      return LocalDate.from(parsed)
          .atTime(time == null ? LocalTime.MIDNIGHT : time)
          .toInstant(offset);
    } catch (DateTimeException e) {
      throw invalid("timestamp", text, "2024-06-10T12:00:00Z", e);
    }
  }

  static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw invalid("date", text, "2024-06-10", e);
    }
  }

  private static ErrataException invalid(
      String what, String text, String example, DateTimeException cause) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read as a " + what + ": '" + text + "' (ISO 8601, such as '" + example + "')",
        "Write it as '" + example + "'.",
        cause);
  }
}
