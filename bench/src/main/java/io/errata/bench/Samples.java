package io.errata.bench;

import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Rows and events of the size that payment tables and topics have. The same in every run. */
final class Samples {
  /** A power of two, so that the next sample is found with a mask. */
  static final int COUNT = 1024;

  static final EventSchema EVENTS =
      new EventSchema(
          "event_id",
          "ts",
          EventSchema.TimeUnit.MICROS,
          "type",
          List.of(new EventField("offset", ColumnType.LONG)),
          List.of(
              new EventField("user_id", ColumnType.TEXT),
              new EventField("value", ColumnType.DECIMAL)));

  private static final RowSchema ROWS =
      RowSchema.of(
          new Column("user_id", ColumnType.TEXT),
          new Column("day", ColumnType.DATE),
          new Column("total", ColumnType.DECIMAL),
          new Column("events", ColumnType.LONG),
          new Column("last_at", ColumnType.TIMESTAMP));
  private static final RowSchema PAYLOAD = EVENTS.payloadSchema();
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");

  private Samples() {}

  static Row row(int number) {
    return row(number, 0);
  }

  /**
   * A row that differs from {@link #row(int)} in its total alone.
   *
   * @param cents how much more the total is
   */
  static Row row(int number, int cents) {
    return Row.of(
        ROWS,
        "user-" + mix(number),
        LocalDate.ofEpochDay(19_884 + number % 30),
        BigDecimal.valueOf(mix(number) % 10_000_000 + cents, 2),
        mix(number) % 1_000,
        START.plusNanos(mix(number) % 1_800_000_000 * 1_000));
  }

  static LiveRow liveRow(int number) {
    Row row = row(number);
    return new LiveRow(
        row,
        new Image(
            List.of(
                "user-" + mix(number),
                row.value(1) + "",
                row.value(2) + "",
                row.value(3) + "",
                row.value(4) + "",
                "2024-06-10 12:30:00+00")));
  }

  static EventRecord event(int number) {
    return new EventRecord(
        PAYLOAD,
        String.format("%016x", mix(number)),
        START.plusNanos(mix(number) % 1_800_000_000 * 1_000),
        number % 8 == 0 ? "refund" : "payment",
        new Object[] {(long) number},
        new Object[] {"user-" + mix(number), BigDecimal.valueOf(mix(number) % 100_000, 2)},
        new Position("date=2024-06-10/hour=12/part-00000.parquet", number),
        null);
  }

  /** Scatters a number, so that lengths and digits vary as they do in real data; not negative. */
  private static long mix(int number) {
    long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
    return (mixed ^ (mixed >>> 31)) >>> 2;
  }
}
