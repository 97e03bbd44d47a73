package io.errata.connectors.event;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text whose characters are all below U+0080, where it was found. Its value is a {@link String}.
 * Not thread-safe.
 */
public final class AsciiText implements LazyValue, CharSequence {
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private @Nullable String value;

  /** Becomes the text of some bytes, which are not copied; all of them have to be below 0x80. */
  public AsciiText set(byte[] source, int from, int size) {
    bytes = source;
    offset = from;
    length = size;
    value = null;
    return this;
  }

  /** The same text, which stays when this becomes another. */
  public AsciiText copy() {
    return new AsciiText().set(bytes, offset, length);
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  @Override
  public String value() {
    if (value == null) {
      value = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
    return value;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int index) {
    if (index >= length) {
      throw new IndexOutOfBoundsException(index);
    }
    return (char) bytes[offset + index];
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return value().subSequence(start, end);
  }

  @Override
  public String toString() {
    return value();
  }
}
