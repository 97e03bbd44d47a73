package io.errata.state.table.postgres;

import io.errata.state.table.TableColumn;

/**
 * {@link io.errata.state.digest.CanonicalForm} as SQL expressions. Needs PostgreSQL 14, whose
 * {@code extract} is exact, a database in UTF-8, and the settings of {@link Connections}.
 */
final class CanonicalSql {
  private CanonicalSql() {}

  /** The form of a column's value. */
  static String of(TableColumn column, String value) {
    String form =
        switch (column.storage()) {
          case BOOLEAN -> "CASE WHEN " + value + " THEN 'b1' WHEN NOT " + value + " THEN 'b0' END";
          case INT16, INT32, INT64 -> "'i' || " + value + "::text || ';'";
          case DECIMAL -> "'n' || trim_scale(" + value + ")::text || ';'";
          case FLOAT32, FLOAT64 ->
              "'f' || encode(float8send(" + normal(value + "::float8") + "), 'hex') || ';'";
          case TEXT, PADDED_TEXT -> length(value + "::text");
          case BYTES -> "'x' || encode(" + value + ", 'hex') || ';'";
          case DATE -> "'d' || (" + value + "::date - date '1970-01-01')::text || ';'";
          case TIMESTAMP, LOCAL_TIMESTAMP -> "'s' || " + micros(value) + "::text || ';'";
          case UUID -> "'u' || " + value + "::text";
          case OTHER -> throw new IllegalArgumentException("Cannot form column " + column.name());
        };
    return "coalesce(" + form + ", '~')";
  }

  /**
   * Of whole minutes and the rest: the epoch alone is rounded to sixteen digits where it is beyond
   * 64 bits of microseconds, from the year 294247 on.
   */
  private static String micros(String value) {
    return "trunc(extract(epoch from date_trunc('minute', "
        + value
        + ")) * 1000000 + extract(microseconds from "
        + value
        + "))";
  }

  /** The form of a text, or of null. */
  static String text(String value) {
    return "coalesce(" + length(value) + ", '~')";
  }

  /** The digest of a form. */
  static String digest(String form) {
    return "sha256(convert_to(" + form + ", 'UTF8'))";
  }

  private static String length(String text) {
    return "'t' || octet_length(" + text + ")::text || ':' || " + text;
  }

  /** One zero and one NaN: the others compare as equal to them. */
  private static String normal(String value) {
    return "CASE WHEN "
        + value
        + " = 0 THEN '0'::float8 WHEN "
        + value
        + " = 'NaN'::float8 THEN 'NaN'::float8 ELSE "
        + value
        + " END";
  }
}
