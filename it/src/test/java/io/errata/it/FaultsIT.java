package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.it.FaultHarness.Outcome;
import io.errata.it.FaultPoint.Verb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is stopped, and wherever: the table is as before or as planned, and the next run
 * finishes the work or says that it was done. By default one run of each point; docs/faults.md has
 * the command for all.
 *
 * <p>System properties: {@code errata.faults.seeds} (how many of each point), {@code
 * errata.faults.point} (only these, with commas between), {@code errata.faults.seed} (that one
 * alone), {@code errata.faults.at-once} (how many runs at a time, each with a server of its own)
 * and {@code errata.faults.minutes} (after which no further run is begun). Each run is a line of
 * {@code target/faults.log}, the table is in {@code target/faults.md}.
 */
class FaultsIT {
  private static final Path LOG = Path.of("target/faults.log");
  private static final Path TABLE = Path.of("target/faults.md");

  /** One run of a point; without an outcome where something was not as it has to be. */
  private record Run(FaultPoint point, long seed, Optional<Outcome> outcome, String failure) {
    String line(long millis) {
      String text =
          outcome
              .map(
                  o ->
                      String.join(
                          "\t",
                          o.fault().toString(),
                          o.next().toString(),
                          o.written() ? "all" : "nothing",
                          o.then(),
                          o.said()))
              .orElse("WRONG\t" + failure);
      return String.format(
          Locale.ROOT, "%s\t%d\t%d ms\t%s", point, seed, millis, text.replace("\n", " / "));
    }

    boolean then(String... words) {
      return outcome.filter(o -> List.of(words).contains(o.then())).isPresent();
    }
  }

  /** All points of a verb with one seed: they have a plan in common. */
  private record Share(Verb verb, long seed) {}

  private final Collection<Run> runs = new ConcurrentLinkedQueue<>();
  private final Queue<Share> shares = new ConcurrentLinkedQueue<>();

  @Test
  void run_thatIsStoppedAnywhere_leavesAllOrNothing(@TempDir Path folder) throws IOException {
    Files.deleteIfExists(LOG);
    for (Verb verb : Verb.values()) {
      seeds().forEach(seed -> shares.add(new Share(verb, seed)));
    }
    int atOnce = Integer.getInteger("errata.faults.at-once", 2);
    long end =
        System.nanoTime()
            + TimeUnit.MINUTES.toNanos(Long.getLong("errata.faults.minutes", 24 * 60));
    ExecutorService workers = Executors.newFixedThreadPool(atOnce);
    try {
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int w = 0; w < atOnce; w++) {
        Path own = Files.createDirectories(folder.resolve("worker-" + w));
        all.add(CompletableFuture.runAsync(() -> work(own, end), workers));
      }
      all.forEach(CompletableFuture::join);
    } finally {
      workers.shutdownNow();
      Files.writeString(TABLE, table());
      System.out.println(table());
    }
    assertThat(runs.stream().filter(run -> run.outcome().isEmpty()).map(Run::failure))
        .as("wrong outcomes")
        .isEmpty();
  }

  /** Those with processes first, as they take longest. */
  private static List<Long> seeds() {
    Long alone = Long.getLong("errata.faults.seed");
    if (alone != null) {
      return List.of(alone);
    }
    return LongStream.range(0, Long.getLong("errata.faults.seeds", 10))
        .boxed()
        .sorted(Comparator.comparing(seed -> !FaultHarness.startsProcesses(seed)))
        .toList();
  }

  private void work(Path folder, long end) {
    try (FaultHarness harness = new FaultHarness(folder)) {
      for (Share share = shares.poll(); share != null; share = shares.poll()) {
        for (FaultPoint point : FaultPoint.values()) {
          if (point.verb() == share.verb()
              && asked(point, share.seed())
              && System.nanoTime() < end) {
            run(harness, point, share.seed());
          }
        }
      }
      harness.checkNoStagingIsLeft();
    }
  }

  private static boolean shortForm() {
    return Long.getLong("errata.faults.seeds") == null
        && Long.getLong("errata.faults.seed") == null;
  }

  private static boolean asked(FaultPoint point, long seed) {
    List<String> points = List.of(System.getProperty("errata.faults.point", "").split(","));
    if (!points.contains("") && !points.contains(point.toString())) {
      return false;
    }
    // Each point once, with faults as different as can be.
    return !shortForm() || point.ordinal() % 10 == seed;
  }

  private void run(FaultHarness harness, FaultPoint point, long seed) {
    long start = System.nanoTime();
    Run run;
    try {
      run = new Run(point, seed, Optional.of(harness.run(point, seed)), "");
    } catch (AssertionError | RuntimeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      run =
          new Run(
              point,
              seed,
              Optional.empty(),
              point
                  + " wrong with -Derrata.faults.point="
                  + point
                  + " -Derrata.faults.seed="
                  + seed
                  + ": "
                  + trace);
      System.err.println(run.failure());
    }
    runs.add(run);
    try {
      Files.writeString(
          LOG,
          run.line((System.nanoTime() - start) / 1_000_000) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String table() {
    StringBuilder table =
        new StringBuilder(
            "| Point | Runs | Nothing done | All done | Then done | Said to be done | Conflict | Wrong |\n"
                + "|---|---:|---:|---:|---:|---:|---:|---:|\n");
    Arrays.stream(FaultPoint.values())
        .filter(point -> runs.stream().anyMatch(run -> run.point() == point))
        .forEach(
            point ->
                table.append(row(point.toString(), runs.stream().filter(r -> r.point() == point))));
    table.append(row("all", runs.stream()));
    TreeMap<String, Integer> faults = new TreeMap<>();
    for (Run run : runs) {
      run.outcome()
          .ifPresent(
              o -> faults.merge(o.fault().toString().toLowerCase(Locale.ROOT), 1, Integer::sum));
    }
    return table + "\nFaults: " + faults + "\n";
  }

  private static String row(String name, Stream<Run> of) {
    List<Run> list = of.toList();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %d | %d | %d |%n",
        name,
        list.size(),
        count(list, run -> run.outcome().filter(o -> !o.written()).isPresent()),
        count(list, run -> run.outcome().filter(Outcome::written).isPresent()),
        count(list, run -> run.then("applied", "planned")),
        count(list, run -> run.then("already-applied")),
        count(list, run -> run.then("conflict")),
        count(list, run -> run.outcome().isEmpty()));
  }

  private static long count(List<Run> list, Predicate<Run> wanted) {
    return list.stream().filter(wanted).count();
  }
}
