package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The one total order of the events of a key, by their content alone: event time, then the sequence
 * fields, then id. Texts compare by code point, numbers by value and before texts, null before all.
 */
final class EventOrder implements Comparator<EventRecord> {
  static final EventOrder TOTAL = new EventOrder();

  private EventOrder() {}

  @Override
  public int compare(EventRecord left, EventRecord right) {
    int byTime = left.time().compareTo(right.time());
    if (byTime != 0) {
      return byTime;
    }
    int bySequence = compareSequence(left, right);
    return bySequence != 0 ? bySequence : compareText(left.id(), right.id());
  }

  /** The sequence fields alone, from the first to the last. */
  static int compareSequence(EventRecord left, EventRecord right) {
    for (int i = 0; i < left.sequenceSize(); i++) {
      int byField = compareValue(left.sequence(i), right.sequence(i));
      if (byField != 0) {
        return byField;
      }
    }
    return 0;
  }

  private static int compareValue(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return Boolean.compare(left != null, right != null);
    }
    if (left instanceof String text && right instanceof String other) {
      return compareText(text, other);
    }
    if (left instanceof Number number && right instanceof Number other) {
      return Long.compare(number.longValue(), other.longValue());
    }
    return Boolean.compare(left instanceof String, right instanceof String);
  }

  /**
   * By code point: UTF-16 order puts some characters before others that have a lower code point.
   */
  static int compareText(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean aSurrogate = Character.isSurrogate(a);
        boolean bSurrogate = Character.isSurrogate(b);
        return aSurrogate == bSurrogate
            ? Character.compare(a, b)
            : Boolean.compare(aSurrogate, bSurrogate);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
