package io.errata.connectors.format;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody may have meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * The name with the fewest edits, where they are fewer than half of its letters; of several, the
   * first by name.
   */
  public static Optional<String> of(String wanted, List<String> names) {
    return names.stream()
        .sorted()
        .min(Comparator.comparingInt(name -> distance(wanted, name)))
        .filter(name -> distance(wanted, name) * 2 <= Math.max(wanted.length(), name.length()));
  }

  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
