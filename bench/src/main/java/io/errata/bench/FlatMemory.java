package io.errata.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Plans a window in streaming execution that is many times larger than the heap, in a process of
 * its own, and prints how much memory that process takes as it goes on.
 *
 * <pre>bench/flat-memory [HEAP_MIB [TIMES [FOLDER]]]</pre>
 *
 * The archive is of JSON lines, whose events have an id, a time, one of 200,000 users, an amount
 * and 4,000 characters that the worker reads the last of; so decoded events are as large as the
 * lines. The live table is a CSV file.
 */
public final class FlatMemory {
  private static final int USERS = 200_000;
  private static final int TEXT = 4_000;
  private static final int FILES = 32;
  private static final long MIB = 1L << 20;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private FlatMemory() {}

  /** The heap in MiB, how many times as large the window is, and a folder for all of it. */
  public static void main(String[] args) throws Exception {
    int heap = args.length > 0 ? Integer.parseInt(args[0]) : 256;
    int times = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Path folder =
        args.length > 2
            ? Files.createDirectories(Path.of(args[2]))
            : Files.createTempDirectory("errata-flat-memory-");
    try {
      run(folder, heap, times);
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void run(Path folder, int heap, int times) throws Exception {
    long bytes = write(folder, heap * MIB * times);
    System.out.printf(
        Locale.ROOT,
        "window: %d MiB in %d files; heap: -Xmx%dm (%.1f times smaller)%n",
        bytes / MIB,
        FILES,
        heap,
        (double) bytes / (heap * MIB));
    Path spec = Files.writeString(folder.resolve("spec.yaml"), spec());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.errata.jobs.cli.Main");
    command.addAll(List.of("plan", spec.toString(), "--parallelism", "2"));
    Path out = folder.resolve("out.txt");
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err.txt").toFile())
            .start();
    long shown = 0;
    System.out.println("seconds  resident MiB  RocksDB on disk MiB");
    while (!process.waitFor(1, TimeUnit.SECONDS)) {
      long seconds = (System.nanoTime() - begun) / 1_000_000_000L;
      if (seconds - shown >= 20) {
        shown = seconds;
        System.out.printf(
            Locale.ROOT,
            "%7d  %12d  %19d%n",
            seconds,
            status(process, "VmRSS") / 1024,
            size(folder.resolve("tmp")) / MIB);
      }
      peak = Math.max(peak, status(process, "VmHWM"));
    }
    System.out.printf(
        Locale.ROOT,
        "ended with status %d after %d s; peak resident %d MiB%n",
        process.exitValue(),
        (System.nanoTime() - begun) / 1_000_000_000L,
        peak / 1024);
    Files.readAllLines(out).stream().limit(6).forEach(System.out::println);
    if (process.exitValue() != 0) {
      Files.readAllLines(folder.resolve("err.txt")).forEach(System.out::println);
    }
  }

  private static long peak;

  private static long write(Path folder, long wanted) throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    long start = Instant.parse("2024-06-10T00:00:00Z").toEpochMilli();
    long bytes = 0;
    long id = 0;
    Files.createDirectories(folder.resolve("archive"));
    StringBuilder line = new StringBuilder();
    for (int f = 0; f < FILES; f++) {
      try (BufferedWriter file =
          Files.newBufferedWriter(folder.resolve("archive/part-%02d.jsonl".formatted(f)))) {
        while (bytes < wanted * (f + 1) / FILES) {
          line.setLength(0);
          line.append("{\"id\":\"")
              .append(Long.toHexString(id++ * 0x9E3779B97F4A7C15L))
              .append("\",\"ts\":")
              .append(start + random.nextInt(86_400_000))
              .append(",\"user\":\"u")
              .append(random.nextInt(USERS))
              .append("\",\"amount\":")
              .append(random.nextInt(1000))
              .append(",\"text\":\"");
          for (int i = 0; i < TEXT; i++) {
            line.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
          }
          line.append("\"}\n");
          file.append(line);
          bytes += line.length();
        }
      }
    }
    Files.writeString(folder.resolve("rows.csv"), "user,total,events,text\nu1,5,1,a\n");
    return bytes;
  }

  private static String spec() {
    return """
        name: flat-memory
        window: { from: 2024-06-10T00:00:00Z, to: 2024-06-11T00:00:00Z }
        events:
          archive: { path: archive, format: jsonl }
          fields: { id: id, time: ts, types: { amount: long } }
        worker:
          aggregate:
            key: { user: user }
            columns: { total: sum(amount), events: count(), text: last(text) }
        table:
          csv: { path: rows.csv, types: { total: long, events: long } }
          key: [user]
        execution: { mode: streaming }
        """;
  }

  /** A line of the process's status, in KiB. */
  private static long status(Process process, String field) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private static long size(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(path -> path.toFile().length()).sum();
    } catch (IOException | java.io.UncheckedIOException e) {
      // Files come and go meanwhile.
      return -1;
    }
  }
}
