package io.errata.jobs.sort;

import java.io.Closeable;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Records on disk, in partitions by the upper bits of their hashes: all of one partition come
 * before all of the next. They lie in one file, as blocks of one partition each, in the order in
 * which the blocks were full; of each partition one block is in memory at the most.
 */
final class SpilledPartitions implements Closeable {
  /** Bytes that are written and read at once, but for a record that is larger. */
  static final int BLOCK = 1 << 16;

  /** With more of them, the blocks in memory would take more than they are worth. */
  static final int MOST = 128;

  private final FileChannel channel;
  private final byte[][] blocks;
  private final int[] used;
  // Of each partition: where each of its blocks begins in the file, and how many bytes it has.
  private final long[][] places;
  private final int[] counts;
  private final int shift;
  private long written;

  /**
   * @param file to be made
   * @param memory the bytes of the heap that blocks may take; two partitions are the least
   */
  SpilledPartitions(File file, long memory) throws IOException {
    int wanted = (int) Math.max(2, Math.min(MOST, memory / BLOCK));
    int count = Integer.highestOneBit(wanted);
    this.blocks = new byte[count][];
    this.used = new int[count];
    this.places = new long[count][];
    this.counts = new int[count];
    this.shift = Long.SIZE - Integer.numberOfTrailingZeros(count);
    this.channel =
        FileChannel.open(
            file.toPath(),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /** How many there are, from the one with the least hashes. */
  int count() {
    return blocks.length;
  }

  /** Copies a packed record. */
  void add(byte[] bytes, int at, int size) throws IOException {
    int partition = (int) (PackedRecords.hash(bytes, at) >>> shift);
    byte[] block = roomFor(partition, size);
    System.arraycopy(bytes, at, block, used[partition], size);
    used[partition] += size;
  }

  /** Copies the record that a cursor stands on. */
  void add(SortedRecords record) throws IOException {
    int partition = (int) (record.hash() >>> shift);
    int size = PackedRecords.HEAD + record.length();
    byte[] block = roomFor(partition, size);
    int at = used[partition];
    PackedRecords.writeHead(block, at, record.length(), record.hash(), record.order());
    System.arraycopy(
        record.bytes(), record.offset(), block, at + PackedRecords.HEAD, record.length());
    used[partition] += size;
  }

  private byte[] roomFor(int partition, int size) throws IOException {
    byte[] block = blocks[partition];
    if (block == null) {
      block = new byte[Math.max(BLOCK, size)];
      blocks[partition] = block;
    } else if (used[partition] + size > block.length) {
      write(partition);
      if (block.length != Math.max(BLOCK, size)) {
        // A large record must not keep its room for ever.
        block = new byte[Math.max(BLOCK, size)];
        blocks[partition] = block;
      }
    }
    return block;
  }

  private void write(int partition) throws IOException {
    int length = used[partition];
    long[] known = places[partition];
    int next = 2 * counts[partition];
    if (known == null) {
      known = new long[16];
    } else if (next == known.length) {
      known = Arrays.copyOf(known, 2 * next);
    }
    known[next] = written;
    known[next + 1] = length;
    places[partition] = known;
    counts[partition]++;
    ByteBuffer block = ByteBuffer.wrap(blocks[partition], 0, length);
    while (block.hasRemaining()) {
      channel.write(block);
    }
    written += length;
    used[partition] = 0;
  }

  /** Writes what is in memory still; nothing can be added afterwards. */
  void finish() throws IOException {
    for (int i = 0; i < blocks.length; i++) {
      if (used[i] > 0) {
        write(i);
      }
      blocks[i] = null;
    }
  }

  /** Takes the records of a partition, block by block. */
  interface Taker {
    /**
     * @param bytes records one behind the other, until the next call
     * @param length of what is used of the array
     */
    void take(byte[] bytes, int length) throws IOException;
  }

  /** Gives all records of a partition. */
  void read(int partition, Taker taker) throws IOException {
    byte[] bytes = new byte[BLOCK];
    for (int i = 0; i < counts[partition]; i++) {
      long at = places[partition][2 * i];
      int length = (int) places[partition][2 * i + 1];
      if (bytes.length < length) {
        bytes = new byte[length];
      }
      ByteBuffer block = ByteBuffer.wrap(bytes, 0, length);
      while (block.hasRemaining()) {
        if (channel.read(block, at + block.position()) < 0) {
          throw new EOFException("A file of the sort ends within a block");
        }
      }
      taker.take(bytes, length);
    }
  }

  /** The bytes that were written so far. */
  long written() {
    return written;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
