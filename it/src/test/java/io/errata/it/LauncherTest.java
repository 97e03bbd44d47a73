package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  private List<String> options(String own) throws IOException, InterruptedException {
    Path launcher = home.resolve("errata");
    Files.deleteIfExists(launcher);
    Files.copy(RepositoryFiles.root().resolve("errata"), launcher);
    // Without sources there is nothing to build.
    Files.writeString(
        Files.createDirectories(home.resolve("jobs/target")).resolve("errata.jar"), "");
    Path java = Files.createDirectories(home.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
    Path out = home.resolve("out.txt");
    ProcessBuilder builder =
        new ProcessBuilder("bash", launcher.toString(), "check", "spec.yaml")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", home.resolve("java").toString());
    builder.environment().put("ERRATA_JAVA_OPTS", own);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    List<String> options = Files.readAllLines(out);
    assertThat(process.exitValue()).as(options.toString()).isZero();
    assertThat(options).endsWith("io.errata.jobs.cli.Main", "check", "spec.yaml");
    return options;
  }
}
