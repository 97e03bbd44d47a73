package io.errata.connectors.record;

import java.util.Arrays;

/**
 * A record among others, as it lies in a piece that was fetched: who looks before its beginning or
 * behind its end sees what would be more of it, in any format.
 */
record Fetched(byte[] piece, int offset, int length) {
  /** Behind a byte that begins a number in any of them, and before several. */
  static Fetched of(byte[] data) {
    int before = 3;
    byte[] piece = new byte[before + data.length + 2 * Long.BYTES];
    Arrays.fill(piece, (byte) '1');
    System.arraycopy(data, 0, piece, before, data.length);
    return new Fetched(piece, before, data.length);
  }
}
