package io.errata.jobs.graph;

import io.errata.api.RowSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.ValueCodec;
import io.errata.jobs.aggregate.IntegerFold;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers the numbers of packed events by key, without an object for each event: a hash table with
 * open addressing of the bytes of the keys. When it is full, what it has goes on its way and it
 * begins anew.
 *
 * <p>Of each key it keeps the last of its events, since a row that can't be computed is reported
 * with it. Used by one thread.
 */
final class FoldTable {
  private static final int FIRST_SLOTS = 1 << 12;

  /** About what one key takes beside its slots: the key, its last event and the array's head. */
  private static final int KEY_BYTES = 128;

  /** Of which there are two to four for each key. */
  private static final int SLOTS_OF_A_KEY = 3;

  private static final int TAG = 0;
  private static final int COUNT = 1;
  private static final int GATHERED = 2;

  private final PackedEvents events;
  private final KeyTest keys;
  private final Flushed flushed;
  private final int limit;
  private final int[] keyFields;
  private final int[] columnFields;
  private final boolean[] sums;
  private final int width;
  private final int stride;

  private final int[] places;
  private byte[] key = new byte[64];
  private int keyLength;
  private long keyTag;

  // Of each slot: the key and behind it the last event.
  private byte[][] entries = new byte[FIRST_SLOTS][];

  // Of each slot, side by side since they are used together: the key's hash and length, how many
  // events, and for each column the number of values and their sum.
  private long[] numbers;
  private int used;

  /** Sees whether the events of a key can be folded. */
  interface KeyTest {
    /**
     * @param bytes of an event of the key
     */
    boolean passes(byte[] bytes, int offset, int length) throws IOException;
  }

  /** Takes what was gathered of one key. */
  interface Flushed {
    /**
     * @param bytes hold the last event
     * @param events how many there were
     * @param gathered for each column the number of values, and behind it their sum
     */
    void accept(byte[] bytes, int offset, int length, long events, List<Long> gathered)
        throws IOException;

    /** Of two packed events of one time, whether the first comes before the second. */
    boolean precedes(byte[] bytes, int offset, int length, byte[] other, int from, int size)
        throws IOException;
  }

  /**
   * @param schema of the events' payload
   * @param memory about how many bytes of the heap it may take
   */
  FoldTable(
      IntegerFold fold,
      PackedEvents events,
      RowSchema schema,
      long memory,
      KeyTest keys,
      Flushed flushed) {
    this.events = events;
    this.keys = keys;
    this.flushed = flushed;
    this.width = 2 * fold.columns().size();
    this.stride = GATHERED + width;
    long bytes = KEY_BYTES + SLOTS_OF_A_KEY * (Integer.BYTES + (long) Long.BYTES * stride);
    this.limit = (int) Math.min(1 << 26, Math.max(FIRST_SLOTS, memory / bytes));
    this.keyFields = fold.keys().stream().mapToInt(schema::ordinal).toArray();
    this.columnFields =
        fold.columns().stream()
            .mapToInt(column -> column.field().map(schema::ordinal).orElse(-1))
            .toArray();
    this.sums = new boolean[columnFields.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = fold.columns().get(i).sums();
    }
    this.places = new int[schema.size()];
    this.numbers = new long[FIRST_SLOTS * stride];
  }

  /**
   * Adds an event.
   *
   * @return false where it has to go the way of single events
   */
  boolean add(byte[] bytes, int offset, int length) throws IOException {
    int content = events.locate(bytes, offset, places);
    for (int i = 0; i < columnFields.length; i++) {
      if (sums[i] && !isNumberOrNull(bytes, places[columnFields[i]])) {
        return false;
      }
    }
    takeKey(bytes, offset + length);
    int slot = find();
    byte[] entry = entries[slot];
    if (entry == null) {
      if (!keys.passes(bytes, offset, length)) {
        return false;
      }
      if (used >= limit) {
        flush();
        slot = find();
      } else if (2 * (used + 1) > entries.length) {
        grow();
        slot = find();
      }
      used++;
      numbers[slot * stride + TAG] = keyTag;
      replace(slot, bytes, offset, length);
    } else if (isLater(bytes, offset, length, content, entry)) {
      replace(slot, bytes, offset, length);
    }
    numbers[slot * stride + COUNT]++;
    gather(slot, bytes);
    return true;
  }

  private static boolean isNumberOrNull(byte[] bytes, int at) {
    return ValueCodec.isInteger(bytes, at) || ValueCodec.isNull(bytes, at);
  }

  private void takeKey(byte[] bytes, int end) {
    keyLength = 0;
    for (int field : keyFields) {
      int from = places[field];
      int length = (field + 1 < places.length ? places[field + 1] : end) - from;
      if (key.length < keyLength + length) {
        key = Arrays.copyOf(key, (keyLength + length) * 2);
      }
      System.arraycopy(bytes, from, key, keyLength, length);
      keyLength += length;
    }
    keyTag = tag(key, keyLength);
  }

  private int find() {
    int mask = entries.length - 1;
    int slot = (int) (keyTag >>> Integer.SIZE) & mask;
    // A slot that is free has no tag, and no key has the tag 0: its length is in it.
    while (numbers[slot * stride + TAG] != 0 && !isKeyOf(slot)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isKeyOf(int slot) {
    return numbers[slot * stride + TAG] == keyTag
        && Arrays.equals(entries[slot], 0, keyLength, key, 0, keyLength);
  }

  private static long tag(byte[] bytes, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ bytes[i]) * 0x100000001b3L;
    }
    return ((hash ^ (hash >>> 29)) << Integer.SIZE) | length;
  }

  private boolean isLater(byte[] bytes, int offset, int length, int content, byte[] entry)
      throws IOException {
    int lastContent = events.contentOf(entry, keyLength);
    int byTime = PackedEvents.compareTimes(bytes, content, entry, lastContent);
    return byTime > 0
        || (byTime == 0
            && flushed.precedes(entry, keyLength, entry.length - keyLength, bytes, offset, length));
  }

  private void replace(int slot, byte[] bytes, int offset, int length) {
    byte[] entry = entries[slot];
    if (entry == null || entry.length != keyLength + length) {
      entry = new byte[keyLength + length];
      System.arraycopy(key, 0, entry, 0, keyLength);
      entries[slot] = entry;
    }
    System.arraycopy(bytes, offset, entry, keyLength, length);
  }

  private void gather(int slot, byte[] bytes) throws IOException {
    for (int i = 0; i < columnFields.length; i++) {
      int at = slot * stride + GATHERED + 2 * i;
      if (columnFields[i] < 0) {
        numbers[at]++;
        continue;
      }
      int value = places[columnFields[i]];
      if (ValueCodec.isNull(bytes, value)) {
        continue;
      }
      if (sums[i]) {
        long number = ValueCodec.integer(bytes, value);
        long sum = numbers[at + 1] + number;
        if (((numbers[at + 1] ^ sum) & (number ^ sum)) < 0) {
          // What was gathered so far goes on its way, and is added where there is room for it.
          emitColumn(slot, i);
          sum = number;
        }
        numbers[at + 1] = sum;
      }
      numbers[at]++;
    }
  }

  private void emitColumn(int slot, int column) throws IOException {
    Long[] gathered = new Long[width];
    Arrays.fill(gathered, 0L);
    int at = slot * stride + GATHERED + 2 * column;
    gathered[2 * column] = numbers[at];
    gathered[2 * column + 1] = numbers[at + 1];
    numbers[at] = 0;
    numbers[at + 1] = 0;
    byte[] entry = entries[slot];
    int from = keyLength(slot);
    flushed.accept(entry, from, entry.length - from, 0, List.of(gathered));
  }

  private int keyLength(int slot) {
    return (int) numbers[slot * stride + TAG];
  }

  private void grow() {
    byte[][] oldEntries = entries;
    long[] oldNumbers = numbers;
    entries = new byte[oldEntries.length * 2][];
    numbers = new long[Math.multiplyExact(entries.length, stride)];
    int mask = entries.length - 1;
    for (int i = 0; i < oldEntries.length; i++) {
      if (oldEntries[i] != null) {
        int slot = (int) (oldNumbers[i * stride + TAG] >>> Integer.SIZE) & mask;
        while (entries[slot] != null) {
          slot = (slot + 1) & mask;
        }
        entries[slot] = oldEntries[i];
        System.arraycopy(oldNumbers, i * stride, numbers, slot * stride, stride);
      }
    }
  }

  /** Sends on its way what was gathered, and forgets it. */
  void flush() throws IOException {
    for (int slot = 0; slot < entries.length; slot++) {
      byte[] entry = entries[slot];
      if (entry != null) {
        int at = slot * stride;
        Long[] gathered = new Long[width];
        for (int i = 0; i < width; i++) {
          gathered[i] = numbers[at + GATHERED + i];
        }
        int from = keyLength(slot);
        flushed.accept(entry, from, entry.length - from, numbers[at + COUNT], List.of(gathered));
        entries[slot] = null;
      }
    }
    Arrays.fill(numbers, 0);
    used = 0;
  }
}
