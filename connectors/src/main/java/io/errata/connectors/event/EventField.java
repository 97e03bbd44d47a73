package io.errata.connectors.event;

import io.errata.api.Column;
import io.errata.api.ColumnType;
import java.io.Serializable;

/**
 * A field to decode.
 *
 * @param path names joined by dots, from the top of the record; also the name that workers and
 *     conditions use
 * @param type what its values are converted to
 */
public record EventField(String path, ColumnType type) implements Serializable {
  public Column column() {
    return new Column(path, type);
  }
}
