package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The program as a process of its own, with the class path of the tests. */
final class ErrataProcess implements AutoCloseable {
  private static final int SECONDS = 300;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Process process;
  private final Path out;
  private final Path err;
  private final Path temporary;

  private ErrataProcess(Process process, Path out, Path err, Path temporary) {
    this.process = process;
    this.out = out;
    this.err = err;
    this.temporary = temporary;
  }

  /** Starts a command in a folder, with further variables of the environment. */
  static ErrataProcess start(Path folder, Map<String, String> env, String... args) {
    return start(ParsedClasses.classPath(), ParsedClasses.options(), folder, env, args);
  }

  /** Starts a command from the jar as it is built, as the launcher does. */
  static ErrataProcess startJar(Path folder, Map<String, String> env, String... args) {
    return start(built(), List.of(), folder, env, args);
  }

  /**
   * As {@link #startJar}, as a person does who sits at a terminal: what it prints is all on
   * standard output, and what is typed comes from {@link #type}.
   */
  static ErrataProcess startOnTerminal(Path folder, String... args) {
    return start(
        built(),
        List.of(),
        folder,
        Map.of(),
        java ->
            List.of(
                "script",
                "--quiet",
                "--return",
                "--flush",
                "--command",
                // Whoever starts tests in the background may have switched Ctrl-C off.
                "exec env --default-signal=INT '" + String.join("' '", java) + "'",
                "/dev/null"),
        args);
  }

  private static String built() {
    Path built = RepositoryFiles.root().resolve("jobs/target");
    assertThat(built.resolve("errata.jar")).as("built by mvn package").exists();
    return built.resolve("errata.jar") + File.pathSeparator + built.resolve("lib/flink/*");
  }

  /** As {@link #startJar}, to its end. */
  static Ended runJar(Path folder, Map<String, String> env, String... args) {
    try (ErrataProcess started = startJar(folder, env, args)) {
      return started.await();
    }
  }

  /** Submits a command to a cluster, as {@code flink run} does. */
  static ErrataProcess submit(FlinkCluster cluster, Path folder, String... args) {
    List<String> command = new ArrayList<>(cluster.client());
    command.addAll(List.of(args));
    return start(
        command,
        folder,
        Map.of("FLINK_CONF_DIR", cluster.configuration().toString()),
        UnaryOperator.identity());
  }

  private static ErrataProcess start(
      String classPath,
      List<String> options,
      Path folder,
      Map<String, String> env,
      String... args) {
    return start(classPath, options, folder, env, UnaryOperator.identity(), args);
  }

  private static ErrataProcess start(
      String classPath,
      List<String> options,
      Path folder,
      Map<String, String> env,
      UnaryOperator<List<String>> inside,
      String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // As the launcher says where these are.
                "-Derrata.kafka=" + RepositoryFiles.root().resolve("broker/target/lib"),
                "-Derrata.registry=" + RepositoryFiles.root().resolve("registry/target/apicurio"),
                "-cp",
                classPath));
    command.addAll(options);
    command.add("io.errata.jobs.cli.Main");
    command.addAll(List.of(args));
    return start(command, folder, env, inside);
  }

  private static ErrataProcess start(
      List<String> java, Path folder, Map<String, String> env, UnaryOperator<List<String>> inside) {
    Path temporary = temporary(folder);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(java);
    return start(inside.apply(command), folder, temporary, env);
  }

  private static Path temporary(Path folder) {
    try {
      return Files.createTempDirectory(folder, "tmp");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ErrataProcess start(
      List<String> command, Path folder, Path temporary, Map<String, String> env) {
    try {
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder
          .environment()
          .keySet()
          .removeAll(List.of("ERRATA_CLUSTER", "ERRATA_TERMINALS", "JAVA_TOOL_OPTIONS"));
      builder.environment().putAll(env);
      return new ErrataProcess(builder.start(), out, err, temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end by {@code ./errata}, as a person does. */
  static Ended runLauncher(Path folder, Map<String, String> env, String... args) {
    Path temporary = temporary(folder);
    List<String> command = new ArrayList<>();
    command.add(RepositoryFiles.root().resolve("errata").toString());
    command.addAll(List.of(args));
    Map<String, String> all = new TreeMap<>(env);
    all.put("ERRATA_JAVA_OPTS", "-Xmx1g -Djava.io.tmpdir=" + temporary);
    try (ErrataProcess started = start(command, folder, temporary, all)) {
      return started.await();
    }
  }

  /** Runs a command to its end. */
  static Ended run(Path folder, Map<String, String> env, String... args) {
    try (ErrataProcess started = start(folder, env, args)) {
      return started.await();
    }
  }

  /**
   * Runs a command to its end, without some of the libraries.
   *
   * @param leftOut a part of their files' names
   */
  static Ended runWithout(String leftOut, Path folder, Map<String, String> env, String... args) {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(library -> !Path.of(library).getFileName().toString().contains(leftOut))
            .collect(Collectors.joining(File.pathSeparator));
    try (ErrataProcess started = start(classPath, List.of(), folder, env, args)) {
      return started.await();
    }
  }

  /** Waits until standard error holds a text. */
  void awaitError(String text) {
    await(() -> text(err).contains(text), "“" + text + "” in " + text(err));
  }

  /** Waits until standard output holds a text. */
  void awaitOutput(String text) {
    await(() -> text(out).contains(text), "“" + text + "” in " + text(out));
  }

  /** What it has printed on standard output so far. */
  String output() {
    return text(out);
  }

  /** Types something at its terminal; {@code \u0003} is Ctrl-C. */
  void type(String keys) {
    try {
      process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until something is so. */
  void await(Condition condition, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(end);
      assertThat(process.isAlive()).as("running, waiting for " + what).isTrue();
      try {
        // Asks again; there is no event to wait for in another process.
        if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Whether a person's Ctrl-C would reach it: whoever starts tests in the background may have
   * switched that off.
   */
  boolean hearsInterrupt() {
    String ignored =
        text(Path.of("/proc", Long.toString(process.pid()), "status"))
            .lines()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElse("SigIgn: 0")
            .split("\\s+")[1];
    return (Long.parseUnsignedLong(ignored, 16) & 0b10) == 0;
  }

  /** The processes that it has started, and those that they have. */
  List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Whether it still runs. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** What others on the machine see of it. */
  String commandLine() {
    return text(Path.of("/proc", Long.toString(process.pid()), "cmdline")).replace('\0', ' ');
  }

  /**
   * The addresses at which it takes connections, in hexadecimal and the byte order of the machine,
   * as in {@code /proc/net/tcp}: {@code 0100007F:A1B2}.
   */
  List<String> listening() {
    Set<String> sockets = new TreeSet<>();
    Path own = Path.of("/proc", Long.toString(process.pid()));
    try (Stream<Path> open = Files.list(own.resolve("fd"))) {
      for (Path descriptor : open.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            sockets.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // Closed in the meantime.
        }
      }
      List<String> addresses = new ArrayList<>();
      for (String table : List.of("net/tcp", "net/tcp6")) {
        for (String line : Files.readAllLines(own.resolve(table))) {
          String[] fields = line.strip().split("\\s+");
          // State 0A is LISTEN.
          if (fields[3].equals("0A") && sockets.contains(fields[9])) {
            addresses.add(fields[1]);
          }
        }
      }
      return addresses;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its folder of temporary files. */
  Path temporary() {
    return temporary;
  }

  /** Sends a signal, such as {@code INT}. KILL and TERM come too late where it has ended. */
  void signal(String name) {
    // These need no further process, which would take its time to start.
    if (name.equals("KILL") && (process.toHandle().destroyForcibly() || !process.isAlive())
        || name.equals("TERM") && (process.toHandle().destroy() || !process.isAlive())) {
      return;
    }
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for its end. */
  Ended await() {
    try {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ended; " + text(err)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return new Ended(process.exitValue(), text(out), text(err), temporary);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something to wait for. */
  interface Condition {
    boolean holds();
  }

  /**
   * How a command ended.
   *
   * @param temporary its folder of temporary files, as it left it
   */
  record Ended(int status, String out, String err, Path temporary) {
    /** The one document on standard output, checked against the schema of a verb. */
    JsonNode document(String verb) {
      try {
        JsonNode document = JSON.readTree(out);
        Path schema = Path.of("../docs/json/" + verb + ".schema.json").toAbsolutePath();
        assertThat(
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(JSON.readTree(Files.readString(schema)))
                    .validate(document))
            .isEmpty();
        return document;
      } catch (IOException e) {
        throw new AssertionError("not one JSON document: " + out + err, e);
      }
    }
  }
}
