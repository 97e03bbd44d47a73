package io.errata.jobs.aggregate;

import io.errata.api.ColumnType;
import java.io.Serializable;
import java.util.Map;

/**
 * What a declared worker has to know of the events that it will see.
 *
 * @param id the path of the event id
 * @param time the path of the event time
 * @param types the types in which the source keeps the fields of {@link AggregateSpec#fields()},
 *     with those of the spec's {@code events.fields.types} in place of them; a field that is
 *     missing or TEXT takes the type of the column that it goes to
 */
public record EventFacts(String id, String time, Map<String, ColumnType> types)
    implements Serializable {
  public EventFacts {
    types = Map.copyOf(types);
  }
}
