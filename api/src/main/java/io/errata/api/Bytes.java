package io.errata.api;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable sequence of bytes, equal by content and ordered as unsigned bytes. */
public final class Bytes implements Comparable<Bytes> {
  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** Copies the array. */
  public static Bytes of(byte... content) {
    return new Bytes(content.clone());
  }

  /**
   * Reads hexadecimal digits of either case.
   *
   * @throws IllegalArgumentException where the text has an odd length or another character
   */
  public static Bytes ofHex(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return content.clone();
  }

  /** Lower-case hexadecimal digits, two for each byte. */
  public String toHex() {
    return HexFormat.of().formatHex(content);
  }

  public int length() {
    return content.length;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** The length only: content may be personal data and must not reach a log by accident. */
  @Override
  public String toString() {
    return "Bytes[" + content.length + "]";
  }
}
