package io.errata.jobs.aggregate;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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
}
