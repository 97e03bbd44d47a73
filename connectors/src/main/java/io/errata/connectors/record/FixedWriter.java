package io.errata.connectors.record;

import io.errata.connectors.format.FixedSchema;
import java.io.Serializable;

/**
 * A schema that records were written with.
 *
 * @param from the first timestamp of theirs, in milliseconds since 1970-01-01T00:00:00Z
 * @param to the one behind the last
 */
record FixedWriter(FixedSchema schema, long from, long to) implements Serializable {
  private static final long serialVersionUID = 1;

  static FixedWriter ofAnyTime(FixedSchema schema) {
    return new FixedWriter(schema, Long.MIN_VALUE, Long.MAX_VALUE);
  }
}
