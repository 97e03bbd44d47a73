package io.errata.connectors.read;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers in text, strictly: no spaces, no grouping, no suffix as Java's own parsers take. */
public final class NumberText {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]{1,9})?");

  private NumberText() {}

  static boolean isInteger(String text) {
    int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > start;
  }

  /**
   * The exact value, or null where the text is no number.
   *
   * @param maxDigits how many digits its plain notation may have; more are no number either
   */
  public static @Nullable BigDecimal parse(String text, int maxDigits) {
    if (text.length() > maxDigits + 20L || !NUMBER.matcher(text).matches()) {
      return null;
    }
    BigDecimal number = new BigDecimal(text);
    return fits(number, maxDigits) ? number : null;
  }

  static boolean fits(BigDecimal number, int maxDigits) {
    long before = (long) number.precision() - number.scale();
    return before <= maxDigits && number.scale() <= maxDigits && number.precision() <= maxDigits;
  }

  static @Nullable Double parseDouble(String text) {
    return switch (text) {
      case "NaN", "nan" -> Double.NaN;
      case "Infinity", "inf" -> Double.POSITIVE_INFINITY;
      case "-Infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (text.length() > 4096 || !NUMBER.matcher(text).matches()) {
          yield null;
        }
        double number = Double.parseDouble(text);
        // A number beyond the largest double is not infinity: that has its own names.
        yield Double.isFinite(number) ? (Double) number : null;
      }
    };
  }
}
