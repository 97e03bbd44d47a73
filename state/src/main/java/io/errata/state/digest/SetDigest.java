package io.errata.state.digest;

import java.io.Serializable;
import java.math.BigInteger;

/**
 * The digest of a multiset of digests: their sum modulo 2^256, and their number. It doesn't depend
 * on order, and unlike XOR an element that is there twice doesn't cancel (Bellare and Micciancio,
 * "A New Paradigm for Collision-free Hashing", 1997: AdHash).
 *
 * @param sum from 0 to 2^256 - 1
 * @param count the number of elements
 */
public record SetDigest(BigInteger sum, long count) implements Serializable {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  /** The digest of no element. */
  public static final SetDigest EMPTY = new SetDigest(BigInteger.ZERO, 0);

  public SetDigest {
    if (sum.signum() < 0 || sum.compareTo(MODULUS) >= 0 || count < 0) {
      throw new IllegalArgumentException(
          "Cannot make a set digest: its sum or count is out of range");
    }
  }

  public SetDigest add(Digest element) {
    return new SetDigest(sum.add(new BigInteger(element.hex(), 16)).mod(MODULUS), count + 1);
  }

  public SetDigest combine(SetDigest other) {
    return new SetDigest(sum.add(other.sum).mod(MODULUS), count + other.count);
  }

  /** The count, a hyphen, and the sum as 64 hexadecimal digits. */
  @Override
  public String toString() {
    String hex = sum.toString(16);
    return count + "-" + "0".repeat(64 - hex.length()) + hex;
  }
}
