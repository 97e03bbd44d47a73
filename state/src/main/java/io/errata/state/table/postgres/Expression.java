package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Checks that SQL of a spec is one expression and stays one inside of parentheses. Lexical rules:
 * PostgreSQL manual, section 4.1. The server parses the expression afterwards; this is so that it
 * can't end where it stands and begin another statement, and doesn't call a function that reaches
 * out of the rows. What keeps it from doing harm are the rights of the role, and that planning is
 * read only; a function of the database's owner can be called by any name.
 */
final class Expression {
  /**
   * Functions for the session, the server, its files and other databases (PostgreSQL manual,
   * chapters 9.28 and 35, dblink), and those that run the SQL of a text.
   */
  private static final Pattern REACHING =
      Pattern.compile(
          "(pg_|lo_|dblink).*|loread|lowrite|set_config|setval"
              + "|(query|cursor|table|schema|database)_to_xml.*");

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
    if (sql.indexOf('\0') >= 0) {
      throw invalid("it has a NUL character");
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
        int from = at + 1;
        skipQuoted('"');
        checkCall(sql.substring(from, at - 1).replace("\"\"", "\""));
      } else if (c == '$') {
        skipDollarQuoted();
      } else if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
        throw invalid("it has a comment");
      } else if (c == ';') {
        throw invalid("it has a semicolon");
      } else if (nameCharacter(c)) {
        skipWord();
      } else {
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        if (depth < 0) {
          throw invalid("a parenthesis is closed that was not opened");
        }
        if (c == ',' && depth == 0 && !query()) {
          // The server would take it for a row, and write that as text.
          throw invalid("it is more than one, with a comma between");
        }
        at++;
      }
    }
    if (depth != 0) {
      throw invalid("a parenthesis is not closed");
    }
  }

  private boolean query() {
    String start = sql.strip().toLowerCase(Locale.ROOT);
    return start.startsWith("select") || start.startsWith("with");
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
      if (c == quote) {
        at++;
        if (at == sql.length() || sql.charAt(at) != quote) {
          return;
        }
      }
    }
    throw invalid("a quote is not closed");
  }

  /** A name, a keyword, a number, or what stands before a quote. */
  private void skipWord() {
    int from = at;
    // A dollar sign behind a number begins a quote.
    boolean number = Character.isDigit(sql.charAt(at));
    while (at < sql.length()
        && nameCharacter(sql.charAt(at))
        && !(number && sql.charAt(at) == '$')) {
      at++;
    }
    String word = sql.substring(from, at).toLowerCase(Locale.ROOT);
    if (word.equals("u") && (sql.startsWith("&'", at) || sql.startsWith("&\"", at))) {
      // What they stand for is known to the server alone.
      throw invalid("it has Unicode escapes, U&…");
    }
    checkCall(word);
  }

  private void checkCall(String name) {
    int next = at;
    while (next < sql.length() && Character.isWhitespace(sql.charAt(next))) {
      next++;
    }
    if (next < sql.length() && sql.charAt(next) == '(' && REACHING.matcher(name).matches()) {
      throw invalid("it calls " + name + ", which reaches beyond the rows of the table");
    }
  }

  private static boolean nameCharacter(char c) {
    return c == '_' || c == '$' || c >= 0x80 || Character.isLetterOrDigit(c);
  }

  private void skipDollarQuoted() {
    int end = at + 1;
    while (end < sql.length() && sql.charAt(end) != '$' && nameCharacter(sql.charAt(end))) {
      end++;
    }
    // To the server, a dollar sign and a digit are a parameter and begin no quote.
    if (end == sql.length() || sql.charAt(end) != '$' || Character.isDigit(sql.charAt(at + 1))) {
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
