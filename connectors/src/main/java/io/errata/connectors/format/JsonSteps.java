package io.errata.connectors.format;

/**
 * Steps over pieces of JSON by RFC 8259, in UTF-8, without making anything of them. Each method
 * returns the position behind a piece, or {@link #LEFT} where it isn't one, or is one of a rare
 * kind: who needs to know has to ask Jackson.
 */
final class JsonSteps {
  /** As a position: left to Jackson. */
  static final int LEFT = -1;

  static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private static final long EVERY_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final int LONGEST_NAME = 1_000;
  private static final int LONGEST_NUMBER = 1_000;
  private static final int DEEPEST = 100;

  private JsonSteps() {}

  /** Any value, of which nothing is wanted. */
  static int behindAny(byte[] json, int at, int end, int depth) {
    if (at == end || depth > DEEPEST) {
      return LEFT;
    }
    return switch (json[at]) {
      case '"' -> behindAnyText(json, at + 1, end);
      case '{' -> behindMembers(json, at + 1, end, depth + 1, true);
      case '[' -> behindMembers(json, at + 1, end, depth + 1, false);
      case 't' -> behind(TRUE, json, at, end);
      case 'f' -> behind(FALSE, json, at, end);
      case 'n' -> behind(NULL, json, at, end);
      default -> behindAnyNumber(json, at, end);
    };
  }

  /** An object or an array, behind its first character. */
  private static int behindMembers(byte[] json, int from, int end, int depth, boolean named) {
    char last = named ? '}' : ']';
    int at = behindSpace(json, from, end);
    if (at < end && json[at] == last) {
      return at + 1;
    }
    while (at < end) {
      if (named) {
        if (json[at] != '"') {
          return LEFT;
        }
        at = behindColon(json, at + 1, firstSpecial(json, at + 1, end), end);
        if (at < 0) {
          return LEFT;
        }
      }
      at = behindAny(json, at, end, depth);
      if (at < 0) {
        return LEFT;
      }
      at = behindSpace(json, at, end);
      if (at < end && json[at] == last) {
        return at + 1;
      }
      if (at == end || json[at] != ',') {
        return LEFT;
      }
      at = behindSpace(json, at + 1, end);
    }
    return LEFT;
  }

  /** A text, behind its first quote. */
  private static int behindAnyText(byte[] json, int from, int end) {
    boolean ascii = true;
    int at = firstSpecial(json, from, end);
    while (at < end && json[at] != '"') {
      if (json[at] < 0) {
        ascii = false;
        at++;
      } else {
        at = json[at] == '\\' ? behindEscape(json, at + 1, end) : LEFT;
        if (at < 0) {
          return LEFT;
        }
      }
      at = firstSpecial(json, at, end);
    }
    if (at == end || !(ascii || Utf8.decode(json, from, at - from) instanceof String)) {
      return LEFT;
    }
    return at + 1;
  }

  /** What a backslash stands before. */
  private static int behindEscape(byte[] json, int at, int end) {
    if (at == end) {
      return LEFT;
    }
    return switch (json[at]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 1;
      case 'u' -> end - at > 4 && isHex(json, at + 1) ? at + 5 : LEFT;
      default -> LEFT;
    };
  }

  private static boolean isHex(byte[] json, int from) {
    for (int i = from; i < from + 4; i++) {
      if (Character.digit(json[i], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static int behindAnyNumber(byte[] json, int from, int end) {
    int first = json[from] == '-' ? from + 1 : from;
    int at = behindDigits(json, first, end);
    if (at == first || (at > first + 1 && json[first] == '0')) {
      return LEFT;
    }
    if (at < end && json[at] == '.') {
      int point = at;
      at = behindDigits(json, at + 1, end);
      if (at == point + 1) {
        return LEFT;
      }
    }
    if (at < end && (json[at] | 0x20) == 'e') {
      at++;
      if (at < end && (json[at] == '+' || json[at] == '-')) {
        at++;
      }
      int exponent = at;
      at = behindDigits(json, at, end);
      if (at == exponent) {
        return LEFT;
      }
    }
    return at - from > LONGEST_NUMBER ? LEFT : at;
  }

  private static int behindDigits(byte[] json, int from, int end) {
    int at = from;
    while (at < end && isDigit(json[at])) {
      at++;
    }
    return at;
  }

  static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  static int behind(byte[] word, byte[] json, int at, int end) {
    if (end - at < word.length) {
      return LEFT;
    }
    for (int i = 0; i < word.length; i++) {
      if (json[at + i] != word[i]) {
        return LEFT;
      }
    }
    return at + word.length;
  }

  /**
   * The colon of a name, and the space behind it.
   *
   * @param name where the name begins
   * @param quote what comes first behind it that is special
   */
  static int behindColon(byte[] json, int name, int quote, int end) {
    if (quote == end || json[quote] != '"' || quote - name > LONGEST_NAME) {
      return LEFT;
    }
    int at = behindSpace(json, quote + 1, end);
    return at == end || json[at] != ':' ? LEFT : behindSpace(json, at + 1, end);
  }

  static int behindSpace(byte[] json, int from, int end) {
    int at = from;
    while (at < end
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
      at++;
    }
    return at;
  }

  /**
   * Where the first byte of a text is that isn't simply one of its characters: a quote, a
   * backslash, one below 0x20 or above 0x7F; the end where there is none.
   *
   * <p>A byte below another number, or equal to one, borrows from the highest bit of its eight when
   * that is subtracted, as in Hacker's Delight, 6-1. It may make those above it look special as
   * well, so the lowest counts, which comes first. With its second bit changed, a quote is one
   * above those below 0x20.
   */
  static int firstSpecial(byte[] json, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long eight = (long) Utf8.LONGS.get(json, at);
      long special =
          (((eight ^ 0x02 * EVERY_BYTE) - 0x21 * EVERY_BYTE)
                  | ((eight ^ '\\' * EVERY_BYTE) - EVERY_BYTE)
                  | eight)
              & HIGH_BITS;
      if (special != 0) {
        return at + (Long.numberOfTrailingZeros(special) >> 3);
      }
    }
    for (; at < end; at++) {
      if (json[at] < ' ' || json[at] == '"' || json[at] == '\\') {
        return at;
      }
    }
    return end;
  }
}
