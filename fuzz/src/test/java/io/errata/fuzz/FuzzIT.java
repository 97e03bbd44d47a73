package io.errata.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short run of each target; {@code fuzz/run} makes long ones. */
class FuzzIT {
  private static final int SECONDS = Integer.getInteger("errata.fuzz.seconds", 3);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void target_finishesWithoutAFinding(Target target) throws Exception {
    FuzzRun.Outcome outcome = new FuzzRun(folder, SECONDS).run(target);
    assertThat(outcome.findings()).as(Files.readString(outcome.log())).isEmpty();
    assertThat(outcome.executions()).isPositive();
    assertThat(outcome.edges()).isPositive();
  }
}
