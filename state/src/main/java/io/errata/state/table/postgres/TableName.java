package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table's name as a spec has it, read as PostgreSQL reads it: letters become small outside of
 * double quotes.
 *
 * @param schema or empty where the role's search path finds it
 * @param table the table's name, unquoted
 */
record TableName(Optional<String> schema, String table) {

  /**
   * @throws ErrataException INVALID_SPEC where it isn't a name
   */
  static TableName parse(String text) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder part = new StringBuilder();
      at =
          at < text.length() && text.charAt(at) == '"'
              ? quoted(text, at, part)
              : plain(text, at, part);
      parts.add(part.toString());
      if (at == text.length()) {
        break;
      }
      if (text.charAt(at) != '.') {
        throw invalid(text, "there is something behind a closing quote");
      }
      at++;
    }
    return switch (parts.size()) {
      case 1 -> new TableName(Optional.empty(), parts.get(0));
      case 2 -> new TableName(Optional.of(parts.get(0)), parts.get(1));
      default -> throw invalid(text, "it has " + parts.size() + " parts");
    };
  }

  private static int quoted(String text, int from, StringBuilder part) {
    int at = from + 1;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '"') {
        part.append(c);
      } else if (at < text.length() && text.charAt(at) == '"') {
        part.append('"');
        at++;
      } else {
        if (part.length() == 0 || part.indexOf("\0") >= 0) {
          throw invalid(text, "a part of it is empty or has a NUL character");
        }
        return at;
      }
    }
    throw invalid(text, "a double quote is not closed");
  }

  private static int plain(String text, int from, StringBuilder part) {
    int at = from;
    for (; at < text.length() && text.charAt(at) != '.'; at++) {
      char c = text.charAt(at);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
      boolean inner = (c >= '0' && c <= '9') || c == '$';
      if (!letter && !(inner && at > from)) {
        throw invalid(
            text, "the character at " + at + " needs double quotes around its part of the name");
      }
      // Only ASCII letters: what PostgreSQL does with others depends on its locale.
      part.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    if (part.length() == 0) {
      throw invalid(text, "a part of it is empty");
    }
    return at;
  }

  private static ErrataException invalid(String text, String reason) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read table.name: " + text + " (" + reason + ")",
        "Write it as in SQL: schema.table, with double quotes around parts that have capitals or other characters.");
  }
}
