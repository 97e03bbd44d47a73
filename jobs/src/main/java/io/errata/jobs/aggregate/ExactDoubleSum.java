package io.errata.jobs.aggregate;

import java.io.Serializable;
import java.math.BigInteger;

/**
 * A sum of doubles that doesn't depend on their order or grouping: it is kept exactly, as an
 * integer times a power of two, and rounded once, to the nearest double (ties to even), when it is
 * asked for.
 *
 * <p>NaN, or infinities of both signs, make NaN; else one infinity makes that. A zero is always
 * positive. Memory grows with the span of the exponents, to about 270 bytes at the most, not with
 * the number of values.
 *
 * <p>Kulisch, "Computer Arithmetic and Validity" (2008), describes such accumulators.
 */
final class ExactDoubleSum implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int MANTISSA_BITS = 52;

  /** The power of two that the least bit of any double stands for. */
  private static final int LEAST_EXPONENT = -1074;

  /**
   * Room below the first value's last bit, so that somewhat smaller values don't have to move the
   * accumulator.
   */
  private static final int SLACK = 20;

  /**
   * A 128-bit integer in two's complement that the next values are added to, in units of
   * 2^exponent.
   */
  private long high;

  private long low;
  private int exponent;

  /** What the 128 bits could not hold, in units of 2^spillExponent. */
  private BigInteger spill = BigInteger.ZERO;

  private int spillExponent;
  private boolean empty = true;
  private boolean nan;
  private boolean positiveInfinity;
  private boolean negativeInfinity;

  void add(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      nan |= Double.isNaN(value);
      positiveInfinity |= value == Double.POSITIVE_INFINITY;
      negativeInfinity |= value == Double.NEGATIVE_INFINITY;
      return;
    }
    if (value == 0) {
      return;
    }
    long bits = Double.doubleToRawLongBits(value);
    int biased = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
    long fraction = bits & ((1L << MANTISSA_BITS) - 1);
    long magnitude = biased == 0 ? fraction : fraction | (1L << MANTISSA_BITS);
    int unit = biased == 0 ? LEAST_EXPONENT : biased + LEAST_EXPONENT - 1;
    long mantissa = bits < 0 ? -magnitude : magnitude;
    int shift = unit - exponent;
    // Up to 53 + 62 bits are added, so that the sum of two such can't leave 128 bits unnoticed.
    if (empty || shift < 0 || shift > 62 || !addShifted(mantissa, shift)) {
      flush();
      exponent = Math.max(LEAST_EXPONENT, unit - SLACK);
      empty = false;
      addShifted(mantissa, unit - exponent);
    }
  }

  /** Whether it could be added; nothing changes where it could not. */
  private boolean addShifted(long mantissa, int shift) {
    long addedLow = mantissa << shift;
    long addedHigh = shift == 0 ? mantissa >> 63 : mantissa >> (64 - shift);
    long newLow = low + addedLow;
    long carry = Long.compareUnsigned(newLow, low) < 0 ? 1 : 0;
    long newHigh = high + addedHigh + carry;
    if (((high ^ newHigh) & (addedHigh ^ newHigh)) < 0) {
      return false;
    }
    low = newLow;
    high = newHigh;
    return true;
  }

  private void flush() {
    BigInteger held = held();
    if (held.signum() != 0) {
      spill(held, exponent);
    }
    high = 0;
    low = 0;
  }

  private BigInteger held() {
    return BigInteger.valueOf(high).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(low)));
  }

  private void spill(BigInteger value, int unit) {
    if (spill.signum() == 0) {
      spill = value;
      spillExponent = unit;
    } else if (unit >= spillExponent) {
      spill = spill.add(value.shiftLeft(unit - spillExponent));
    } else {
      spill = spill.shiftLeft(spillExponent - unit).add(value);
      spillExponent = unit;
    }
  }

  /** Adds all that the other has; the other isn't changed. */
  void add(ExactDoubleSum other) {
    nan |= other.nan;
    positiveInfinity |= other.positiveInfinity;
    negativeInfinity |= other.negativeInfinity;
    BigInteger held = other.held();
    if (held.signum() != 0) {
      spill(held, other.exponent);
    }
    if (other.spill.signum() != 0) {
      spill(other.spill, other.spillExponent);
    }
  }

  /** Whether all values were finite. */
  boolean finite() {
    return !nan && !positiveInfinity && !negativeInfinity;
  }

  /** The nearest double; infinite where the sum of finite values is beyond the greatest. */
  double rounded() {
    return dividedBy(BigInteger.ONE);
  }

  /**
   * The double nearest to the exact sum divided by a number.
   *
   * @param divisor positive
   */
  double dividedBy(BigInteger divisor) {
    if (nan || (positiveInfinity && negativeInfinity)) {
      return Double.NaN;
    }
    if (positiveInfinity || negativeInfinity) {
      return positiveInfinity ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }
    flush();
    empty = true;
    return spillExponent >= 0
        ? NearestDouble.of(spill.shiftLeft(spillExponent), divisor)
        : NearestDouble.of(spill, divisor.shiftLeft(-spillExponent));
  }
}
