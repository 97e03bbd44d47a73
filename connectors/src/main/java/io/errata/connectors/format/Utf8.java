package io.errata.connectors.format;

import io.errata.connectors.event.Unreadable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text from bytes, strictly: Java's own decoding replaces what it can't decode, which would change
 * the event.
 */
public final class Utf8 {
  private static final Unreadable BROKEN = new Unreadable("text that is not UTF-8");

  private Utf8() {}

  /** A {@link String} or {@link Unreadable}. */
  public static Object decode(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] < 0) {
        return decodeStrictly(ByteBuffer.wrap(bytes, offset, length));
      }
    }
    return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static Object decodeStrictly(ByteBuffer bytes) {
    try {
      // A new decoder reports errors.
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return BROKEN;
    }
  }
}
