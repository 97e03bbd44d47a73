package io.errata.jobs.aggregate;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A text with the values of columns in it, such as {@code {user_id}-{total}}; a brace itself is
 * written twice.
 *
 * @param text as written
 * @param parts what it is made of, in order
 */
record Template(String text, List<Part> parts) {
  /**
   * @param text the words, or the name of a column
   */
  record Part(Kind kind, String text) {
    enum Kind {
      WORDS,
      COLUMN
    }
  }

  Template {
    parts = List.copyOf(parts);
  }

  /**
   * @throws ErrataException INVALID_SPEC where a brace is alone
   */
  static Template parse(String text) {
    List<Part> parts = new ArrayList<>();
    StringBuilder words = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
        words.append(c);
        i += 2;
      } else if (c == '{') {
        int end = text.indexOf('}', i);
        if (end <= i + 1) {
          throw unmatched(text, i);
        }
        parts.add(new Part(Part.Kind.WORDS, words.toString()));
        parts.add(new Part(Part.Kind.COLUMN, text.substring(i + 1, end)));
        words.setLength(0);
        i = end + 1;
      } else if (c == '}') {
        throw unmatched(text, i);
      } else {
        words.append(c);
        i++;
      }
    }
    parts.add(new Part(Part.Kind.WORDS, words.toString()));
    return new Template(text, parts);
  }

  private static ErrataException unmatched(String text, int at) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read the template '" + text + "': the brace at " + (at + 1) + " stands alone",
        "Write {column} for a column's value, and {{ or }} for a brace.");
  }

  /** The columns whose values it holds. */
  List<String> columns() {
    return parts.stream()
        .filter(part -> part.kind() == Part.Kind.COLUMN)
        .map(Part::text)
        .distinct()
        .toList();
  }

  /**
   * The text, or null where one of its values is.
   *
   * @param rendered the text of each column's value, or null
   */
  @Nullable String fill(Map<String, @Nullable String> rendered) {
    StringBuilder filled = new StringBuilder();
    for (Part part : parts) {
      String value = part.kind() == Part.Kind.WORDS ? part.text() : rendered.get(part.text());
      if (value == null) {
        return null;
      }
      filled.append(value);
    }
    return filled.toString();
  }

  /**
   * The digest of a text's UTF-8 form: lower-case hexadecimal digits for a TEXT column, the bytes
   * for one of BYTES.
   */
  static Object digest(AggregateFunction function, String filled, ColumnType type) {
    try {
      MessageDigest digest =
          MessageDigest.getInstance(function == AggregateFunction.MD5 ? "MD5" : "SHA-256");
      Bytes bytes = Bytes.of(digest.digest(filled.getBytes(StandardCharsets.UTF_8)));
      return type == ColumnType.BYTES ? bytes : bytes.toHex();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5 and SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return parts.stream()
        .map(part -> part.kind() == Part.Kind.WORDS ? part.text() : "{" + part.text() + "}")
        .collect(Collectors.joining());
  }
}
