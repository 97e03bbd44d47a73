package io.errata.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of all targets; {@code fuzz/run} makes long ones. */
class FuzzIT {
  private static final int SECONDS = Integer.getInteger("errata.fuzz.seconds", 30);

  @TempDir Path folder;

  @Test
  void targets_finishWithoutAFinding() throws Exception {
    FuzzRun.Outcome outcome = new FuzzRun(folder, SECONDS).runAll();
    assertThat(outcome.findings()).as(Files.readString(outcome.log())).isEmpty();
    assertThat(outcome.executions()).isPositive();
    assertThat(outcome.edges()).isPositive();
  }
}
