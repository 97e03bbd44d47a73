package io.errata.state.digest;

import io.errata.api.Bytes;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits.
 *
 * @param hex 64 digits of {@code 0-9a-f}
 */
public record Digest(String hex) implements Comparable<Digest>, Serializable {
  /** The number of bytes in a digest. */
  public static final int BYTES = 32;

  public Digest {
    // Not a regular expression: a digest is made for each row.
    if (hex.length() != 2 * BYTES || !hex.chars().allMatch(Digest::isDigit)) {
      throw new IllegalArgumentException(
          "Cannot read a digest: " + hex.length() + " characters (64 hexadecimal digits)");
    }
  }

  /** The digest of some bytes. */
  public static Digest of(byte[] content) {
    return new Digest(HexFormat.of().formatHex(sha256().digest(content)));
  }

  /**
   * The digest of a text's UTF-8 form. The text must not hold unpaired surrogates; {@link
   * CanonicalForm} refuses them.
   */
  public static Digest ofText(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A digest that is being made piece by piece: feed it, then pass its result to {@link
   * #of(MessageDigest)}.
   */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Finishes a digest that was started with {@link #sha256()}. */
  public static Digest of(MessageDigest fed) {
    return new Digest(HexFormat.of().formatHex(fed.digest()));
  }

  public byte[] toArray() {
    return HexFormat.of().parseHex(hex);
  }

  public Bytes toBytes() {
    return Bytes.of(toArray());
  }

  private static boolean isDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex.substring(0, 16);
  }
}
