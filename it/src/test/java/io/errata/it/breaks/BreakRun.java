package io.errata.it.breaks;

import io.errata.it.breaks.SelectedTests.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Breaks code in copies of the tree and sees that the tests notice. Each test is first run on the
 * whole code, where it has to pass.
 */
final class BreakRun implements AutoCloseable {
  private static final Duration UNBROKEN = Duration.ofMinutes(20);

  private final Path logs;
  private final Path postgres;
  private final List<TreeCopy> copies = new ArrayList<>();

  /** What came of a break. */
  enum Outcome {
    RED("red"),
    STILL_GREEN("STILL GREEN"),
    RED_BEFORE("RED WITHOUT IT"),
    NO_TEST("NO TEST RUN"),
    FAILED_ELSEWHERE("FAILED OUTSIDE THE TEST"),
    SAYS_SOMETHING_ELSE("RED FOR ANOTHER REASON"),
    TIMED_OUT("TIMED OUT"),
    CRASHED("JVM CRASHED"),
    NOT_LINKED("CHANGES A SIGNATURE"),
    NOT_FOUND("TEXT NOT FOUND ONCE"),
    NOT_COMPILED("DID NOT COMPILE");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A break and what came of it.
   *
   * @param says the first failure, or why there is none
   */
  record Tried(Break one, Outcome outcome, double seconds, String says) {}

  /**
   * Copies the tree.
   *
   * @param root built already
   * @param folder for the copies and what the tests print; emptied first
   * @param classPath of the tests of {@code it}
   * @param atOnce how many breaks are tried at a time
   */
  BreakRun(Path root, Path folder, String classPath, int atOnce) throws IOException {
    logs = folder.resolve("log");
    postgres = folder.resolve("postgres");
    if (Files.exists(folder)) {
      TreeCopy.delete(folder);
    }
    Files.createDirectories(logs);
    for (int i = 1; i <= atOnce; i++) {
      copies.add(TreeCopy.of(root, folder.resolve("copy-" + i), classPath));
    }
  }

  /** Tries breaks; each is told of as it ends. */
  List<Tried> run(List<Break> breaks, Consumer<Tried> ended)
      throws IOException, InterruptedException {
    Map<String, String> notGreen = notGreen(breaks);
    List<Tried> tried = Collections.synchronizedList(new ArrayList<>());
    inAllCopies(
        breaks,
        (copy, one) -> {
          String before = notGreen.get(one.test());
          Tried result =
              before == null ? run(copy, one) : new Tried(one, Outcome.RED_BEFORE, 0, before);
          tried.add(result);
          ended.accept(result);
        });
    tried.sort((a, b) -> Break.ORDER.compare(a.one(), b.one()));
    return tried;
  }

  /** The tests that don't pass on the whole code, with the reason. */
  private Map<String, String> notGreen(List<Break> breaks)
      throws IOException, InterruptedException {
    Map<Path, List<String>> byModule = new TreeMap<>();
    Map<String, String> notGreen = new LinkedHashMap<>();
    TreeCopy first = copies.get(0);
    for (String test : breaks.stream().map(Break::test).distinct().sorted().toList()) {
      try {
        Path module = first.moduleOf(test.split("#")[0]).getFileName();
        byModule.computeIfAbsent(module, m -> new ArrayList<>()).add(test);
      } catch (IllegalArgumentException e) {
        notGreen.put(test, String.valueOf(e.getMessage()));
      }
    }
    Map<String, String> found = Collections.synchronizedMap(notGreen);
    inAllCopies(
        new ArrayList<>(byModule.entrySet()),
        (copy, module) -> {
          Path log = logs.resolve("unbroken-" + module.getKey() + ".txt");
          List<String> tests = module.getValue();
          TestRun.Result result = TestRun.of(copy, log, postgres, tests, UNBROKEN);
          for (String test : tests) {
            List<TestRun.Line> lines =
                result.lines().stream().filter(line -> line.test().equals(test)).toList();
            if (lines.stream().noneMatch(line -> line.ended() == Ended.PASSED)) {
              found.put(test, "no test run" + (result.stopped() ? " in time" : ""));
            }
            for (TestRun.Line line : lines) {
              if (line.ended() != Ended.PASSED && line.ended() != Ended.SKIPPED) {
                found.put(test, line.says());
              }
            }
          }
        });
    return notGreen;
  }

  private Tried run(TreeCopy copy, Break one) throws IOException, InterruptedException {
    Path log = logs.resolve(one.name() + ".txt");
    long start = System.nanoTime();
    try (@SuppressWarnings("unused")
        TreeCopy.Broken broken = copy.apply(one)) {
      TestRun.Result result = TestRun.of(copy, log, postgres, List.of(one.test()), one.limit());
      return judge(one, result, (System.nanoTime() - start) / 1e9);
    } catch (TreeCopy.NotCompiledException e) {
      return new Tried(one, Outcome.NOT_COMPILED, 0, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return new Tried(one, Outcome.NOT_FOUND, 0, String.valueOf(e.getMessage()));
    }
  }

  static Tried judge(Break one, TestRun.Result result, double seconds) {
    List<TestRun.Line> lines = result.lines();
    List<TestRun.Line> failed = of(lines, Ended.FAILED);
    Outcome outcome;
    String says = failed.isEmpty() ? "" : failed.get(0).says();
    if (!of(lines, Ended.NOT_LINKED).isEmpty()) {
      outcome = Outcome.NOT_LINKED;
      says = of(lines, Ended.NOT_LINKED).get(0).says();
    } else if (!failed.isEmpty()) {
      boolean right =
          one.says().isEmpty()
              || failed.stream().anyMatch(line -> line.says().contains(one.says().get()));
      outcome = right ? Outcome.RED : Outcome.SAYS_SOMETHING_ELSE;
    } else if (result.stopped()) {
      outcome = one.hangs() ? Outcome.RED : Outcome.TIMED_OUT;
      says = "stopped after " + one.limit().toSeconds() + " s";
    } else if (!of(lines, Ended.FAILED_ELSEWHERE).isEmpty()) {
      outcome = Outcome.FAILED_ELSEWHERE;
      says = of(lines, Ended.FAILED_ELSEWHERE).get(0).says();
    } else if (result.status() != 0) {
      outcome = Outcome.CRASHED;
      says = "the JVM ended with " + result.status();
    } else if (of(lines, Ended.PASSED).isEmpty()) {
      outcome = Outcome.NO_TEST;
    } else {
      outcome = Outcome.STILL_GREEN;
    }
    return new Tried(one, outcome, seconds, says);
  }

  private static List<TestRun.Line> of(List<TestRun.Line> lines, Ended ended) {
    return lines.stream().filter(line -> line.ended() == ended).toList();
  }

  private <T> void inAllCopies(List<T> work, Work<T> each)
      throws IOException, InterruptedException {
    Queue<T> queue = new ConcurrentLinkedQueue<>(work);
    ExecutorService threads = Executors.newFixedThreadPool(copies.size());
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (TreeCopy copy : copies) {
        ends.add(
            threads.submit(
                () -> {
                  for (T next = queue.poll(); next != null; next = queue.poll()) {
                    each.run(copy, next);
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Work<T> {
    void run(TreeCopy copy, T next) throws IOException, InterruptedException;
  }

  /** Deletes the copies; what the tests printed stays. */
  @Override
  public void close() {
    TestRun.stopAll();
    copies.forEach(TreeCopy::close);
    if (Files.exists(postgres)) {
      TreeCopy.delete(postgres);
    }
  }
}
