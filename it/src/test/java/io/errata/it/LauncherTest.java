package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, with a Java that prints what it is asked to run. */
class LauncherTest {
  @TempDir private Path home;

  @Test
  void heapDump_isOffUnlessThePersonWantsOne() throws IOException, InterruptedException {
    assertThat(options("")).contains("-XX:-HeapDumpOnOutOfMemoryError");
    String wanted = "-XX:+HeapDumpOnOutOfMemoryError";
    List<String> options = options(wanted);
    // The last one counts.
    assertThat(options.indexOf(wanted))
        .isGreaterThan(options.indexOf("-XX:-HeapDumpOnOutOfMemoryError"));
  }

  @Test
  void run_isWithClassesThatTheFirstRunPrepared() throws IOException, InterruptedException {
    Path classes = home.resolve("jobs/target/errata-17.0.1.jsa");
    checkout(
        """
        for option in "$@"; do
          case $option in -XX:ArchiveClassesAtExit=*) echo classes >"${option#*=}" ;; esac
        done
        """);

    assertThat(run("", "check", "spec.yaml")).noneMatch(line -> line.contains(".jsa"));
    assertThat(classes).doesNotExist();
    assertThat(run("", "plan", "--help")).noneMatch(line -> line.contains(".jsa"));
    assertThat(classes).doesNotExist();

    assertThat(run("", "plan", "spec.yaml"))
        .anyMatch(line -> line.contains("preparing quick starts on Java 17.0.1"))
        .contains("-XX:SharedArchiveFile=" + classes)
        .endsWith("plan", "spec.yaml");
    assertThat(classes).hasContent("classes");
    assertThat(run("", "plan", "spec.yaml")).noneMatch(line -> line.contains("preparing"));
    assertThat(run("", "check", "spec.yaml")).contains("-XX:SharedArchiveFile=" + classes);

    Path jar = home.resolve("jobs/target/errata.jar");
    Files.setLastModifiedTime(
        jar, FileTime.from(Files.getLastModifiedTime(classes).toInstant().plusSeconds(1)));
    assertThat(run("", "plan", "spec.yaml")).anyMatch(line -> line.contains("preparing"));
    try (Stream<Path> left = Files.list(home.resolve("target"))) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("errata-build.lock", "errata-train.log");
    }
  }

  @Test
  void run_goesOnWhereClassesCannotBePrepared() throws IOException, InterruptedException {
    checkout(
        """
        case "$*" in *ArchiveClassesAtExit*) echo no room; exit 1 ;; esac
        """);

    assertThat(run("", "plan", "spec.yaml"))
        .anyMatch(line -> line.startsWith("errata: starts stay as they are"))
        .noneMatch(line -> line.contains("SharedArchiveFile"))
        .endsWith("plan", "spec.yaml");
    assertThat(home.resolve("target/errata-train.log")).content().contains("no room");
    assertThat(run("", "plan", "spec.yaml")).noneMatch(line -> line.contains("preparing"));
  }

  /** As after a build: with sources that are older than the jar. */
  private void checkout(String javaDoes) throws IOException {
    Files.createDirectories(home.resolve("jobs/src/main"));
    for (String jar : List.of("lib/flink/a.jar", "lib/demo/b.jar", "errata.jar")) {
      Path file = home.resolve("jobs/target").resolve(jar);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "");
    }
    Files.writeString(
        Files.createDirectories(home.resolve("examples/csv")).resolve("spec.yaml"), "");
    java(javaDoes);
  }

  private void java(String does) throws IOException {
    Path java = Files.createDirectories(home.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\n" + does + "printf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  private List<String> options(String own) throws IOException, InterruptedException {
    // Without sources there is nothing to build.
    Files.writeString(
        Files.createDirectories(home.resolve("jobs/target")).resolve("errata.jar"), "");
    java("");
    return run(own, "check", "spec.yaml");
  }

  private List<String> run(String own, String... arguments)
      throws IOException, InterruptedException {
    Path launcher = home.resolve("errata");
    Files.deleteIfExists(launcher);
    Files.copy(RepositoryFiles.root().resolve("errata"), launcher);
    Path out = home.resolve("out.txt");
    List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", home.resolve("java").toString());
    builder.environment().put("ERRATA_JAVA_OPTS", own);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    List<String> lines = Files.readAllLines(out);
    assertThat(process.exitValue()).as(lines.toString()).isZero();
    assertThat(lines).contains("io.errata.jobs.cli.Main").endsWith(arguments);
    return lines;
  }
}
