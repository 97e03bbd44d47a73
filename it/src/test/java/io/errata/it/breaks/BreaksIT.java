package io.errata.it.breaks;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.it.breaks.BreakRun.Outcome;
import io.errata.it.breaks.BreakRun.Tried;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes a few quick breaks; {@code breaks/run.sh} makes all of them. */
class BreaksIT {
  @TempDir Path folder;

  @Test
  void quickBreaks_areSeenRed() throws Exception {
    Path root = Breaks.root();
    List<Break> breaks =
        Break.readAll(root.resolve("breaks")).stream().filter(Break::inCi).toList();
    int atOnce = Math.max(1, Math.min(2, Runtime.getRuntime().availableProcessors()));
    try (BreakRun run =
        new BreakRun(
            root, folder.resolve("breaks"), System.getProperty("java.class.path"), atOnce)) {
      List<Tried> tried = run.run(breaks, one -> {});
      assertThat(tried).hasSameSizeAs(breaks);
      assertThat(tried)
          .allSatisfy(
              one ->
                  assertThat(one.outcome())
                      .as(one.one().name() + ": " + one.says())
                      .isEqualTo(Outcome.RED));
    }
  }
}
