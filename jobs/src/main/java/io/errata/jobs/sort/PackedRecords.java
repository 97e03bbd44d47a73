package io.errata.jobs.sort;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How records lie one behind the other in a block, in the memory of a sort and in a file: the size
 * of the body in bytes (32 bits), the two numbers that the record is sorted by (64 bits each), all
 * with the least significant byte first, and the body.
 */
public final class PackedRecords {
  /** Bytes before the body. */
  public static final int HEAD = 20;

  static final int HASH = 4;
  static final int ORDER = 12;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private PackedRecords() {}

  /** Writes what lies before the body of a record that begins at a place. */
  public static void writeHead(byte[] bytes, int at, int size, long hash, long order) {
    INT.set(bytes, at, size);
    LONG.set(bytes, at + HASH, hash);
    LONG.set(bytes, at + ORDER, order);
  }

  /** The bytes of the body of the record that begins at a place. */
  public static int size(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static long hash(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at + HASH);
  }

  static long order(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at + ORDER);
  }

  /** The one order of sorted records: by the hash as an unsigned number, then by the order. */
  static int compare(long hash, long order, long otherHash, long otherOrder) {
    int byHash = Long.compareUnsigned(hash, otherHash);
    return byHash != 0 ? byHash : Long.compare(order, otherOrder);
  }
}
