package io.errata.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The classes of the program as a JVM has parsed them once, with which each process of the tests
 * starts in about half of the time. Made by the first of them, as the launcher makes its own.
 */
final class ParsedClasses {
  private static @Nullable Optional<List<String>> options;

  private ParsedClasses() {}

  /** The class path of the tests, with what can be in an archive of classes in front. */
  static String classPath() {
    return Stream.concat(entries(true), entries(false))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Options of the JVM for a process with {@link #classPath()}. */
  static synchronized List<String> options() {
    if (options == null) {
      try {
        options = archive().map(file -> List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds=off"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return options.orElse(List.of());
  }

  private static Stream<String> entries(boolean jars) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") == jars);
  }

  /** None where the program's own classes aren't in a jar. */
  private static Optional<Path> archive() throws IOException {
    List<Path> jars = entries(true).map(Path::of).toList();
    if (jars.stream().noneMatch(jar -> jar.getFileName().toString().startsWith("errata-jobs"))) {
      return Optional.empty();
    }
    Path folder = RepositoryFiles.root().resolve("it/target");
    Path archive = folder.resolve("errata-" + System.getProperty("java.version") + ".jsa");
    // Tests run in more than one JVM.
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("errata-classes.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (isStale(archive, jars)) {
        make(archive, folder);
      }
    }
    return Optional.of(archive);
  }

  private static boolean isStale(Path archive, List<Path> jars) throws IOException {
    if (!Files.exists(archive)) {
      return true;
    }
    FileTime made = Files.getLastModifiedTime(archive);
    for (Path jar : jars) {
      if (Files.getLastModifiedTime(jar).compareTo(made) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static void make(Path archive, Path folder) throws IOException {
    Path work = Files.createTempDirectory(folder, "classes");
    try {
      for (String file : List.of("spec.yaml", "archived_events.csv", "existing_results.csv")) {
        Files.copy(
            RepositoryFiles.root().resolve("examples/csv").resolve(file), work.resolve(file));
      }
      Path made = work.resolve("classes.jsa");
      Path log = work.resolve("log.txt");
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:ArchiveClassesAtExit=" + made,
                  "-Djava.io.tmpdir=" + work,
                  "-cp",
                  entries(true).collect(Collectors.joining(File.pathSeparator)),
                  "io.errata.jobs.cli.Main",
                  "plan",
                  work.resolve("spec.yaml").toString(),
                  "--set",
                  "plans=" + work.resolve("plans")));
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      int status = builder.start().waitFor();
      if (status != 0 || !Files.exists(made)) {
        throw new IllegalStateException(
            "Cannot keep the program's classes: status " + status + "\n" + Files.readString(log));
      }
      Files.deleteIfExists(archive);
      Files.move(made, archive);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      FileUtils.deleteDirectory(work.toFile());
    }
  }
}
