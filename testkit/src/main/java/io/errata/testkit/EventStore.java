package io.errata.testkit;

import io.errata.api.ColumnType;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** Where the contract of event sources puts its events before a source reads them. */
public interface EventStore {
  /** The fields of every event, in the order in which a store writes them. */
  List<EventField> FIELDS =
      List.of(
          new EventField("id", ColumnType.TEXT),
          new EventField("ts", ColumnType.TIMESTAMP),
          new EventField("kind", ColumnType.TEXT),
          new EventField("seq", ColumnType.LONG),
          new EventField("flag", ColumnType.BOOLEAN),
          new EventField("count", ColumnType.INT),
          new EventField("amount", ColumnType.DECIMAL),
          new EventField("ratio", ColumnType.DOUBLE),
          new EventField("note", ColumnType.TEXT),
          new EventField("day", ColumnType.DATE),
          new EventField("code", ColumnType.UUID),
          new EventField("place.zip", ColumnType.INT));

  /** The number of digits behind the point that the field {@code amount} has room for. */
  int SCALE = 4;

  /** The schema that asks for all of {@link #FIELDS}. */
  EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MICROS,
          "kind",
          List.of(new EventField("seq", ColumnType.LONG)),
          FIELDS.subList(2, FIELDS.size()));

  /**
   * Events that lie together: a file, or a partition.
   *
   * @param day the day that they are kept under, which need not be the one on which they happened
   * @param rows by path; what is missing is null. Times have microseconds at most
   */
  record Part(LocalDate day, List<Map<String, Object>> rows) {
    public Part {
      rows = List.copyOf(rows);
    }
  }

  /**
   * A source over the parts alone.
   *
   * @param days the days that the source holds anything of; it lacks all others
   */
  WindowSource source(List<Part> parts, List<LocalDate> days) throws Exception;

  /**
   * Whether a day that the source lacks is known to it before it is read, and is then named in the
   * gap.
   */
  boolean knowsDays();
}
