package io.errata.it.breaks;

import io.errata.it.breaks.SelectedTests.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Tests in a JVM of their own, which is gone with all that it started when this returns. */
final class TestRun {
  private static final Set<ProcessHandle> RUNNING = ConcurrentHashMap.newKeySet();

  private TestRun() {}

  /** What a JVM says of its tests, and whether it had to be stopped. */
  record Result(List<Line> lines, boolean stopped, int status) {}

  /** How a test ended. */
  record Line(String test, Ended ended, String says) {}

  /**
   * Runs tests of one module, in a copy.
   *
   * @param log gets what they print
   * @param postgres a folder for the embedded database's programs
   */
  static Result of(TreeCopy copy, Path log, Path postgres, List<String> tests, Duration limit)
      throws IOException, InterruptedException {
    Path module = copy.moduleOf(tests.get(0).split("#")[0]);
    Path temporary = copy.folder().resolve("tmp");
    Files.createDirectories(temporary);
    Path lines = Files.createTempFile(temporary, "tests", ".txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-Dot.epg.working-dir=" + postgres,
                "-cp",
                copy.classPath(),
                SelectedTests.class.getName(),
                lines.toString()));
    command.addAll(tests);
    Process process =
        new ProcessBuilder(command)
            .directory(module.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Set<ProcessHandle> started = new LinkedHashSet<>();
    started.add(process.toHandle());
    boolean ended = false;
    try {
      long end = System.nanoTime() + limit.toNanos();
      while (!ended && System.nanoTime() < end) {
        // Those of a JVM that is gone can't be found any more.
        process.descendants().forEach(started::add);
        RUNNING.addAll(started);
        ended = process.waitFor(200, TimeUnit.MILLISECONDS);
      }
    } finally {
      process.descendants().forEach(started::add);
      kill(started);
      RUNNING.removeAll(started);
    }
    int status = process.waitFor();
    List<Line> read = new ArrayList<>();
    for (String line : Files.readAllLines(lines)) {
      String[] parts = line.split("\t", 3);
      read.add(new Line(parts[0], Ended.valueOf(parts[1]), parts[2]));
    }
    Files.delete(lines);
    return new Result(read, !ended, status);
  }

  /** Ends all that still runs. */
  static void stopAll() {
    kill(RUNNING);
  }

  private static void kill(Set<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      if (process.destroyForcibly()) {
        process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(e -> process).join();
      }
    }
  }
}
