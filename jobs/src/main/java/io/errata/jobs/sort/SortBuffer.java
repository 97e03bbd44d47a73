package io.errata.jobs.sort;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;

/**
 * Records in memory, sorted by an index of 64-bit numbers: the upper half of a record's hash, and
 * where the record lies. The index is sorted digit by digit; the few records that share an upper
 * half are looked at themselves.
 */
final class SortBuffer {
  private static final int CHUNK = 1 << 20;
  private static final int CHUNK_BITS = 20;
  private static final int ALIGNMENT = 8;
  private static final int ALIGNMENT_BITS = 3;
  private static final long UPPER = 0xFFFFFFFF00000000L;
  private static final int DIGIT_BITS = 11;

  // Hashes of one partition share their first bits: what tells them apart is spread over all.
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final int FIRST_INDEX = 1 << 10;

  /** Records that share the table with twice as many free slots are found at the first look. */
  private static final int SLOTS = 2;

  /** Twice as many as there can be records: both take {@link #MOST_MEMORY} at most. */
  private static final long MOST_SLOTS = 1L << 30;

  // Of the index, and of the second one that it is sorted with or the table that it is grouped by.
  private static final int INDEX_BYTES = 2 * Long.BYTES;

  /** More than this the lower half of a number in the index can't tell apart. */
  static final long MOST_MEMORY = 1L << (Integer.SIZE + ALIGNMENT_BITS - 1);

  private final long memory;
  private final long heap;
  private final List<MemorySegment> chunks = new ArrayList<>();
  private long allocated;
  private int chunk = -1;
  private int used;
  private long[] index = new long[FIRST_INDEX];
  private int count;
  // So many at the beginning of the index share their hash with no other.
  private int alone;

  private long[] packed = new long[64];
  private long[] moved = new long[64];

  /**
   * @param memory the bytes that records and index may take
   * @param heap the bytes of them that the index may take, which lies in the heap
   */
  SortBuffer(long memory, long heap) {
    this.memory = Math.min(memory, MOST_MEMORY);
    this.heap = heap;
  }

  /** The bytes that records and index may take. */
  long memory() {
    return memory;
  }

  /**
   * Copies a record.
   *
   * @return false where there is no room for it and others are there
   */
  boolean add(byte[] bytes, int at, int size) {
    int room = (size + ALIGNMENT - 1) & -ALIGNMENT;
    boolean large = room > CHUNK;
    if (count == index.length || large || chunk < 0 || used + room > CHUNK) {
      if (!makeRoom(large, room)) {
        return false;
      }
    }
    MemorySegment segment = chunks.get(chunk);
    segment.put(used, bytes, at, size);
    long address = ((long) chunk << CHUNK_BITS) | used;
    index[count++] = (PackedRecords.hash(bytes, at) & UPPER) | (address >>> ALIGNMENT_BITS);
    used += room;
    return true;
  }

  private boolean makeRoom(boolean large, int room) {
    if (count == index.length) {
      // The index must not take more than its share, however small the records are.
      long larger = (long) index.length * 2 * INDEX_BYTES;
      if (count > FIRST_INDEX && (larger > heap || larger + allocated > memory)) {
        return false;
      }
      index = Arrays.copyOf(index, index.length * 2);
    }
    if (!large && chunk >= 0 && used + room <= CHUNK) {
      return true;
    }
    boolean reused = !large && chunk + 1 < chunks.size();
    if (!reused) {
      int size = large ? room : CHUNK;
      if (count > 0 && allocated + size + (long) index.length * INDEX_BYTES > memory) {
        return false;
      }
      chunks.add(chunk + 1, MemorySegmentFactory.allocateOffHeapUnsafeMemory(size));
      allocated += size;
    }
    chunk++;
    used = 0;
    return true;
  }

  /** Forgets the records; the memory is kept for others. */
  void clear() {
    count = 0;
    alone = 0;
    chunk = -1;
    used = 0;
    for (int i = chunks.size() - 1; i >= 0; i--) {
      MemorySegment segment = chunks.get(i);
      if (segment.size() != CHUNK) {
        allocated -= segment.size();
        segment.free();
        chunks.remove(i);
      }
    }
  }

  void free() {
    chunks.forEach(MemorySegment::free);
    chunks.clear();
    allocated = 0;
    index = new long[0];
    count = 0;
    alone = 0;
  }

  /** The records, as they were added, until others are; before they are {@link #sorted}. */
  SortedRecords unsorted() {
    return new InMemory();
  }

  /** The records, sorted, until others are added. */
  SortedRecords sorted() {
    sortFrom(0);
    return new InMemory();
  }

  /**
   * The records, those of one hash sorted and one behind the other, until others are added. Those
   * whose hash no other has come first, as they were added: their places follow each other in
   * memory, and they needn't be sorted.
   */
  SortedRecords grouped() {
    int slots =
        (int)
            Math.min(
                MOST_SLOTS, Math.max(2L, Integer.highestOneBit(Math.max(1, count)) * 2L * SLOTS));
    int shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
    // Of each slot: the place in the index from 1, negative where it was found again.
    int[] table = new int[slots];
    int repeated = 0;
    long[] places = new long[16];
    for (int i = 0; i < count; i++) {
      long upper = index[i] & UPPER;
      int slot = (int) ((upper * SPREAD) >>> shift);
      while (table[slot] != 0 && (index[Math.abs(table[slot]) - 1] & UPPER) != upper) {
        slot = (slot + 1) & (slots - 1);
      }
      if (table[slot] == 0) {
        table[slot] = i + 1;
        continue;
      }
      if (repeated + 2 > places.length) {
        places = Arrays.copyOf(places, places.length * 2);
      }
      places[repeated++] = i;
      if (table[slot] > 0) {
        places[repeated++] = table[slot] - 1;
        table[slot] = -table[slot];
      }
    }
    moveBehind(places, repeated);
    alone = count - repeated;
    sortFrom(alone);
    return new InMemory();
  }

  /**
   * Moves some of the index behind the others, which keep their order.
   *
   * @param places of those, in any order
   */
  private void moveBehind(long[] places, int size) {
    Arrays.sort(places, 0, size);
    long[] behind = new long[size];
    int next = 0;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (next < size && places[next] == i) {
        behind[next++] = index[i];
      } else {
        index[kept++] = index[i];
      }
    }
    System.arraycopy(behind, 0, index, kept, size);
  }

  private void sortFrom(int first) {
    sortByUpperHalf(first);
    int from = first;
    while (from < count) {
      int to = from + 1;
      while (to < count && (index[to] & UPPER) == (index[from] & UPPER)) {
        to++;
      }
      if (to - from > 1) {
        sortAlike(from, to);
      }
      from = to;
    }
  }

  private void sortByUpperHalf(int first) {
    if (count - first < 2) {
      return;
    }
    long[] source = index;
    long[] target = Arrays.copyOf(index, index.length);
    for (int shift = 32; shift < 64; shift += DIGIT_BITS) {
      int[] starts = new int[(1 << DIGIT_BITS) + 1];
      starts[0] = first;
      for (int i = first; i < count; i++) {
        starts[digit(source[i], shift) + 1]++;
      }
      for (int i = 1; i < starts.length; i++) {
        starts[i] += starts[i - 1];
      }
      for (int i = first; i < count; i++) {
        long entry = source[i];
        target[starts[digit(entry, shift)]++] = entry;
      }
      long[] swapped = source;
      source = target;
      target = swapped;
    }
    index = source;
  }

  private static int digit(long entry, int shift) {
    return (int) (entry >>> shift) & ((1 << DIGIT_BITS) - 1);
  }

  // Most of them share their hash as well, and are sorted by their order: as numbers, in which the
  // order stands before the place.
  private void sortAlike(int from, int to) {
    int length = to - from;
    if (packed.length < length) {
      packed = new long[Math.max(length, packed.length * 2)];
      moved = new long[packed.length];
    }
    long hash = hash(index[from]);
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = 0; i < length; i++) {
      long entry = index[from + i];
      if (hash(entry) != hash) {
        sortOneByOne(from, to);
        return;
      }
      long order = order(entry);
      packed[i] = order;
      moved[i] = entry;
      if (order != Long.MIN_VALUE) {
        least = Math.min(least, order);
        greatest = Math.max(greatest, order);
      }
    }
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(length - 1);
    long range = least > greatest ? 0 : greatest - least;
    if (range < 0 || range >= (1L << (62 - bits))) {
      sortOneByOne(from, to);
      return;
    }
    for (int i = 0; i < length; i++) {
      // The least of all numbers stands for what comes before all, and would make the range wide.
      long rank = packed[i] == Long.MIN_VALUE ? 0 : packed[i] - least + 1;
      packed[i] = (rank << bits) | i;
    }
    Arrays.sort(packed, 0, length);
    long mask = (1L << bits) - 1;
    for (int i = 0; i < length; i++) {
      index[from + i] = moved[(int) (packed[i] & mask)];
    }
  }

  private void sortOneByOne(int from, int to) {
    Long[] entries = new Long[to - from];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = index[from + i];
    }
    Comparator<Long> byNumbers =
        (left, right) -> PackedRecords.compare(hash(left), order(left), hash(right), order(right));
    Arrays.sort(entries, byNumbers);
    for (int i = 0; i < entries.length; i++) {
      index[from + i] = entries[i];
    }
  }

  private MemorySegment segment(long entry) {
    return chunks.get((int) (address(entry) >>> CHUNK_BITS));
  }

  private static long address(long entry) {
    return (entry & ~UPPER) << ALIGNMENT_BITS;
  }

  private static int place(long entry) {
    return (int) address(entry) & (CHUNK - 1);
  }

  private long hash(long entry) {
    return segment(entry).getLongLittleEndian(place(entry) + PackedRecords.HASH);
  }

  private long order(long entry) {
    return segment(entry).getLongLittleEndian(place(entry) + PackedRecords.ORDER);
  }

  private final class InMemory implements SortedRecords {
    private int next;
    private long hash;
    private long order;
    private int length;
    private byte[] bytes = new byte[256];

    @Override
    public boolean next() {
      if (next == count) {
        return false;
      }
      long entry = index[next++];
      MemorySegment segment = segment(entry);
      int at = place(entry);
      length = segment.getIntLittleEndian(at);
      hash = segment.getLongLittleEndian(at + PackedRecords.HASH);
      order = segment.getLongLittleEndian(at + PackedRecords.ORDER);
      if (bytes.length < length) {
        bytes = new byte[Math.max(length, bytes.length * 2)];
      }
      segment.get(at + PackedRecords.HEAD, bytes, 0, length);
      return true;
    }

    @Override
    public long hash() {
      return hash;
    }

    @Override
    public long order() {
      return order;
    }

    @Override
    public boolean isAlone() {
      return next <= alone;
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public int offset() {
      return 0;
    }

    @Override
    public int length() {
      return length;
    }
  }
}
