package io.errata.jobs.sort;

import java.io.IOException;
import java.util.List;

/** Several sorted cursors as one: a binary heap by the numbers of their records. */
final class MergedRecords implements SortedRecords {
  private final SortedRecords[] heap;
  private final long[] hashes;
  private final long[] orders;
  private int size;
  private boolean begun;

  private MergedRecords(int inputs) {
    heap = new SortedRecords[inputs];
    hashes = new long[inputs];
    orders = new long[inputs];
  }

  static SortedRecords of(List<SortedRecords> inputs) throws IOException {
    MergedRecords merged = new MergedRecords(inputs.size());
    for (SortedRecords input : inputs) {
      if (input.next()) {
        merged.place(merged.size++, input);
      }
    }
    for (int i = merged.size / 2 - 1; i >= 0; i--) {
      merged.sink(i);
    }
    return merged;
  }

  private void place(int at, SortedRecords input) {
    heap[at] = input;
    hashes[at] = input.hash();
    orders[at] = input.order();
  }

  @Override
  public boolean next() throws IOException {
    if (!begun) {
      begun = true;
      return size > 0;
    }
    if (size == 0) {
      return false;
    }
    if (heap[0].next()) {
      hashes[0] = heap[0].hash();
      orders[0] = heap[0].order();
    } else {
      size--;
      heap[0] = heap[size];
      hashes[0] = hashes[size];
      orders[0] = orders[size];
    }
    sink(0);
    return size > 0;
  }

  private void sink(int from) {
    SortedRecords moved = heap[from];
    long hash = hashes[from];
    long order = orders[from];
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && less(child + 1, hashes[child], orders[child])) {
        child++;
      }
      if (!less(child, hash, order)) {
        break;
      }
      heap[at] = heap[child];
      hashes[at] = hashes[child];
      orders[at] = orders[child];
      at = child;
    }
    heap[at] = moved;
    hashes[at] = hash;
    orders[at] = order;
  }

  private boolean less(int place, long hash, long order) {
    return PackedRecords.compare(hashes[place], orders[place], hash, order) < 0;
  }

  @Override
  public long hash() {
    return hashes[0];
  }

  @Override
  public long order() {
    return orders[0];
  }

  @Override
  public boolean isAlone() {
    return false;
  }

  @Override
  public byte[] bytes() {
    return heap[0].bytes();
  }

  @Override
  public int offset() {
    return heap[0].offset();
  }

  @Override
  public int length() {
    return heap[0].length();
  }
}
