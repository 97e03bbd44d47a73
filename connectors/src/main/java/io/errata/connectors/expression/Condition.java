package io.errata.connectors.expression;

import io.errata.api.Fields;
import java.io.Serializable;
import java.util.Set;

/** Which events are wanted. With SQL's three truth values: an event is wanted only where the condition is true. */
public interface Condition extends Serializable {
  /** The paths that it reads. */
  Set<String> fields();

  /**
   * Whether the event is wanted.
   *
   * @throws io.errata.api.RejectedEventException where a field that decides can't be read
   */
  boolean holds(Fields event);
}
