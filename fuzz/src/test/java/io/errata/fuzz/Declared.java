package io.errata.fuzz;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.Arrays;

/** Whether an error is one that the reader's contract names. */
public final class Declared {
  private Declared() {}

  /**
   * @throws AssertionError where the error has another code, or says nothing
   */
  public static void check(ErrataException e, ErrorCode... codes) {
    if (!Arrays.asList(codes).contains(e.code())) {
      throw new AssertionError("An error of another kind: " + e.code(), e);
    }
    if (String.valueOf(e.getMessage()).isBlank() || e.next().isBlank()) {
      throw new AssertionError("An error that says nothing", e);
    }
  }

  /**
   * @throws AssertionError where the two differ
   */
  public static void same(String what, Object first, Object second) {
    if (!first.equals(second)) {
      throw new AssertionError(what + ": " + shorten(first) + " and " + shorten(second));
    }
  }

  private static String shorten(Object value) {
    String text = String.valueOf(value);
    return text.length() <= 2_000 ? text : text.substring(0, 2_000) + "…";
  }
}
