package io.errata.connectors.event;

import java.math.BigDecimal;

/**
 * A number of at most {@value #MAX_DIGITS} digits. Its value is a {@link Long}, or a {@link
 * BigDecimal} where it has digits behind the point. Not thread-safe.
 */
public final class PlainNumber implements LazyValue {
  /** All numbers of so many digits fit into 64 bits. */
  public static final int MAX_DIGITS = 18;

  private static final long LIMIT = 1_000_000_000_000_000_000L;

  private long unscaled;
  private int scale;

  /** Whether a number without its point has at most {@value #MAX_DIGITS} digits. */
  public static boolean fits(long unscaled) {
    return unscaled < LIMIT && unscaled > -LIMIT;
  }

  /**
   * Becomes {@code unscaled} divided by ten to the {@code scale}.
   *
   * @param digits how many of them are behind the point; 0 or more
   */
  public PlainNumber set(long number, int digits) {
    unscaled = number;
    scale = digits;
    return this;
  }

  /** The number without its point. */
  public long unscaled() {
    return unscaled;
  }

  /** How many digits are behind the point. */
  public int scale() {
    return scale;
  }

  public boolean isWhole() {
    return scale == 0;
  }

  @Override
  public Object value() {
    return scale == 0 ? (Object) unscaled : BigDecimal.valueOf(unscaled, scale);
  }

  @Override
  public String toString() {
    return value().toString();
  }
}
