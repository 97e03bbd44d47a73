package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a stretch of days, in UTC.
 *
 * @param from the first day; null where there was none before
 * @param to the day behind the last; null where it goes on
 * @param schema which one, never one that may change: a file, or a version
 */
public record DatedSchema(@Nullable LocalDate from, @Nullable LocalDate to, SchemaChoice schema)
    implements Serializable {
  private static final long serialVersionUID = 1;

  public DatedSchema {
    if (from != null && to != null && !from.isBefore(to)) {
      throw invalid("from " + from + " to " + to + " is no stretch of days", "to is exclusive");
    }
    if (schema instanceof SchemaChoice.OfSubject subject && subject.version() == null) {
      throw invalid("the latest schema belongs to no day", "give a file or a version");
    }
  }

  /** For people, such as {@code 2024-01-01 to 2024-06-01}. */
  String days() {
    return (from == null ? "the beginning" : from) + " to " + (to == null ? "now" : to);
  }

  /**
   * The same, from the earliest on.
   *
   * @throws ErrataException INVALID_SPEC where two of them have a day in common
   */
  public static List<DatedSchema> inOrder(List<DatedSchema> schemas) {
    List<DatedSchema> order = new ArrayList<>(schemas);
    order.sort(
        Comparator.comparing(DatedSchema::from, Comparator.nullsFirst(Comparator.naturalOrder())));
    for (int i = 1; i < order.size(); i++) {
      @Nullable LocalDate end = order.get(i - 1).to();
      @Nullable LocalDate next = order.get(i).from();
      if (end == null || next == null || next.isBefore(end)) {
        throw invalid(
            order.get(i - 1).days() + " and " + order.get(i).days() + " have days in common",
            "where one schema ends, the next may begin");
      }
    }
    return List.copyOf(order);
  }

  private static ErrataException invalid(String reason, String next) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot tell a schema by the date: " + reason,
        "Check from and to of events.kafka.schemas: " + next + ".");
  }
}
