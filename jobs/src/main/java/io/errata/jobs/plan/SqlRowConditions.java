package io.errata.jobs.plan;

import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.Conditions;
import io.errata.state.table.RowConditions;
import java.util.function.Predicate;

/** Conditions over rows in the notation of {@code filter.where}. */
public final class SqlRowConditions implements RowConditions {
  @Override
  public Predicate<Row> parse(String sql, RowSchema schema) {
    Condition condition = Conditions.parse(sql);
    condition.check(schema);
    return condition::holds;
  }
}
