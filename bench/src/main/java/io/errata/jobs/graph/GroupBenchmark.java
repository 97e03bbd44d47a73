package io.errata.jobs.graph;

import io.errata.connectors.event.EventBlock;
import io.errata.jobs.sort.RecordSorter;
import io.errata.jobs.sort.SortedRecords;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to keep one event until all have come, and then to tell the copies of an id from
 * events that are alone: one event in a hundred is a copy.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupBenchmark {
  private static final int EVENTS = 1 << 20;
  private static final int KEYS = 100_000;

  /** In memory all events fit; on disk an eighth of them does. */
  public enum Room {
    IN_MEMORY(1L << 28),
    ON_DISK(1L << 24);

    private final long bytes;

    Room(long bytes) {
      this.bytes = bytes;
    }
  }

  @Param public Room room;

  private byte[][] blocks;
  private Path folder;
  private int files;

  @Setup
  public void pack() throws IOException {
    folder = Files.createTempDirectory("errata-group");
    EventPacking packing = new EventPacking(PackedSamples.FORM);
    List<byte[]> packed = new ArrayList<>();
    TaskBlocks all =
        new TaskBlocks(1, block -> packed.add(Arrays.copyOf(block.bytes(), block.length())));
    for (EventBlock block : PackedSamples.blocks(EVENTS, KEYS)) {
      packing.pack(block, all);
    }
    all.flush();
    blocks = packed.toArray(new byte[0][]);
  }

  @TearDown
  public void remove() throws IOException {
    Files.delete(folder);
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public int group(Blackhole events) throws IOException {
    int together = 0;
    try (RecordSorter sorter = new RecordSorter(room.bytes, room.bytes, this::file)) {
      for (byte[] block : blocks) {
        sorter.add(block, block.length);
      }
      if (sorter.spilled() > 0 != (room == Room.ON_DISK)) {
        throw new IllegalStateException("Cannot time what isn't asked for: " + sorter.spilled());
      }
      SortedRecords records = sorter.grouped();
      while (records.next()) {
        if (!records.isAlone()) {
          together++;
        }
        events.consume(records.hash());
      }
    }
    return together;
  }

  private File file() {
    return folder.resolve("sorted-" + files++).toFile();
  }
}
