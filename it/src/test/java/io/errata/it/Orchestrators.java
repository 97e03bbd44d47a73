package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.errata.servers.BuiltServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real Airflow and a real Dagster, each in an environment of Python. */
final class Orchestrators {
  /** For commands that take seconds: less is compiled, and by fewer threads. */
  static final String JAVA = "-Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private static final int SECONDS = 300;
  private static final BuiltServers INSTALLED =
      new BuiltServers("servers/install-orchestrators.sh", "ERRATA_ORCHESTRATORS");

  private Orchestrators() {}

  /**
   * The Python of one of them. Skips the test where {@code servers/install-orchestrators.sh} has
   * not been run, unless {@code ERRATA_ORCHESTRATORS} is {@code required}.
   *
   * @param name {@code airflow} or {@code dagster}
   */
  static Path python(String name) {
    Optional<Path> installed =
        INSTALLED.find().filter(folder -> Files.exists(folder.resolve("complete")));
    assumeThat(installed)
        .as("Airflow and Dagster, which servers/install-orchestrators.sh installs")
        .isPresent();
    return installed.orElseThrow().resolve(name).resolve("bin/python");
  }

  /** Starts a program; what it prints goes to a file. */
  static Started start(Path folder, Map<String, String> environment, List<String> command) {
    try {
      Path out = Files.createTempFile(folder, "out", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile());
      builder.environment().remove("ERRATA_CLUSTER");
      builder.environment().putAll(environment);
      return new Started(builder.start(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program to its end. */
  static Ended run(Path folder, Map<String, String> environment, List<String> command) {
    try (Started started = start(folder, environment, command)) {
      return started.await();
    }
  }

  /**
   * A program under way.
   *
   * @param out what it prints
   */
  record Started(Process process, Path out) implements AutoCloseable {
    Ended await() {
      try {
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(ended).as("ended; " + text).isTrue();
        return new Ended(process.exitValue(), text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      // Airflow takes SIGTERM for a word to its task.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** How a program ended, and what it has printed. */
  record Ended(int status, String text) {}
}
