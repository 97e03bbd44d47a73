package io.errata.connectors.event;

import io.errata.api.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An event as it lies in its source, for who looks into why it could not be used. It is payload:
 * nothing that is printed or logged may hold it.
 *
 * @param value its bytes, all of them or the first; null where it has none, as a tombstone
 * @param size how many bytes the value has in the source
 * @param key the bytes of its key, or the first of them, where the source keeps a key beside it
 */
public record RawEvent(@Nullable Bytes value, long size, @Nullable Bytes key) {
  /** How many bytes are kept of an event that could be decoded: enough to see what it is. */
  public static final int MAX_DECODED = 64 << 10;

  /** All bytes: of what can't be decoded they are all that there is. */
  public static RawEvent whole(byte[] buffer, int from, int length) {
    return new RawEvent(Bytes.of(Arrays.copyOfRange(buffer, from, from + length)), length, null);
  }

  /** The first {@value #MAX_DECODED} bytes. */
  public static RawEvent head(byte[] buffer, int from, int length) {
    return new RawEvent(first(buffer, from, length), length, null);
  }

  private static Bytes first(byte[] buffer, int from, int length) {
    return Bytes.of(Arrays.copyOfRange(buffer, from, from + Math.min(length, MAX_DECODED)));
  }

  /** The same, of which the source has more bytes than could be looked at. */
  public RawEvent withSize(long changed) {
    return new RawEvent(value, changed, key);
  }

  /** The same with a key, of which the first {@value #MAX_DECODED} bytes are kept. */
  public RawEvent withKey(byte[] buffer, int from, int length) {
    return new RawEvent(value, size, first(buffer, from, length));
  }

  /** Sizes only: content must not reach a log by accident. */
  @Override
  public String toString() {
    return "RawEvent[" + size + "]";
  }
}
