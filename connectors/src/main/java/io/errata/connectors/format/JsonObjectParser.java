package io.errata.connectors.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.NumberText;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the wanted fields from one JSON object. Numbers stay exact; a field that is there twice is
 * a guess and none is made. Not thread-safe.
 */
public final class JsonObjectParser {
  /** The longest text that is parsed, in bytes. */
  public static final int MAX_LENGTH = 64 << 20;

  private static final int MAX_DIGITS = 150_000;
  private static final int PLAIN_DIGITS = 40;
  private static final int DEEPEST = 1_000;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(MAX_LENGTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxNameLength(1 << 16)
                  .maxNestingDepth(DEEPEST)
                  .build())
          .build();

  private static final Unreadable STRUCTURE = new Unreadable("a structure, not a value");
  private static final Unreadable NO_OBJECT = new Unreadable("what holds it is not an object");
  private static final Unreadable SURROGATE = new Unreadable("text with half of a surrogate pair");
  private static final Unreadable TOO_LONG = new Unreadable("a number with too many digits");

  private final JsonPaths paths;
  private final boolean[] doubleOnly;
  private final @Nullable Object[] values;
  private final boolean[] seen;

  private final PlainJson plain;

  /** Takes all fields of a plan. */
  public JsonObjectParser(FieldPlan plan) {
    this(plan, plan.paths());
  }

  /**
   * Takes some fields.
   *
   * @param plan says how numbers are wanted
   * @param wanted dotted paths, in the order of {@link #values()}
   */
  public JsonObjectParser(FieldPlan plan, List<String> wanted) {
    paths = JsonPaths.of(wanted);
    values = new @Nullable Object[wanted.size()];
    seen = new boolean[wanted.size()];
    doubleOnly = new boolean[wanted.size()];
    for (int i = 0; i < doubleOnly.length; i++) {
      doubleOnly[i] = plan.isDoubleOnly(wanted.get(i));
    }
    plain = new PlainJson(paths, doubleOnly, values, seen);
  }

  /**
   * The values of the object that was parsed last, which may be {@link
   * io.errata.connectors.event.LazyValue}s of its bytes; overwritten by the next.
   */
  public @Nullable Object[] values() {
    return values;
  }

  /**
   * Parses one object.
   *
   * @param json has its bytes, among others that aren't looked at
   * @return why it can't be decoded, without its values, or null
   */
  public @Nullable String parse(byte[] json, int offset, int length) {
    forget();
    return plain.take(json, offset, length) ? null : parseAny(json, offset, length);
  }

  private void forget() {
    Arrays.fill(values, null);
    Arrays.fill(seen, false);
  }

  /** As {@link #parse}, by Jackson alone. */
  @Nullable String parseAny(byte[] json, int offset, int length) {
    forget();
    // Jackson lets some sequences pass that aren't UTF-8, and makes characters of them.
    Object text = Utf8.isAscii(json, offset, length) ? null : Utf8.decode(json, offset, length);
    if (text instanceof Unreadable unreadable) {
      return unreadable.reason();
    }
    try (JsonParser parser =
        text == null ? JSON.createParser(json, offset, length) : JSON.createParser((String) text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "not a JSON object";
      }
      @Nullable String problem = object(parser, paths);
      if (problem != null) {
        return problem;
      }
      return parser.nextToken() == null ? null : "something follows the JSON object";
    } catch (StreamConstraintsException e) {
      return "nested too deeply (at most "
          + DEEPEST
          + " levels), or a name or a number is too long";
    } catch (IOException e) {
      // The message has a piece of the line.
      return "not JSON";
    }
  }

  private @Nullable String object(JsonParser parser, JsonPaths node) throws IOException {
    JsonToken token;
    while ((token = parser.nextToken()) == JsonToken.FIELD_NAME) {
      @Nullable JsonPaths child = node.child(parser.currentName());
      JsonToken value = parser.nextToken();
      if (child == null) {
        parser.skipChildren();
        continue;
      }
      @Nullable String problem = field(parser, value, child);
      if (problem != null) {
        return problem;
      }
    }
    return token == JsonToken.END_OBJECT ? null : "not JSON";
  }

  private @Nullable String field(JsonParser parser, JsonToken token, JsonPaths node)
      throws IOException {
    int ordinal = node.ordinal();
    if (ordinal >= 0) {
      if (seen[ordinal]) {
        return "a field is there twice";
      }
      seen[ordinal] = true;
    }
    if (token == JsonToken.START_OBJECT && node.hasChildren()) {
      if (ordinal >= 0) {
        values[ordinal] = STRUCTURE;
      }
      return object(parser, node);
    }
    if (token.isStructStart()) {
      node.fill(values, STRUCTURE);
      parser.skipChildren();
      return null;
    }
    if (node.hasChildren() && token != JsonToken.VALUE_NULL) {
      node.fill(values, NO_OBJECT);
    }
    if (ordinal >= 0) {
      values[ordinal] = scalar(parser, token, doubleOnly[ordinal]);
    }
    return null;
  }

  static @Nullable Object scalar(JsonParser parser, JsonToken token, boolean asDouble)
      throws IOException {
    return switch (token) {
      case VALUE_STRING -> text(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser, asDouble);
      default -> null;
    };
  }

  private static Object number(JsonParser parser, boolean asDouble) throws IOException {
    if (asDouble) {
      double value = Double.parseDouble(parser.getText());
      return Double.isFinite(value)
          ? value
          : new Unreadable("a number beyond the range of floating point");
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    @Nullable BigDecimal number =
        isPlain(parser)
            ? new BigDecimal(
                parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength())
            : NumberText.parse(parser.getText(), MAX_DIGITS);
    return number == null ? TOO_LONG : number;
  }

  /** Whether it is one of the usual numbers, which need no second look: short, no exponent. */
  private static boolean isPlain(JsonParser parser) throws IOException {
    int length = parser.getTextLength();
    if (length > PLAIN_DIGITS) {
      return false;
    }
    char[] text = parser.getTextCharacters();
    int offset = parser.getTextOffset();
    for (int i = offset; i < offset + length; i++) {
      if (text[i] == 'e' || text[i] == 'E') {
        return false;
      }
    }
    return true;
  }

  private static Object text(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean paired =
            Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return SURROGATE;
        }
        i++;
      }
    }
    return text;
  }
}
