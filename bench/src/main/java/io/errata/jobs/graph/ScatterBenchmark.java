package io.errata.jobs.graph;

import io.errata.connectors.event.EventBlock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to hash one event's id and to copy the event into the block of the task that the id
 * belongs to, with the copy of the block that the network makes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScatterBenchmark {
  private static final int EVENTS = 1 << 18;
  private static final int KEYS = 100_000;

  private final EventPacking packing = new EventPacking(PackedSamples.FORM);

  @Param({"2", "64"})
  public int tasks;

  private List<EventBlock> blocks;

  @Setup
  public void pack() {
    blocks = PackedSamples.blocks(EVENTS, KEYS);
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void scatter(Blackhole scattered) throws IOException {
    DataOutputSerializer network = new DataOutputSerializer(1 << 16);
    RecordBlockCodec codec = new RecordBlockCodec();
    TaskBlocks targets =
        new TaskBlocks(
            tasks,
            block -> {
              network.clear();
              write(codec, block, network);
              scattered.consume(network.getSharedBuffer());
            });
    for (EventBlock block : blocks) {
      packing.pack(block, targets);
    }
    targets.flush();
  }

  private static void write(RecordBlockCodec codec, RecordBlock block, DataOutputSerializer out) {
    try {
      codec.write(block, out);
    } catch (IOException e) {
      throw new IllegalStateException("Memory doesn't fail", e);
    }
  }
}
