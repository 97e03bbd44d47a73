package io.errata.state.table;

import io.errata.api.Column;
import io.errata.api.ColumnType;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A column of the live table.
 *
 * @param name as the database has it, unquoted
 * @param storage how the database keeps it
 * @param sqlType the type as the database writes it, such as {@code numeric(12,2)}
 * @param precision of a DECIMAL, in digits; 0 where it is not limited. Of a timestamp that keeps
 *     fewer than six digits of a second: 6, else 0
 * @param scale of a DECIMAL or of a timestamp whose precision is not 0, in digits behind the point
 * @param length of a TEXT, in characters; 0 where it is not limited
 * @param nullable whether it may be null
 * @param origin who writes it
 */
public record TableColumn(
    String name,
    Storage storage,
    String sqlType,
    int precision,
    int scale,
    int length,
    boolean nullable,
    Origin origin)
    implements Serializable {

  /** How a database keeps a column, and which type carries its values here. */
  public enum Storage {
    BOOLEAN(ColumnType.BOOLEAN),
    INT16(ColumnType.INT),
    INT32(ColumnType.INT),
    INT64(ColumnType.LONG),
    DECIMAL(ColumnType.DECIMAL),
    FLOAT32(ColumnType.DOUBLE),
    FLOAT64(ColumnType.DOUBLE),
    TEXT(ColumnType.TEXT),
    /** Padded with blanks, which don't count. */
    PADDED_TEXT(ColumnType.TEXT),
    BYTES(ColumnType.BYTES),
    DATE(ColumnType.DATE),
    /** A point in time. */
    TIMESTAMP(ColumnType.TIMESTAMP),
    /** A date and time of day without a zone, taken as UTC. */
    LOCAL_TIMESTAMP(ColumnType.TIMESTAMP),
    UUID(ColumnType.UUID),
    /** A type that Errata keeps in images but can't compute or compare. */
    OTHER(null);

    private final @Nullable ColumnType type;

    Storage(@Nullable ColumnType type) {
      this.type = type;
    }
  }

  /** Who writes a column's values. */
  public enum Origin {
    /** Whoever writes the row. */
    WRITTEN,
    /** The database unless the writer overrides it: {@code GENERATED … AS IDENTITY}. */
    IDENTITY,
    /** The database alone, from other columns: {@code GENERATED … AS (…)}. */
    GENERATED
  }

  /** Whether Errata can compute and compare values of this column. */
  public boolean comparable() {
    return storage.type != null;
  }

  /**
   * The type of this column's values.
   *
   * @throws IllegalStateException where it isn't {@link #comparable()}
   */
  public ColumnType type() {
    if (storage.type == null) {
      throw new IllegalStateException("Cannot compute with column " + name + " (" + sqlType + ")");
    }
    return storage.type;
  }

  /** Name and type. */
  public Column column() {
    return new Column(name, type());
  }

  /**
   * Whether a computed value of a type can be stored here, where it is within the column's limits.
   */
  public boolean accepts(ColumnType computed) {
    return comparable() && StoredValues.accepts(type(), computed);
  }

  /**
   * A computed value as this column would store it.
   *
   * @throws io.errata.api.ErrataException INVALID_VALUE where it can't be stored, naming the column
   *     and never the value
   */
  public @Nullable Object conform(@Nullable Object computed) {
    return StoredValues.conform(this, computed);
  }
}
