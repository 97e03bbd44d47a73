package io.errata.it;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event with one field of each type; the fields' names in files are those of {@link #FIELDS}.
 */
record ArchivedEvent(
    String id,
    @Nullable String user,
    int shop,
    Instant time,
    String type,
    @Nullable Long seq,
    @Nullable Integer small,
    @Nullable Long big,
    @Nullable BigDecimal amount,
    @Nullable Double ratio,
    @Nullable String label,
    @Nullable Instant seen,
    @Nullable LocalDate due) {

  /** A field in SQL, and its type in a spec. */
  record Field(String name, String duckType, String specType) {}

  static final List<Field> FIELDS =
      List.of(
          new Field("event_id", "VARCHAR", "text"),
          new Field("user_id", "VARCHAR", "text"),
          new Field("shop", "INTEGER", "int"),
          new Field("ts", "TIMESTAMPTZ", "timestamp"),
          new Field("type", "VARCHAR", "text"),
          new Field("seq", "BIGINT", "long"),
          new Field("small", "INTEGER", "int"),
          new Field("big", "BIGINT", "long"),
          new Field("amount", "DECIMAL(14,2)", "decimal"),
          new Field("ratio", "DOUBLE", "double"),
          new Field("label", "VARCHAR", "text"),
          new Field("seen", "TIMESTAMPTZ", "timestamp"),
          new Field("due", "DATE", "date"));

  /** An event that says nothing but whose it is, of what type, when, and how much. */
  static ArchivedEvent of(String id, String user, String time, String type, long big) {
    return new ArchivedEvent(
        id, user, 0, Instant.parse(time), type, null, 1, big, null, null, null, null, null);
  }

  /** The values in the order of {@link #FIELDS}. */
  Map<String, @Nullable Object> values() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    Object[] all = {id, user, shop, time, type, seq, small, big, amount, ratio, label, seen, due};
    for (int i = 0; i < all.length; i++) {
      values.put(FIELDS.get(i).name(), all[i]);
    }
    return values;
  }

  ArchivedEvent withSeq(@Nullable Long changed) {
    return new ArchivedEvent(
        id, user, shop, time, type, changed, small, big, amount, ratio, label, seen, due);
  }

  ArchivedEvent withUser(@Nullable String changed) {
    return new ArchivedEvent(
        id, changed, shop, time, type, seq, small, big, amount, ratio, label, seen, due);
  }

  ArchivedEvent withBig(@Nullable Long changed) {
    return new ArchivedEvent(
        id, user, shop, time, type, seq, small, changed, amount, ratio, label, seen, due);
  }
}
