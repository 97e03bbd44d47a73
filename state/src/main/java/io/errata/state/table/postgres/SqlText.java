package io.errata.state.table.postgres;

/** Puts names and texts into SQL (PostgreSQL manual, section 4.1). */
final class SqlText {
  private SqlText() {}

  /** A name as a quoted identifier. */
  static String identifier(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "Cannot quote a name that is empty or has a NUL character");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A text as a literal; sessions have standard_conforming_strings on. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
