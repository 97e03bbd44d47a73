package io.errata.bench;

import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.Diff;
import io.errata.state.table.LiveRow;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the comparison of one row costs; in most windows nearly all rows agree. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DiffBenchmark {
  private final Row[] right =
      IntStream.range(0, Samples.COUNT).mapToObj(Samples::row).toArray(Row[]::new);
  private final Row[] drifted =
      IntStream.range(0, Samples.COUNT)
          .mapToObj(number -> Samples.row(number, 1))
          .toArray(Row[]::new);
  private final LiveRow[] live =
      IntStream.range(0, Samples.COUNT).mapToObj(Samples::liveRow).toArray(LiveRow[]::new);
  private int next;

  @Benchmark
  public Optional<Correction> equalRow() {
    int number = next();
    return Diff.find(Optional.of(right[number]), Optional.of(live[number]));
  }

  @Benchmark
  public Optional<Correction> driftedRow() {
    int number = next();
    return Diff.find(Optional.of(drifted[number]), Optional.of(live[number]));
  }

  @Benchmark
  public Optional<Correction> missingRow() {
    return Diff.find(Optional.of(right[next()]), Optional.empty());
  }

  private int next() {
    next = (next + 1) & (Samples.COUNT - 1);
    return next;
  }
}
