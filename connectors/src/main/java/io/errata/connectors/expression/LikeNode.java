package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a text has a pattern's form: {@code %} stands for any text, {@code _} for one code point.
 *
 * @param escape what makes the next character of the pattern stand for itself: one code point, or
 *     empty for none
 */
record LikeNode(Node tested, String pattern, String escape) implements Node {
  private static final int ANY_TEXT = -1;
  private static final int ANY_CHARACTER = -2;

  LikeNode {
    compile(pattern, escape);
  }

  @Override
  public List<Node> children() {
    return List.of(tested);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = tested.bind(fields);
    ComparisonNode.requireComparable(
        tested, bound.type(), new LiteralNode(pattern), ColumnType.TEXT);
    int[] compiled = compile(pattern, escape);
    return BoundNode.of(
        ColumnType.BOOLEAN,
        event ->
            bound.value(event) instanceof String text
                ? (Object) matches(compiled, text.codePoints().toArray())
                : null);
  }

  private static int[] compile(String pattern, String escape) {
    int[] points = pattern.codePoints().toArray();
    int[] compiled = new int[points.length];
    int length = 0;
    for (int i = 0; i < points.length; i++) {
      if (!escape.isEmpty() && points[i] == escape.codePointAt(0)) {
        if (++i == points.length) {
          throw new ErrataException(
              ErrorCode.INVALID_SPEC,
              "Cannot read the pattern '" + pattern + "': it ends with its escape character",
              "Write the escape character twice where it stands for itself.");
        }
        compiled[length++] = points[i];
      } else {
        compiled[length++] =
            points[i] == '%' ? ANY_TEXT : points[i] == '_' ? ANY_CHARACTER : points[i];
      }
    }
    return Arrays.copyOf(compiled, length);
  }

  /**
   * Goes back only to the last {@code %}, so that no pattern takes longer than its length times the
   * text's.
   */
  private static boolean matches(int[] pattern, int[] text) {
    int p = 0;
    int t = 0;
    int lastAny = -1;
    int resume = 0;
    while (t < text.length) {
      if (p < pattern.length && (pattern[p] == ANY_CHARACTER || pattern[p] == text[t])) {
        p++;
        t++;
      } else if (p < pattern.length && pattern[p] == ANY_TEXT) {
        lastAny = p++;
        resume = t;
      } else if (lastAny >= 0) {
        p = lastAny + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == ANY_TEXT) {
      p++;
    }
    return p == pattern.length;
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    tested.collectTypes(types, ColumnType.TEXT);
  }

  @Override
  public String toString() {
    return "("
        + tested
        + " like "
        + new LiteralNode(pattern)
        + " escape "
        + new LiteralNode(escape)
        + ")";
  }
}
