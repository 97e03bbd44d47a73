package io.errata.jobs.graph;

import io.errata.connectors.event.EventBlock;
import io.errata.jobs.aggregate.IntegerFold;
import io.errata.jobs.aggregate.IntegerFold.Gathered;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to add one event to the numbers of its key, with what giving them on costs in the
 * end. A table of few keys stays in the processor's cache, one of many doesn't.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FoldBenchmark {
  private static final int EVENTS = 1 << 22;

  /** Enough for all keys, so that the table never begins anew. */
  private static final long MEMORY = 1L << 29;

  /** As {@code sum(value)} and {@code count()} by user. */
  private static final IntegerFold FOLD =
      new IntegerFold(
          List.of("user_id"),
          List.of(new Gathered(Optional.of("value"), true), new Gathered(Optional.empty(), false)));

  @Param({"2000", "1000000"})
  public int keys;

  private List<EventBlock> blocks;

  @Setup
  public void pack() {
    blocks = PackedSamples.blocks(EVENTS, keys);
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void fold(Blackhole sums) throws IOException {
    Taking taking = new Taking(sums);
    FoldTable table =
        new FoldTable(
            FOLD,
            PackedSamples.FORM,
            PackedSamples.SCHEMA.payloadSchema(),
            MEMORY,
            (bytes, offset, length, places) -> true,
            taking);
    for (EventBlock block : blocks) {
      int at = 0;
      while (at < block.length()) {
        int size = block.size(at);
        table.add(block.bytes(), at + EventBlock.HEAD, size);
        at += EventBlock.HEAD + size;
      }
    }
    table.flush();
    if (taking.events != EVENTS) {
      throw new IllegalStateException("Cannot time a fold that has lost events: " + taking.events);
    }
  }

  private static final class Taking implements FoldTable.Flushed {
    private final Blackhole sums;
    private long events;

    private Taking(Blackhole sums) {
      this.sums = sums;
    }

    @Override
    public void accept(byte[] bytes, int offset, int length, long count, List<Long> gathered) {
      events += count;
      sums.consume(gathered);
    }

    @Override
    public void single(byte[] bytes, int offset, int length) {
      throw new IllegalStateException("Cannot time a fold of events that can't be folded");
    }

    @Override
    public boolean precedes(
        byte[] bytes, int offset, int length, byte[] other, int from, int size) {
      return true;
    }
  }
}
