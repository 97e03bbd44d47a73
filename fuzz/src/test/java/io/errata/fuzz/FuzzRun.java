package io.errata.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fuzzes targets, each in a process of its own: {@code FuzzRun SECONDS [TARGET…]}. What it learns
 * is kept below the folder and used by the next run; so are findings, which are inputs that can be
 * copied to the seeds. Ends with status 1 where there is a finding.
 */
final class FuzzRun {
  private static final Pattern PROGRESS = Pattern.compile("cov: (\\d+) ft: (\\d+) corp: (\\d+)");
  private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: (\\d+)");

  private final Path folder;
  private final int seconds;

  FuzzRun(Path folder, int seconds) {
    this.folder = folder;
    this.seconds = seconds;
  }

  /**
   * What a run of one target came to.
   *
   * @param executions inputs that were read
   * @param edges branches that were reached, of those that are instrumented
   * @param inputs how many are kept because each reaches something that no other does
   * @param findings names of the files that hold them
   */
  record Outcome(
      String target,
      long executions,
      long seconds,
      long edges,
      long inputs,
      List<String> findings,
      Path log) {
    String line() {
      return String.format(
          Locale.ROOT,
          "| %s | %,d | %d | %,d | %,d | %d |",
          target,
          executions,
          seconds,
          edges,
          inputs,
          findings.size());
    }
  }

  static final String HEADER =
      "| Target | Executions | Seconds | Edges reached | Inputs kept | Findings |\n"
          + "|---|---:|---:|---:|---:|---:|";

  Outcome run(Target target) throws IOException, InterruptedException {
    List<String> more = new ArrayList<>(List.of("--target_args=" + target));
    more.addAll(instrumented(target));
    if (Files.exists(target.dictionary())) {
      more.add("-dict=" + target.dictionary());
    }
    return run(target.toString(), more, target.folder());
  }

  /**
   * All targets in one process, as starting it takes longer than a short run: the first byte of an
   * input says for which of them it is.
   */
  Outcome runAll() throws IOException, InterruptedException {
    Path seeds = Files.createDirectories(folder.resolve("all").resolve("seeds"));
    StringBuilder words = new StringBuilder();
    for (Target target : Target.values()) {
      for (Path seed : target.seeds()) {
        byte[] bytes = Files.readAllBytes(seed);
        byte[] marked = new byte[bytes.length + 1];
        marked[0] = (byte) target.ordinal();
        System.arraycopy(bytes, 0, marked, 1, bytes.length);
        Files.write(seeds.resolve(target + "-" + seed.getFileName()), marked);
      }
      if (Files.exists(target.dictionary())) {
        words.append(Files.readString(target.dictionary())).append('\n');
      }
    }
    Path dictionary = Files.writeString(folder.resolve("all").resolve("words.dict"), words);
    List<String> more = new ArrayList<>(instrumented(Target.values()));
    more.add("-dict=" + dictionary);
    // The same inputs each time: what is new is for the long runs to find.
    more.add("-seed=20261121");
    return run("all", more, seeds);
  }

  private static List<String> instrumented(Target... targets) {
    String classes =
        Arrays.stream(targets)
            .map(Target::instrumented)
            .distinct()
            .collect(Collectors.joining(":"));
    return List.of("--instrumentation_includes=" + classes, "--custom_hook_includes=" + classes);
  }

  /** The process has another folder to work in. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Outcome run(String name, List<String> more, Path seeds)
      throws IOException, InterruptedException {
    Path own = folder.resolve(name);
    Path corpus = Files.createDirectories(own.resolve("corpus"));
    Path findings = Files.createDirectories(own.resolve("findings"));
    Path temporary = Files.createDirectories(own.resolve("tmp"));
    Path log = own.resolve("log.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + (seconds < 60 ? 1 : 4),
                "-Djava.io.tmpdir=" + temporary,
                "-Derrata.fuzz.budget="
                    + (name.equals("compression") || name.equals("all") ? 1L << 30 : 192L << 20),
                "-cp",
                classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzedTarget.class.getName(),
                "--mutator_framework=false",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + seconds,
                "-max_len=16384",
                "-timeout=15",
                "-rss_limit_mb=0",
                "-reload=0",
                "-print_final_stats=1"));
    command.addAll(more);
    command.add(corpus.toString());
    command.add(seeds.toString());
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int status;
    try {
      status = process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    long took = (System.nanoTime() - start) / 1_000_000_000;
    return outcome(name, status, took, findings, log);
  }

  private static Outcome outcome(String target, int status, long took, Path findings, Path log)
      throws IOException {
    long edges = 0;
    long inputs = 0;
    long executions = 0;
    for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
      Matcher progress = PROGRESS.matcher(line);
      if (progress.find()) {
        edges = Long.parseLong(progress.group(1));
        inputs = Long.parseLong(progress.group(3));
      }
      Matcher executed = EXECUTED.matcher(line);
      if (executed.find()) {
        executions = Long.parseLong(executed.group(1));
      }
    }
    List<String> found;
    try (Stream<Path> files = Files.list(findings)) {
      found =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.endsWith(".java"))
              .sorted()
              .toList();
    }
    if (status != 0 && found.isEmpty()) {
      found = List.of("status " + status);
    }
    return new Outcome(target, executions, took, edges, inputs, found, log);
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 2 || !args[1].matches("[0-9]{1,6}")) {
      System.err.println("usage: FuzzRun FOLDER SECONDS [TARGET…]; targets: " + names());
      System.exit(2);
    }
    List<String> wanted = Arrays.asList(args).subList(2, args.length);
    FuzzRun run = new FuzzRun(Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[1]));
    long executions = 0;
    boolean found = false;
    System.out.println(HEADER);
    for (Target target : Target.values()) {
      if (wanted.isEmpty() || wanted.contains(target.toString())) {
        Outcome outcome = run.run(target);
        System.out.println(outcome.line());
        executions += outcome.executions();
        if (!outcome.findings().isEmpty()) {
          found = true;
          System.out.println("Findings of " + target + ": " + outcome.findings());
          System.out.println("See " + outcome.log());
        }
      }
    }
    System.out.printf(Locale.ROOT, "%,d executions%n", executions);
    System.exit(found ? 1 : 0);
  }

  private static String names() {
    return String.join(", ", Arrays.stream(Target.values()).map(Target::toString).toList());
  }
}
