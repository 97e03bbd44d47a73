package io.errata.api;

import java.io.Serializable;
import java.util.Objects;

/** A named and typed column of a row, or field of an event. */
public record Column(String name, ColumnType type) implements Serializable {
  public Column {
    Objects.requireNonNull(type, "type");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("Cannot name a column: the name is empty");
    }
  }
}
