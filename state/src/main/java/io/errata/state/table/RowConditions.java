package io.errata.state.table;

import io.errata.api.Row;
import io.errata.api.RowSchema;
import java.util.function.Predicate;

/**
 * Understands conditions over rows, for live tables whose store knows no SQL. Found with {@link
 * java.util.ServiceLoader}.
 */
public interface RowConditions {
  /**
   * Reads a condition in SQL's notation. A row for which it is neither true nor false is not one
   * that it holds for.
   *
   * @param sql as {@link LiveTableOptions#owns()}
   * @param schema of the rows
   * @throws io.errata.api.ErrataException INVALID_SPEC where it isn't one, names another column, or
   *     compares what can't be compared
   */
  Predicate<Row> parse(String sql, RowSchema schema);
}
