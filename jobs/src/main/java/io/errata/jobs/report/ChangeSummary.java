package io.errata.jobs.report;

import io.errata.api.Column;
import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.table.TableDescription;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the corrections of a plan amount to, found in one pass that holds no more than the largest
 * of them.
 *
 * @param counts by kind
 * @param largest the largest first; of the same size, in the order of their keys' canonical form
 * @param columns each compared column, in the order of the table's description
 */
public record ChangeSummary(
    CorrectionCounts counts, List<RankedCorrection> largest, List<ColumnChange> columns) {
  public ChangeSummary {
    largest = List.copyOf(largest);
    columns = List.copyOf(columns);
  }

  /**
   * Reads all corrections once.
   *
   * @param limit how many of the largest are kept, from 0
   */
  public static ChangeSummary of(CorrectionSource corrections, TableDescription table, int limit) {
    return of(corrections, table.key(), table.compareSchema().columns(), limit);
  }

  static ChangeSummary of(
      CorrectionSource corrections, List<String> key, List<Column> compare, int limit) {
    List<Tally> tallies = compare.stream().map(Tally::new).toList();
    Comparator<Candidate> smallestFirst = Comparator.reverseOrder();
    PriorityQueue<Candidate> kept = new PriorityQueue<>(limit + 1, smallestFirst);
    long insert = 0;
    long update = 0;
    long delete = 0;
    try (CorrectionReader reader = corrections.open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        Correction correction = next.get();
        Optional<Row> before = before(correction);
        Optional<Row> after = after(correction);
        insert += before.isEmpty() ? 1 : 0;
        delete += after.isEmpty() ? 1 : 0;
        update += before.isPresent() && after.isPresent() ? 1 : 0;
        double size = 0;
        for (Tally tally : tallies) {
          size = Math.max(size, tally.add(before, after));
        }
        Candidate candidate = new Candidate(correction, size, key);
        if (kept.size() < limit) {
          kept.add(candidate);
        } else if (limit > 0 && candidate.compareTo(Objects.requireNonNull(kept.peek())) < 0) {
          kept.poll();
          kept.add(candidate);
        }
      }
    }
    return new ChangeSummary(
        new CorrectionCounts(insert, update, delete),
        kept.stream().sorted().map(c -> new RankedCorrection(c.correction, c.size)).toList(),
        tallies.stream().map(Tally::total).toList());
  }

  /** The row as the live table has it, or empty for an insert. */
  public static Optional<Row> before(Correction correction) {
    if (correction instanceof Correction.Update update) {
      return Optional.of(update.before().values());
    }
    if (correction instanceof Correction.Delete delete) {
      return Optional.of(delete.before().values());
    }
    return Optional.empty();
  }

  /** The row as it was recomputed, or empty for a delete. */
  public static Optional<Row> after(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return Optional.of(insert.after());
    }
    if (correction instanceof Correction.Update update) {
      return Optional.of(update.after());
    }
    return Optional.empty();
  }

  /** Whether a column's value is another afterwards, as the canonical form has it. */
  public static boolean changes(String column, Row before, Row after) {
    List<String> one = List.of(column);
    return !CanonicalForm.of(before, one).equals(CanonicalForm.of(after, one));
  }

  /**
   * By how much a number changes, rounded to a double; a missing one counts as 0; infinite where
   * only one side is finite.
   */
  static double change(@Nullable Object before, @Nullable Object after) {
    if (!finite(before) || !finite(after)) {
      boolean same = Objects.equals(before, after);
      return same ? 0 : notFiniteSign(before, after) * Double.POSITIVE_INFINITY;
    }
    if (before instanceof Double || after instanceof Double) {
      return number(after).doubleValue() - number(before).doubleValue();
    }
    if (!(before instanceof BigDecimal) && !(after instanceof BigDecimal)) {
      long from = number(before).longValue();
      long to = number(after).longValue();
      long difference = to - from;
      // The signs tell an overflow, as in Math.subtractExact, without an exception for each such
      // row.
      if (((to ^ from) & (to ^ difference)) >= 0) {
        return difference;
      }
    }
    return decimal(after).subtract(decimal(before)).doubleValue();
  }

  private static int notFiniteSign(@Nullable Object before, @Nullable Object after) {
    if (after instanceof Double to && (to == Double.NEGATIVE_INFINITY)) {
      return -1;
    }
    return before instanceof Double from && from == Double.POSITIVE_INFINITY ? -1 : 1;
  }

  private static boolean finite(@Nullable Object value) {
    return !(value instanceof Double number) || Double.isFinite(number);
  }

  private static Number number(@Nullable Object value) {
    return value == null ? 0 : (Number) value;
  }

  private static BigDecimal decimal(@Nullable Object value) {
    if (value == null) {
      return BigDecimal.ZERO;
    }
    return value instanceof BigDecimal decimal
        ? decimal
        : BigDecimal.valueOf(((Number) value).longValue());
  }

  private static boolean numeric(Column column) {
    return Number.class.isAssignableFrom(column.type().javaType());
  }

  /** Sums up one column. */
  private static final class Tally {
    private final Column column;
    private final boolean numeric;
    private final TreeMap<Integer, Long> distribution = new TreeMap<>();
    private long changed;
    private long raised;
    private long lowered;

    Tally(Column column) {
      this.column = column;
      this.numeric = numeric(column);
    }

    /** The size of the change, or 0 where it has none. */
    double add(Optional<Row> before, Optional<Row> after) {
      if (before.isPresent()
          && after.isPresent()
          && !changes(column.name(), before.get(), after.get())) {
        return 0;
      }
      changed++;
      if (!numeric) {
        return 0;
      }
      Object from = before.map(r -> r.value(column.name())).orElse(null);
      Object to = after.map(r -> r.value(column.name())).orElse(null);
      double change = change(from, to);
      if (change != 0) {
        raised += change > 0 ? 1 : 0;
        lowered += change < 0 ? 1 : 0;
        distribution.merge(ColumnChange.bucket(change), 1L, Long::sum);
      }
      return Math.abs(change);
    }

    ColumnChange total() {
      return new ColumnChange(column.name(), numeric, changed, raised, lowered, distribution);
    }
  }

  /** A correction in the order of the largest first. */
  private static final class Candidate implements Comparable<Candidate> {
    private final Correction correction;
    private final double size;
    private final List<String> keyColumns;
    private @Nullable String keyForm;

    Candidate(Correction correction, double size, List<String> keyColumns) {
      this.correction = correction;
      this.size = size;
      this.keyColumns = keyColumns;
    }

    @Override
    public int compareTo(Candidate other) {
      int bySize = Double.compare(other.size, size);
      return bySize != 0 ? bySize : keyForm().compareTo(other.keyForm());
    }

    /** Made only where sizes tie: it is the dearest part of a pass. */
    private String keyForm() {
      if (keyForm == null) {
        keyForm = CanonicalForm.of(correction.key(keyColumns));
      }
      return keyForm;
    }
  }
}
