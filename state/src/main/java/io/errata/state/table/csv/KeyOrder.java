package io.errata.state.table.csv;

import io.errata.api.Row;
import java.util.Comparator;
import java.util.UUID;

/** Keys by their columns' values: numbers and times by value, texts by code point. */
final class KeyOrder implements Comparator<Row> {
  @Override
  public int compare(Row left, Row right) {
    for (int i = 0; i < left.schema().size(); i++) {
      int order = compareValues(left.value(i), right.value(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  @SuppressWarnings("unchecked") // both are of the column's class, which is comparable
  private static int compareValues(Object left, Object right) {
    if (left instanceof String text) {
      return compareTexts(text, (String) right);
    }
    if (left instanceof UUID) {
      // Its own order takes the halves for signed numbers.
      return left.toString().compareTo(right.toString());
    }
    return ((Comparable<Object>) left).compareTo(right);
  }

  private static int compareTexts(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    return java.util.Arrays.compare(a, b);
  }
}
