package io.errata.connectors.format;

import org.jspecify.annotations.Nullable;

/**
 * The name of a member as it was at its place in the last object, with its quotes and colon and
 * what space there is: in most files, all objects have the same names in the same order. Not
 * thread-safe.
 */
final class JsonMember {
  private static final int LONGEST = 2 * Long.BYTES;

  private long head;
  private long headMask;
  private long tail;
  private long tailMask;
  // 0 where nothing is kept.
  private int length;
  private @Nullable JsonPaths child;

  /** Whether the same name is at a place. */
  boolean isAt(byte[] json, int at, int end) {
    return length > 0
        && end - at >= LONGEST
        && (((long) Utf8.LONGS.get(json, at) ^ head) & headMask) == 0
        && (((long) Utf8.LONGS.get(json, at + Long.BYTES) ^ tail) & tailMask) == 0;
  }

  /** How many bytes there are to the value. */
  int length() {
    return length;
  }

  /** The wanted path that the name is of, or null. */
  @Nullable JsonPaths child() {
    return child;
  }

  /** Keeps the name that lies before a value. */
  void set(byte[] json, int from, int value, @Nullable JsonPaths of) {
    length = value - from;
    child = of;
    if (length > LONGEST || from + LONGEST > json.length) {
      length = 0;
      return;
    }
    head = (long) Utf8.LONGS.get(json, from);
    tail = (long) Utf8.LONGS.get(json, from + Long.BYTES);
    headMask = mask(Math.min(length, Long.BYTES));
    tailMask = mask(Math.max(0, length - Long.BYTES));
  }

  private static long mask(int bytes) {
    return bytes == Long.BYTES ? -1 : (1L << (bytes * Byte.SIZE)) - 1;
  }
}
