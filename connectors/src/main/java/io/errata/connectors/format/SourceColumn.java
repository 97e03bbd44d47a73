package io.errata.connectors.format;

import io.errata.api.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * What an input says about one field.
 *
 * @param type what its values are decoded to; null where it is always null, or can't be decoded
 * @param description the format's own name of the type
 * @param refusal why it can't be decoded, or null
 */
public record SourceColumn(
    @Nullable ColumnType type, String description, @Nullable String refusal) {
  /** One whose values have a type. */
  public static SourceColumn of(ColumnType type, String description) {
    return new SourceColumn(type, description, null);
  }

  /** One without a value. */
  public static SourceColumn alwaysNull(String description) {
    return new SourceColumn(null, description, null);
  }

  /** One that can't be decoded. */
  public static SourceColumn refused(String description, String refusal) {
    return new SourceColumn(null, description, refusal);
  }
}
