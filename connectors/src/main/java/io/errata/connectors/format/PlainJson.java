package io.errata.connectors.format;

import io.errata.connectors.event.AsciiText;
import io.errata.connectors.event.PlainNumber;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the wanted fields from a JSON object of the usual kind, and leaves any other to {@link
 * JsonObjectParser}. What it takes is JSON by RFC 8259 in UTF-8, with the values that Jackson would
 * give; whatever is wrong or rare, it doesn't take.
 *
 * <p>It needs a third of Jackson's time, since it makes nothing of what isn't wanted: names are
 * expected where they were in the last object, and compared as bytes, eight bytes of a text are
 * looked at in one step, and texts and numbers stay where they are ({@link
 * io.errata.connectors.event.LazyValue}). Not thread-safe.
 */
final class PlainJson {
  private final JsonPaths paths;
  private final boolean[] doubleOnly;
  private final @Nullable Object[] values;
  private final boolean[] seen;
  private final AsciiText[] texts;
  private final PlainNumber[] numbers;

  /**
   * @param doubleOnly by place: whether a number is wanted as floating point
   * @param values by place: where what is taken is put
   * @param seen by place: whether the field was there
   */
  PlainJson(JsonPaths paths, boolean[] doubleOnly, @Nullable Object[] values, boolean[] seen) {
    this.paths = paths;
    this.doubleOnly = doubleOnly;
    this.values = values;
    this.seen = seen;
    this.texts = new AsciiText[values.length];
    Arrays.setAll(texts, place -> new AsciiText());
    this.numbers = new PlainNumber[values.length];
    Arrays.setAll(numbers, place -> new PlainNumber());
  }

  /**
   * Takes one object. All values have to be null before, and nothing seen; where it isn't taken,
   * they are anything afterwards.
   *
   * @return whether it was taken
   */
  boolean take(byte[] json, int offset, int length) {
    int end = offset + length;
    int at = JsonSteps.behindSpace(json, offset, end);
    if (at == end || json[at] != '{') {
      return false;
    }
    at = behindWanted(json, at + 1, end, paths);
    return at >= 0 && JsonSteps.behindSpace(json, at, end) == end;
  }

  // Each of these returns the position behind what it is about, or LEFT, as those of JsonSteps do.

  /** An object with wanted fields, behind its first brace. */
  private int behindWanted(byte[] json, int from, int end, JsonPaths node) {
    int at = JsonSteps.behindSpace(json, from, end);
    if (at < end && json[at] == '}') {
      return at + 1;
    }
    int number = 0;
    while (at < end && json[at] == '"') {
      JsonMember usual = node.member(number++);
      @Nullable JsonPaths child;
      if (usual.isAt(json, at, end)) {
        at += usual.length();
        child = usual.child();
      } else {
        int name = at + 1;
        int quote = JsonSteps.firstSpecial(json, name, end);
        at = JsonSteps.behindColon(json, name, quote, end);
        if (at < 0) {
          return JsonSteps.LEFT;
        }
        child = node.child(json, name, quote - name);
        usual.set(json, name - 1, at, child);
      }
      at =
          child == null ? JsonSteps.behindAny(json, at, end, 0) : behindField(json, at, end, child);
      if (at < 0) {
        return JsonSteps.LEFT;
      }
      at = JsonSteps.behindSpace(json, at, end);
      if (at < end && json[at] == '}') {
        return at + 1;
      }
      if (at == end || json[at] != ',') {
        return JsonSteps.LEFT;
      }
      at = JsonSteps.behindSpace(json, at + 1, end);
    }
    return JsonSteps.LEFT;
  }

  /** The value of a wanted field, or of one that holds such. */
  private int behindField(byte[] json, int at, int end, JsonPaths node) {
    if (at == end) {
      return JsonSteps.LEFT;
    }
    if (node.hasChildren()) {
      return node.ordinal() < 0 && json[at] == '{'
          ? behindWanted(json, at + 1, end, node)
          : JsonSteps.LEFT;
    }
    int place = node.ordinal();
    if (seen[place]) {
      return JsonSteps.LEFT;
    }
    seen[place] = true;
    switch (json[at]) {
      case '"':
        return behindText(json, at + 1, end, place);
      case 't':
        values[place] = true;
        return JsonSteps.behind(JsonSteps.TRUE, json, at, end);
      case 'f':
        values[place] = false;
        return JsonSteps.behind(JsonSteps.FALSE, json, at, end);
      case 'n':
        return JsonSteps.behind(JsonSteps.NULL, json, at, end);
      default:
        return behindNumber(json, at, end, place);
    }
  }

  private int behindText(byte[] json, int from, int end, int place) {
    int at = JsonSteps.firstSpecial(json, from, end);
    if (at < end && json[at] == '"') {
      values[place] = texts[place].set(json, from, at - from);
      return at + 1;
    }
    while (at < end && json[at] < 0) {
      at = JsonSteps.firstSpecial(json, at + 1, end);
    }
    if (at == end || json[at] != '"') {
      return JsonSteps.LEFT;
    }
    if (!(Utf8.decode(json, from, at - from) instanceof String text)) {
      return JsonSteps.LEFT;
    }
    values[place] = text;
    return at + 1;
  }

  /** One without an exponent: behind it, nobody finds what has to come next. */
  private int behindNumber(byte[] json, int from, int end, int place) {
    boolean negative = json[from] == '-';
    int first = negative ? from + 1 : from;
    long number = 0;
    int at = first;
    while (at < end && JsonSteps.isDigit(json[at])) {
      number = number * 10 + (json[at++] - '0');
    }
    int digits = at - first;
    if (digits == 0 || (digits > 1 && json[first] == '0')) {
      return JsonSteps.LEFT;
    }
    int scale = 0;
    if (at < end && json[at] == '.') {
      int point = at++;
      while (at < end && JsonSteps.isDigit(json[at])) {
        number = number * 10 + (json[at++] - '0');
      }
      scale = at - point - 1;
      if (scale == 0) {
        return JsonSteps.LEFT;
      }
    }
    if (digits + scale > PlainNumber.MAX_DIGITS) {
      return JsonSteps.LEFT;
    }
    if (doubleOnly[place]) {
      values[place] =
          Double.parseDouble(new String(json, from, at - from, StandardCharsets.ISO_8859_1));
    } else {
      values[place] = numbers[place].set(negative ? -number : number, scale);
    }
    return at;
  }
}
