package io.errata.jobs.graph;

import io.errata.api.RowSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.ValueCodec;
import io.errata.jobs.aggregate.IntegerFold;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers the numbers of packed events by key, without an object for each event or key: a hash
 * table with open addressing of the bytes of the keys, whose numbers and bytes lie in arrays that
 * many share. When they take as much as they may, what it has goes on its way and it begins anew.
 *
 * <p>Of each key it keeps the last of its events, since a row that can't be computed is reported
 * with it. Used by one thread.
 */
final class FoldTable {
  private static final int FIRST_SLOTS = 1 << 12;

  /** Keys whose numbers lie in one array. */
  private static final int PAGE = 1 << 10;

  /** Bytes of keys and events that lie in one array; what is larger has its own. */
  private static final int CHUNK = 1 << 16;

  /**
   * Bytes of events that wait to be folded: a hundred or so of the usual size, so that they and all
   * that they are folded into stay where the processor has them.
   */
  private static final int WAITING = 1 << 13;

  /** With less, it would begin anew all the time. */
  private static final long LEAST_MEMORY = 1 << 20;

  // Of each key, side by side since they are used together: its hash and length; how many events;
  // where its last event lies, behind the key where that isn't whole here; how many bytes there are
  // for it, and how many are used; the key's first bytes; the second of its last event; and for
  // each
  // column the number of values and their sum.
  private static final int TAG = 0;
  private static final int COUNT = 1;
  private static final int PLACE = 2;
  private static final int SIZE = 3;
  private static final int KEY = 4;
  private static final int SECOND = 6;
  private static final int GATHERED = 7;

  /** Bytes of a key that lie beside its numbers: of most keys all. */
  private static final int BESIDE = 2 * Long.BYTES;

  /** What lies before each event that waits: its length, and the tag of its key. */
  private static final int HEAD = Integer.BYTES + Long.BYTES;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final PackedEvents events;
  private final KeyTest keys;
  private final Flushed flushed;
  private final long memory;
  private final int[] keyFields;
  private final int[] columnFields;
  private final boolean[] sums;
  private final int width;
  private final int stride;

  private final int[] places;
  // Whether the key's fields lie one behind the other, so that the key lies in the event.
  private final boolean keyIsWhole;
  // Of the event that is being taken.
  private byte[] gatheredKey = new byte[64];
  private byte[] key = gatheredKey;
  private int keyFrom;
  private int keyLength;
  private long keyTag;
  private long keyHead;
  private long keyNext;
  // Only so that reading is not left out.
  private long touched;

  // Events wait until there are many, so that what they are folded into is asked for at once: the
  // keys of a large window come from all over the memory.
  private final byte[] waiting = new byte[WAITING];
  private int waitingEnd;

  // Of each slot: the number of its key, from 1; 0 of one that is free. A key's slot is the upper
  // bits of its hash.
  private int[] slots = new int[FIRST_SLOTS];
  private int slotShift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_SLOTS);
  private int used;
  private long[][] pages = new long[16][];
  private int pageCount;
  private byte[][] chunks = new byte[16][];
  private int chunkCount;
  // The one that is being filled, and how far it is.
  private int chunk = -1;
  private int chunkEnd = CHUNK;
  private final List<byte[]> large = new ArrayList<>();
  // Of all arrays.
  private long bytes = (long) FIRST_SLOTS * Integer.BYTES;

  /** Sees whether the events of a key can be folded. */
  interface KeyTest {
    /**
     * @param bytes of an event of the key
     * @param places where each value of the event's payload begins
     */
    boolean passes(byte[] bytes, int offset, int length, int[] places) throws IOException;
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

    /** Takes an event that can't be folded. */
    void single(byte[] bytes, int offset, int length) throws IOException;

    /** Of two packed events of one time, whether the first comes before the second. */
    boolean precedes(byte[] bytes, int offset, int length, byte[] other, int from, int size)
        throws IOException;
  }

  /**
   * @param schema of the events' payload
   * @param memory how many bytes of the heap it may take; a MiB at least
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
    this.memory = Math.max(LEAST_MEMORY, memory);
    this.width = 2 * fold.columns().size();
    this.stride = GATHERED + width;
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
    boolean whole = true;
    for (int i = 1; i < keyFields.length; i++) {
      whole &= keyFields[i] == keyFields[i - 1] + 1;
    }
    this.keyIsWhole = whole && keyFields.length > 0;
  }

  /** Adds an event. What can't be folded is given back, now or later. */
  void add(byte[] event, int offset, int length) throws IOException {
    events.locate(event, offset, places);
    takeKey(event, offset + length);
    keyTag = tag(key, keyFrom, keyLength);
    int size = HEAD + length;
    if (waitingEnd + size > WAITING) {
      long tag = keyTag;
      foldWaiting();
      keyTag = tag;
    }
    if (size > WAITING) {
      fold(event, offset, length);
      return;
    }
    INT.set(waiting, waitingEnd, length);
    LONG.set(waiting, waitingEnd + Integer.BYTES, keyTag);
    System.arraycopy(event, offset, waiting, waitingEnd + HEAD, length);
    waitingEnd += size;
  }

  private void foldWaiting() throws IOException {
    touchWaiting();
    int end = waitingEnd;
    waitingEnd = 0;
    int at = 0;
    while (at < end) {
      int length = (int) INT.get(waiting, at);
      keyTag = (long) LONG.get(waiting, at + Integer.BYTES);
      fold(waiting, at + HEAD, length);
      at += HEAD + length;
    }
  }

  /**
   * Reads what each event will be folded into. None of these reads waits for another, as those of
   * folding do: the memory answers many at once.
   */
  private void touchWaiting() {
    long sum = 0;
    int at = 0;
    while (at < waitingEnd) {
      int entry = slots[(int) ((long) LONG.get(waiting, at + Integer.BYTES) >>> slotShift)] - 1;
      if (entry >= 0) {
        long[] page = page(entry);
        int first = at(entry);
        sum += page[first] + page[first + stride - 1];
      }
      at += HEAD + (int) INT.get(waiting, at);
    }
    touched = sum;
  }

  /** Folds an event whose key's tag is known. */
  private void fold(byte[] event, int offset, int length) throws IOException {
    int content = events.locate(event, offset, places);
    for (int i = 0; i < columnFields.length; i++) {
      if (sums[i] && !isNumberOrNull(event, places[columnFields[i]])) {
        flushed.single(event, offset, length);
        return;
      }
    }
    takeKey(event, offset + length);
    keyHead = partOfKey(0);
    keyNext = partOfKey(Long.BYTES);
    int slot = find();
    int entry = slots[slot] - 1;
    if (entry < 0) {
      if (!keys.passes(event, offset, length, places)) {
        flushed.single(event, offset, length);
        return;
      }
      entry = begin(slot, event, offset, length, content);
    } else if (isLater(event, offset, length, content, entry)
        && !replace(entry, event, offset, length, content)) {
      emitAll();
      entry = begin(find(), event, offset, length, content);
    }
    page(entry)[at(entry) + COUNT]++;
    gather(entry, event);
  }

  private static boolean isNumberOrNull(byte[] bytes, int at) {
    return ValueCodec.isInteger(bytes, at) || ValueCodec.isNull(bytes, at);
  }

  private void takeKey(byte[] bytes, int end) {
    if (keyIsWhole) {
      key = bytes;
      keyFrom = places[keyFields[0]];
      keyLength = endOf(keyFields[keyFields.length - 1], end) - keyFrom;
      return;
    }
    keyFrom = 0;
    keyLength = 0;
    for (int field : keyFields) {
      int from = places[field];
      int length = endOf(field, end) - from;
      if (gatheredKey.length < keyLength + length) {
        gatheredKey = Arrays.copyOf(gatheredKey, (keyLength + length) * 2);
      }
      System.arraycopy(bytes, from, gatheredKey, keyLength, length);
      keyLength += length;
    }
    key = gatheredKey;
  }

  /** Where a value of the payload ends, in an event that ends at a place. */
  private int endOf(int field, int end) {
    return field + 1 < places.length ? places[field + 1] : end;
  }

  /** The slot of the key, or the one that is free for it. */
  private int find() {
    int mask = slots.length - 1;
    int slot = (int) (keyTag >>> slotShift);
    while (slots[slot] != 0 && !isKeyOf(slots[slot] - 1)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isKeyOf(int entry) {
    long[] page = page(entry);
    int at = at(entry);
    if (page[at + TAG] != keyTag || page[at + KEY] != keyHead || page[at + KEY + 1] != keyNext) {
      return false;
    }
    if (keyLength <= BESIDE) {
      return true;
    }
    long place = page[at + PLACE];
    int from = (int) place;
    return Arrays.equals(chunk(place), from, from + keyLength, key, keyFrom, keyFrom + keyLength);
  }

  /** Eight bytes of the key, or what it has of them and zeros. */
  private long partOfKey(int from) {
    int length = Math.min(Long.BYTES, keyLength - from);
    long part = 0;
    if (length == Long.BYTES) {
      return (long) LONG.get(key, keyFrom + from);
    }
    for (int i = 0; i < length; i++) {
      part |= (key[keyFrom + from + i] & 0xFFL) << (Long.SIZE - Byte.SIZE * (i + 1));
    }
    return part;
  }

  /** How many bytes of a key lie before its last event. */
  private static int kept(int keyLength) {
    return keyLength > BESIDE ? keyLength : 0;
  }

  private long[] page(int entry) {
    return pages[entry / PAGE];
  }

  private int at(int entry) {
    return entry % PAGE * stride;
  }

  private byte[] chunk(long place) {
    int index = (int) (place >> Integer.SIZE);
    return index < 0 ? large.get(~index) : chunks[index];
  }

  private static long tag(byte[] bytes, int from, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ bytes[i]) * 0x100000001b3L;
    }
    // Its upper bits say where the key lies.
    hash = (hash ^ (hash >>> Integer.SIZE)) * 0x9e3779b97f4a7c15L;
    return (hash & 0xFFFFFFFF00000000L) | length;
  }

  private boolean isLater(byte[] event, int offset, int length, int content, int entry)
      throws IOException {
    int bySecond =
        Long.compare(PackedEvents.second(event, content), page(entry)[at(entry) + SECOND]);
    if (bySecond != 0) {
      return bySecond > 0;
    }
    long place = page(entry)[at(entry) + PLACE];
    byte[] last = chunk(place);
    int from = (int) place + kept(keyLength);
    int byTime = PackedEvents.compareTimes(event, content, last, events.contentOf(last, from));
    return byTime > 0
        || (byTime == 0
            && flushed.precedes(last, from, size(entry) - kept(keyLength), event, offset, length));
  }

  /** The bytes of the last event, and of the key where it lies before that. */
  private int size(int entry) {
    return (int) page(entry)[at(entry) + SIZE];
  }

  /** Makes an entry of the key, whose first event this is. */
  private int begin(int free, byte[] event, int offset, int length, int content)
      throws IOException {
    int slot = free;
    int size = kept(keyLength) + length;
    if (used > 0 && bytes + bytesForKey(size) > memory) {
      emitAll();
      slot = find();
    }
    if (2 * (used + 1) > slots.length) {
      grow();
      slot = find();
    }
    int entry = used++;
    slots[slot] = used;
    if (entry / PAGE == pageCount) {
      addPage();
    }
    long[] page = page(entry);
    int at = at(entry);
    Arrays.fill(page, at, at + stride, 0);
    page[at + TAG] = keyTag;
    page[at + PLACE] = takePlace(size);
    page[at + SIZE] = (long) size << Integer.SIZE;
    page[at + KEY] = keyHead;
    page[at + KEY + 1] = keyNext;
    write(entry, event, offset, length, content);
    return entry;
  }

  /** What arrays would be needed for one more key. */
  private long bytesForKey(int size) {
    return (used / PAGE == pageCount ? (long) PAGE * stride * Long.BYTES : 0)
        + (2 * (used + 1) > slots.length ? (long) slots.length * Integer.BYTES : 0)
        + bytesForPlace(size);
  }

  private long bytesForPlace(int size) {
    if (size > CHUNK) {
      return size;
    }
    return chunkEnd + size <= CHUNK || chunk + 1 < chunkCount ? 0 : CHUNK;
  }

  private void addPage() {
    if (pageCount == pages.length) {
      pages = Arrays.copyOf(pages, 2 * pageCount);
    }
    pages[pageCount++] = new long[PAGE * stride];
    bytes += (long) PAGE * stride * Long.BYTES;
  }

  private long takePlace(int size) {
    bytes += bytesForPlace(size);
    if (size > CHUNK) {
      large.add(new byte[size]);
      return (long) -large.size() << Integer.SIZE;
    }
    if (chunkEnd + size > CHUNK) {
      chunk++;
      chunkEnd = 0;
      if (chunk == chunkCount) {
        if (chunkCount == chunks.length) {
          chunks = Arrays.copyOf(chunks, 2 * chunkCount);
        }
        chunks[chunkCount++] = new byte[CHUNK];
      }
    }
    long place = (long) chunk << Integer.SIZE | chunkEnd;
    chunkEnd += size;
    return place;
  }

  /** Makes an event the last of its key; false where there is no memory for it. */
  private boolean replace(int entry, byte[] event, int offset, int length, int content) {
    long[] page = page(entry);
    int at = at(entry);
    int size = kept(keyLength) + length;
    if (size > page[at + SIZE] >>> Integer.SIZE) {
      if (bytes + bytesForPlace(size) > memory) {
        return false;
      }
      page[at + PLACE] = takePlace(size);
      page[at + SIZE] = (long) size << Integer.SIZE;
    }
    write(entry, event, offset, length, content);
    return true;
  }

  private void write(int entry, byte[] event, int offset, int length, int content) {
    long[] page = page(entry);
    int at = at(entry);
    long place = page[at + PLACE];
    byte[] target = chunk(place);
    int kept = kept(keyLength);
    System.arraycopy(key, keyFrom, target, (int) place, kept);
    System.arraycopy(event, offset, target, (int) place + kept, length);
    long room = page[at + SIZE] >>> Integer.SIZE;
    page[at + SIZE] = room << Integer.SIZE | (kept + length);
    page[at + SECOND] = PackedEvents.second(event, content);
  }

  private void gather(int entry, byte[] event) throws IOException {
    long[] numbers = page(entry);
    for (int i = 0; i < columnFields.length; i++) {
      int at = at(entry) + GATHERED + 2 * i;
      if (columnFields[i] < 0) {
        numbers[at]++;
        continue;
      }
      int value = places[columnFields[i]];
      if (ValueCodec.isNull(event, value)) {
        continue;
      }
      if (sums[i]) {
        long number = ValueCodec.integer(event, value);
        long sum = numbers[at + 1] + number;
        if (((numbers[at + 1] ^ sum) & (number ^ sum)) < 0) {
          // What was gathered so far goes on its way, and is added where there is room for it.
          emitColumn(entry, i);
          sum = number;
        }
        numbers[at + 1] = sum;
      }
      numbers[at]++;
    }
  }

  private void emitColumn(int entry, int column) throws IOException {
    Long[] gathered = new Long[width];
    Arrays.fill(gathered, 0L);
    long[] numbers = page(entry);
    int at = at(entry) + GATHERED + 2 * column;
    gathered[2 * column] = numbers[at];
    gathered[2 * column + 1] = numbers[at + 1];
    numbers[at] = 0;
    numbers[at + 1] = 0;
    emit(entry, 0, List.of(gathered));
  }

  private void emit(int entry, long count, List<Long> gathered) throws IOException {
    long[] page = page(entry);
    int at = at(entry);
    long place = page[at + PLACE];
    int kept = kept((int) page[at + TAG]);
    flushed.accept(chunk(place), (int) place + kept, size(entry) - kept, count, gathered);
  }

  private void grow() {
    int[] grown = new int[slots.length * 2];
    bytes += (long) slots.length * Integer.BYTES;
    int mask = grown.length - 1;
    slotShift--;
    for (int entry = 0; entry < used; entry++) {
      int slot = (int) (page(entry)[at(entry) + TAG] >>> slotShift);
      while (grown[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      grown[slot] = entry + 1;
    }
    slots = grown;
  }

  /** Folds what was added, sends on its way what was gathered, and forgets it. */
  void flush() throws IOException {
    foldWaiting();
    emitAll();
  }

  private void emitAll() throws IOException {
    for (int entry = 0; entry < used; entry++) {
      long[] page = page(entry);
      int at = at(entry);
      Long[] gathered = new Long[width];
      for (int i = 0; i < width; i++) {
        gathered[i] = page[at + GATHERED + i];
      }
      emit(entry, page[at + COUNT], List.of(gathered));
    }
    Arrays.fill(slots, 0);
    used = 0;
    large.forEach(each -> bytes -= each.length);
    large.clear();
    chunk = -1;
    chunkEnd = CHUNK;
  }
}
