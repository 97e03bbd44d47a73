package io.errata.jobs.aggregate;

import io.errata.connectors.expression.Call;
import io.errata.connectors.expression.ScalarExpression;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The declared worker as a spec writes it. Nothing is parsed yet: {@link AggregateWorker} does
 * that, once it knows the table.
 *
 * @param key for each key column of the table, what it is made from: a field, or a day or the like
 *     of a time, such as {@code day(ts, UTC)}
 * @param columns for each computed column, its function, such as {@code sum(value)}
 */
public record AggregateSpec(Map<String, String> key, Map<String, String> columns)
    implements Serializable {
  public AggregateSpec {
    // Map.copyOf would forget the order, which shows in messages.
    key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
  }

  /**
   * The paths of all fields that it reads, for asking the source for their types.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where an expression can't be read
   */
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    key.values().forEach(text -> fields.addAll(ScalarExpression.parse(text).fields()));
    for (String text : columns.values()) {
      Call.parse(text)
          .ifPresent(
              call -> {
                if (!AggregateFunction.isTemplate(call)) {
                  call.arguments().forEach(argument -> fields.addAll(argument.fields()));
                }
                call.filter().ifPresent(filter -> fields.addAll(filter.fields()));
              });
    }
    return fields;
  }
}
