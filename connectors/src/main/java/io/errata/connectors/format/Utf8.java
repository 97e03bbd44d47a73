package io.errata.connectors.format;

import io.errata.connectors.event.Unreadable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text from bytes, strictly: Java's own decoding replaces what it can't decode, which would change
 * the event.
 */
public final class Utf8 {
  /** Eight bytes of an array, the first one in the lowest bits. */
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final Unreadable BROKEN = new Unreadable("text that is not UTF-8");

  private Utf8() {}

  /** A {@link String} or {@link Unreadable}. */
  public static Object decode(byte[] bytes, int offset, int length) {
    return isAscii(bytes, offset, length)
        ? new String(bytes, offset, length, StandardCharsets.ISO_8859_1)
        : decodeStrictly(ByteBuffer.wrap(bytes, offset, length));
  }

  /** Whether all bytes are below 0x80. */
  public static boolean isAscii(byte[] bytes, int offset, int length) {
    int i = offset;
    int end = offset + length;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      if (((long) LONGS.get(bytes, i) & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; i < end; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
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
