package io.errata.jobs.aggregate;

import io.errata.api.RowSchema;
import java.util.List;
import java.util.Optional;

/**
 * How a declared worker that only counts and adds integers can be fed without an object for each
 * event: which fields make the key, and which numbers each column gathers.
 *
 * @param keys the paths of the fields that make the key, and nothing else does
 * @param columns in the order of the worker's accumulators
 */
public record IntegerFold(List<String> keys, List<Gathered> columns) {
  public IntegerFold {
    keys = List.copyOf(keys);
    columns = List.copyOf(columns);
  }

  /**
   * What one column gathers: the number of its values, and their sum where it has one.
   *
   * @param field the path of the field whose values count, or empty where every event does
   * @param sums whether the values are added up
   */
  public record Gathered(Optional<String> field, boolean sums) {}

  /** Of a worker, where it is so simple. */
  static Optional<IntegerFold> of(AggregateDefinition definition) {
    RowSchema reads = definition.reads();
    List<String> keys =
        definition.key().stream()
            .flatMap(column -> column.expression().field().stream())
            .filter(reads::has)
            .toList();
    List<Gathered> columns =
        definition.eventColumns().stream()
            .flatMap(column -> gathered(column, reads).stream())
            .toList();
    return keys.size() == definition.key().size()
            && columns.size() == definition.eventColumns().size()
        ? Optional.of(new IntegerFold(keys, columns))
        : Optional.empty();
  }

  private static Optional<Gathered> gathered(EventColumn column, RowSchema reads) {
    if (column.filter() != null) {
      return Optional.empty();
    }
    Accumulator gathers = column.start();
    if (gathers instanceof Accumulator.Count count && count.ofNulls()) {
      return Optional.of(new Gathered(Optional.empty(), false));
    }
    boolean sums = gathers instanceof Accumulator.IntegerSum;
    boolean counts = gathers instanceof Accumulator.Count;
    return (sums || counts) && column.field().filter(reads::has).isPresent()
        ? Optional.of(new Gathered(column.field(), sums))
        : Optional.empty();
  }
}
