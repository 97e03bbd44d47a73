package io.errata.bench;

import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.table.Image;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the canonical form of one row costs, and the digests made of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CanonicalFormBenchmark {
  private final Row[] rows =
      IntStream.range(0, Samples.COUNT).mapToObj(Samples::row).toArray(Row[]::new);
  private final Image[] images =
      IntStream.range(0, Samples.COUNT)
          .mapToObj(number -> Samples.liveRow(number).image())
          .toArray(Image[]::new);
  private final Digest[] digests =
      IntStream.range(0, Samples.COUNT)
          .mapToObj(number -> Digest.ofText(CanonicalForm.of(rows[number])))
          .toArray(Digest[]::new);
  private SetDigest sum = SetDigest.EMPTY;
  private int next;

  @Benchmark
  public String form() {
    return CanonicalForm.of(rows[next()]);
  }

  @Benchmark
  public Digest formAndDigest() {
    return Digest.ofText(CanonicalForm.of(rows[next()]));
  }

  /** The guard of a correction. */
  @Benchmark
  public Digest imageDigest() {
    return images[next()].digest();
  }

  /** One correction more in the digest of a plan. */
  @Benchmark
  public SetDigest setDigest() {
    sum = sum.add(digests[next()]);
    return sum;
  }

  private int next() {
    next = (next + 1) & (Samples.COUNT - 1);
    return next;
  }
}
