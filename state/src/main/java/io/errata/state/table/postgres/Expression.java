package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.Locale;

/**
 * Checks that SQL of a spec is one expression and stays one inside of parentheses. Lexical rules:
 * PostgreSQL manual, section 4.1. The server parses the expression afterwards; this is only so that
 * it can't end where it stands and begin another statement.
 */
final class Expression {
  private final String setting;
  private final String sql;
  private int at;

  private Expression(String setting, String sql) {
    this.setting = setting;
    this.sql = sql;
  }

  /**
   * @param setting where the spec has it, for the message
   * @return the expression in parentheses
   * @throws ErrataException INVALID_SPEC where it is none
   */
  static String of(String setting, String sql) {
    new Expression(setting, sql).check();
    return "(" + sql + ")";
  }

  private void check() {
    if (sql.isBlank()) {
      throw invalid("it is empty");
    }
    int depth = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\'') {
        if (escapes()) {
          // They go on in a next quote behind a line break, where a backslash would hide a quote
          // from this check.
          throw invalid("it has an escape string, E'…'");
        }
        skipQuoted('\'');
      } else if (c == '"') {
        skipQuoted('"');
      } else if (c == '$' && !partOfName()) {
        skipDollarQuoted();
      } else if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
        throw invalid("it has a comment");
      } else if (c == ';' || c == '\0') {
        throw invalid("it has a semicolon or a NUL character");
      } else {
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        if (depth < 0) {
          throw invalid("a parenthesis is closed that was not opened");
        }
        at++;
      }
    }
    if (depth != 0) {
      throw invalid("a parenthesis is not closed");
    }
  }

  /** Whether the quote at this place has a prefix that gives backslashes a meaning. */
  private boolean escapes() {
    return at > 0
        && Character.toUpperCase(sql.charAt(at - 1)) == 'E'
        && (at == 1 || !nameCharacter(sql.charAt(at - 2)));
  }

  private void skipQuoted(char quote) {
    for (at++; at < sql.length(); at++) {
      char c = sql.charAt(at);
      if (c == '\0') {
        throw invalid("it has a semicolon or a NUL character");
      }
      if (c == quote) {
        at++;
        if (at == sql.length() || sql.charAt(at) != quote) {
          return;
        }
      }
    }
    throw invalid("a quote is not closed");
  }

  private boolean partOfName() {
    return at > 0 && nameCharacter(sql.charAt(at - 1));
  }

  private static boolean nameCharacter(char c) {
    return c == '_' || c == '$' || c >= 0x80 || Character.isLetterOrDigit(c);
  }

  private void skipDollarQuoted() {
    int end = at + 1;
    while (end < sql.length() && sql.charAt(end) != '$' && nameCharacter(sql.charAt(end))) {
      end++;
    }
    if (end == sql.length() || sql.charAt(end) != '$') {
      throw invalid("it has a dollar sign outside of a name or a quote");
    }
    String tag = sql.substring(at, end + 1);
    int close = sql.indexOf(tag, end + 1);
    if (close < 0) {
      throw invalid("a quote is not closed");
    }
    at = close + tag.length();
  }

  private ErrataException invalid(String reason) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        String.format(Locale.ROOT, "Cannot use %s: %s (one SQL expression)", setting, reason),
        "Write one SQL expression, without comments, semicolons or statements.");
  }
}
