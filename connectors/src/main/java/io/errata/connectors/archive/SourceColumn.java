package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * What a file says about one field.
 *
 * @param type what its values are decoded to; null where it is always null, or can't be decoded
 * @param description the format's own name of the type
 * @param refusal why it can't be decoded, or null
 */
record SourceColumn(@Nullable ColumnType type, String description, @Nullable String refusal) {
  static SourceColumn of(ColumnType type, String description) {
    return new SourceColumn(type, description, null);
  }

  static SourceColumn alwaysNull(String description) {
    return new SourceColumn(null, description, null);
  }

  static SourceColumn refused(String description, String refusal) {
    return new SourceColumn(null, description, refusal);
  }
}
