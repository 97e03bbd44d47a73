package io.errata.jobs.sort;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Sorts packed records by two numbers in bounded memory: those that fit are sorted where they lie;
 * when they no longer do, they go to a file as a sorted run, and the runs are merged as they are
 * read. Records whose numbers are both equal come in any order.
 *
 * <p>Used by one thread: {@link #add} for all records, then {@link #sorted}, then {@link #close},
 * which deletes the files.
 */
public final class RecordSorter implements Closeable {
  /** So many files are open at once, each with a buffer of {@link RunReader#BUFFER} bytes. */
  static final int RUNS_AT_ONCE = 64;

  private final SortBuffer buffer;
  private final Supplier<File> files;
  private final List<File> runs = new ArrayList<>();
  private final List<RunReader> open = new ArrayList<>();
  private long spilled;

  /**
   * @param memory the bytes, from 1, that records may take before they go to files, most of them
   *     outside of the heap; a record that is larger than that goes alone; not all of it is used
   *     where it is more than 16 GiB
   * @param heap the bytes of these that may lie in the heap
   * @param files gives the next file to write, in a folder that is there
   */
  public RecordSorter(long memory, long heap, Supplier<File> files) {
    this.buffer = new SortBuffer(memory, heap);
    this.files = files;
  }

  /**
   * Takes the records of a block.
   *
   * @param bytes records one behind the other, which are copied
   * @param length of what is used of the array
   * @throws IOException where a file can't be written
   */
  public void add(byte[] bytes, int length) throws IOException {
    int at = 0;
    while (at < length) {
      int size = PackedRecords.HEAD + PackedRecords.size(bytes, at);
      if (!buffer.add(bytes, at, size)) {
        spill();
        if (!buffer.add(bytes, at, size)) {
          throw new IllegalStateException("A record doesn't fit in an empty buffer");
        }
      }
      at += size;
    }
  }

  private void spill() throws IOException {
    spilled += write(buffer.sorted());
    buffer.clear();
  }

  private long write(SortedRecords records) throws IOException {
    File file = files.get();
    runs.add(file);
    try (RunWriter writer = new RunWriter(file)) {
      while (records.next()) {
        writer.write(records);
      }
      return writer.finish();
    }
  }

  /** The bytes that were written to files so far. */
  public long spilled() {
    return spilled;
  }

  /**
   * All records, sorted; once.
   *
   * @throws IOException where a file can't be written or read
   */
  public SortedRecords sorted() throws IOException {
    if (runs.isEmpty()) {
      return buffer.sorted();
    }
    while (runs.size() >= RUNS_AT_ONCE) {
      List<File> first = new ArrayList<>(runs.subList(0, RUNS_AT_ONCE));
      spilled += write(merge(first, new ArrayList<>()));
      closeReaders();
      for (File merged : first) {
        delete(merged);
      }
      runs.removeAll(first);
    }
    List<SortedRecords> inputs = new ArrayList<>();
    inputs.add(buffer.sorted());
    return merge(runs, inputs);
  }

  private SortedRecords merge(List<File> from, List<SortedRecords> inputs) throws IOException {
    for (File run : from) {
      RunReader reader = new RunReader(run);
      open.add(reader);
      inputs.add(reader);
    }
    return MergedRecords.of(inputs);
  }

  private void closeReaders() throws IOException {
    for (RunReader reader : open) {
      reader.close();
    }
    open.clear();
  }

  private static void delete(File file) throws IOException {
    Files.deleteIfExists(file.toPath());
  }

  @Override
  public void close() throws IOException {
    buffer.free();
    closeReaders();
    for (File run : runs) {
      delete(run);
    }
    runs.clear();
  }
}
