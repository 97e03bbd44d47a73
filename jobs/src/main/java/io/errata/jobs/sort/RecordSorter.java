package io.errata.jobs.sort;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sorts packed records by two numbers in bounded memory. Those that fit are sorted where they lie.
 * When they no longer do, all go to a file in partitions by their hash, each of which is sorted
 * when its turn comes: so few records are faster to sort than many, whose places are all over the
 * memory. A partition that doesn't fit, as where very many records share a hash, is sorted in runs
 * that are merged as they are read. Records whose numbers are both equal come in any order.
 *
 * <p>Used by one thread: {@link #add} for all records, then {@link #sorted}, then {@link #close},
 * which deletes the files.
 */
public final class RecordSorter implements Closeable {
  /** So many files are open at once, each with a buffer of {@link RunReader#BUFFER} bytes. */
  static final int RUNS_AT_ONCE = 64;

  /** What of the heap that a sort may take the blocks of its partitions take beside. */
  private static final int BLOCKS_SHARE = 16;

  private final SortBuffer buffer;
  private final long heap;
  private final Supplier<File> files;
  private final List<File> runs = new ArrayList<>();
  private final List<RunReader> open = new ArrayList<>();
  private @Nullable SpilledPartitions partitions;
  private @Nullable File partitionsFile;
  private long merged;

  /**
   * @param memory the bytes, from 1, that records may take before they go to files, most of them
   *     outside of the heap; a record that is larger than that goes alone; not all of it is used
   *     where it is more than 16 GiB
   * @param heap the bytes of these that may lie in the heap; a sixteenth more is taken for what
   *     goes to files, at least 128 KiB and at most 8 MiB
   * @param files gives the next file to write, which isn't there, in a folder that is
   */
  public RecordSorter(long memory, long heap, Supplier<File> files) {
    this.buffer = new SortBuffer(memory, heap);
    this.heap = heap;
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
      if (partitions != null) {
        partitions.add(bytes, at, size);
      } else if (!buffer.add(bytes, at, size)) {
        partition().add(bytes, at, size);
      }
      at += size;
    }
  }

  /** From now on records go to a file, beginning with those in memory. */
  private SpilledPartitions partition() throws IOException {
    partitionsFile = files.get();
    SpilledPartitions begun = new SpilledPartitions(partitionsFile, heap / BLOCKS_SHARE);
    partitions = begun;
    SortedRecords records = buffer.unsorted();
    while (records.next()) {
      begun.add(records);
    }
    buffer.clear();
    return begun;
  }

  /** The bytes that were written to files so far. */
  public long spilled() {
    return merged + (partitions == null ? 0 : partitions.written());
  }

  /**
   * All records, sorted; once.
   *
   * @throws IOException where a file can't be written or read
   */
  public SortedRecords sorted() throws IOException {
    return records(SortBuffer::sorted);
  }

  /**
   * All records, those of one hash sorted and one behind the other, but hashes in any order; once.
   * It costs less than {@link #sorted} where most records have a hash of their own.
   *
   * @throws IOException where a file can't be written or read
   */
  public SortedRecords grouped() throws IOException {
    return records(SortBuffer::grouped);
  }

  private SortedRecords records(Function<SortBuffer, SortedRecords> inMemory) throws IOException {
    if (partitions == null) {
      return inMemory.apply(buffer);
    }
    partitions.finish();
    return new InPartitions(partitions, inMemory);
  }

  /** The partitions, one after the other. */
  private final class InPartitions implements SortedRecords {
    private final SpilledPartitions from;
    private final Function<SortBuffer, SortedRecords> inMemory;
    private SortedRecords current;
    private int next;

    private InPartitions(SpilledPartitions from, Function<SortBuffer, SortedRecords> inMemory)
        throws IOException {
      this.from = from;
      this.inMemory = inMemory;
      this.current = read(from, next++, inMemory);
    }

    @Override
    public boolean next() throws IOException {
      while (!current.next()) {
        if (next == from.count()) {
          return false;
        }
        current = read(from, next++, inMemory);
      }
      return true;
    }

    @Override
    public long hash() {
      return current.hash();
    }

    @Override
    public long order() {
      return current.order();
    }

    @Override
    public boolean isAlone() {
      return current.isAlone();
    }

    @Override
    public byte[] bytes() {
      return current.bytes();
    }

    @Override
    public int offset() {
      return current.offset();
    }

    @Override
    public int length() {
      return current.length();
    }
  }

  private SortedRecords read(
      SpilledPartitions from, int partition, Function<SortBuffer, SortedRecords> inMemory)
      throws IOException {
    buffer.clear();
    deleteRuns();
    from.read(partition, this::addToRuns);
    if (runs.isEmpty()) {
      return inMemory.apply(buffer);
    }
    while (runs.size() >= RUNS_AT_ONCE) {
      List<File> first = new ArrayList<>(runs.subList(0, RUNS_AT_ONCE));
      write(merge(first, new ArrayList<>()));
      closeReaders();
      for (File each : first) {
        delete(each);
      }
      runs.removeAll(first);
    }
    List<SortedRecords> inputs = new ArrayList<>();
    inputs.add(buffer.sorted());
    return merge(runs, inputs);
  }

  private void addToRuns(byte[] bytes, int length) throws IOException {
    int at = 0;
    while (at < length) {
      int size = PackedRecords.HEAD + PackedRecords.size(bytes, at);
      if (!buffer.add(bytes, at, size)) {
        write(buffer.sorted());
        buffer.clear();
        if (!buffer.add(bytes, at, size)) {
          throw new IllegalStateException("A record doesn't fit in an empty buffer");
        }
      }
      at += size;
    }
  }

  private void write(SortedRecords records) throws IOException {
    File file = files.get();
    runs.add(file);
    try (RunWriter writer = new RunWriter(file)) {
      while (records.next()) {
        writer.write(records);
      }
      merged += writer.finish();
    }
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

  private void deleteRuns() throws IOException {
    closeReaders();
    for (File run : runs) {
      delete(run);
    }
    runs.clear();
  }

  private static void delete(File file) throws IOException {
    Files.deleteIfExists(file.toPath());
  }

  @Override
  public void close() throws IOException {
    buffer.free();
    deleteRuns();
    if (partitions != null) {
      partitions.close();
    }
    if (partitionsFile != null) {
      delete(partitionsFile);
    }
  }
}
