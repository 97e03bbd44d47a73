package io.errata.jobs.aggregate;

import java.math.BigInteger;

/**
 * Rounds a quotient of integers once, to the nearest double; ties to even (IEEE 754,
 * roundTiesToEven).
 */
final class NearestDouble {
  private static final int PRECISION = 53;
  private static final int LEAST_EXPONENT = -1074;

  private NearestDouble() {}

  /**
   * @param denominator positive
   * @return infinite where the quotient rounds beyond the greatest double; never -0
   */
  static double of(BigInteger numerator, BigInteger denominator) {
    if (numerator.signum() == 0) {
      return 0;
    }
    BigInteger magnitude = numerator.abs();
    // Scaled so that the integer quotient has 54 or 55 bits, or fewer where the double is
    // subnormal.
    int exponent =
        Math.max(
            magnitude.bitLength() - denominator.bitLength() - PRECISION - 1, LEAST_EXPONENT - 1);
    BigInteger[] divided =
        (exponent < 0 ? magnitude.shiftLeft(-exponent) : magnitude)
            .divideAndRemainder(exponent > 0 ? denominator.shiftLeft(exponent) : denominator);
    long quotient = divided[0].longValueExact();
    boolean inexact = divided[1].signum() != 0;
    int excess =
        Math.max(
            Long.SIZE - Long.numberOfLeadingZeros(quotient) - PRECISION, LEAST_EXPONENT - exponent);
    long kept = quotient >> excess;
    long cut = quotient & ((1L << excess) - 1);
    long half = 1L << (excess - 1);
    if (cut > half || (cut == half && (inexact || (kept & 1) == 1))) {
      kept++;
    }
    double rounded = Math.scalb((double) kept, exponent + excess);
    return numerator.signum() < 0 ? -rounded : rounded;
  }
}
