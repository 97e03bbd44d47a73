package io.errata.jobs.aggregate;

import io.errata.api.ErrataException;
import io.errata.api.Row;
import io.errata.state.table.TableColumn;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A column that is the digest of other columns' values.
 *
 * @param ordinal its place among the columns of the spec
 * @param text its expression as written
 * @param target the table's column
 */
record TemplateColumn(
    String name,
    int ordinal,
    String text,
    AggregateFunction function,
    Template template,
    TableColumn target) {
  @Nullable Object result(Row key, Map<String, @Nullable String> rendered) {
    String filled = template.fill(rendered);
    try {
      return target.conform(
          filled == null ? null : Template.digest(function, filled, target.type()));
    } catch (ErrataException e) {
      throw EventColumn.failed(name, text, key, e);
    }
  }
}
