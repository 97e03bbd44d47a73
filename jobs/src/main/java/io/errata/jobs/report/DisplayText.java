package io.errata.jobs.report;

import io.errata.api.Bytes;
import io.errata.api.Row;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Values and numbers as people read them, on a terminal and in the report: one line, bounded,
 * nothing hidden.
 */
public final class DisplayText {
  /** How many characters of a value are shown. */
  public static final int SHOWN = 60;

  private static final int PLAIN_DIGITS = 40;

  private DisplayText() {}

  /** A count with thousands separators, the same in every locale. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A count with its noun: {@code 1 row}, {@code 2 rows}. */
  public static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** A value of a row, or {@code null}. */
  public static String of(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof BigDecimal decimal) {
      boolean plain =
          decimal.precision() <= PLAIN_DIGITS && Math.abs((long) decimal.scale()) <= PLAIN_DIGITS;
      return plain ? decimal.toPlainString() : line(decimal.toString());
    }
    if (value instanceof Bytes bytes) {
      return line("0x" + bytes.toHex());
    }
    return line(value.toString());
  }

  /** The columns of a row with their values: {@code user_id=42, day=2024-06-10}. */
  public static String of(Row row) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.schema().size(); i++) {
      text.append(i == 0 ? "" : ", ")
          .append(line(row.schema().columns().get(i).name()))
          .append('=')
          .append(of(row.value(i)));
    }
    return text.toString();
  }

  /**
   * A text on one line: cut where it is long, control characters made visible so that none reaches
   * a terminal.
   */
  public static String line(String text) {
    return visible(cut(text, SHOWN));
  }

  /** As {@link #line}, but whole. */
  public static String wholeLine(String text) {
    return visible(text);
  }

  private static String cut(String text, int length) {
    if (text.codePointCount(0, Math.min(text.length(), 2 * length + 2)) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, length - 1)) + "…";
  }

  private static String visible(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.append(visible(c)));
    return shown.toString();
  }

  /**
   * A character, or what stands for it where it would not be seen or would change how others are.
   */
  static String visible(int c) {
    if (c < 0x20) {
      // The block "Control Pictures" of Unicode, in the order of the characters that they stand
      // for.
      return Character.toString(0x2400 + c);
    }
    if (c == 0x7f) {
      return "\u2421";
    }
    return hidden(c) ? String.format(Locale.ROOT, "<U+%04X>", c) : Character.toString(c);
  }

  /**
   * Characters that turn or hide the text around them, such as a right-to-left override, and halves
   * of a pair.
   */
  private static boolean hidden(int c) {
    int type = Character.getType(c);
    boolean joiner = c == 0x200c || c == 0x200d;
    return type == Character.CONTROL
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (type == Character.FORMAT && !joiner);
  }
}
