package io.errata.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every seed, among which is all that fuzzing ever found, is read as its target demands. */
class SeedsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  static Stream<Arguments> seeds() throws IOException {
    Stream<Arguments> all = Stream.empty();
    for (Target target : Target.values()) {
      List<Path> seeds = target.seeds();
      all =
          Stream.concat(
              all, seeds.stream().map(seed -> Arguments.of(target, seed.getFileName().toString())));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void seed_isRead(Target target, String name) {
    assertTimeoutPreemptively(
        LIMIT, () -> target.read(Files.readAllBytes(target.folder().resolve(name))));
  }

  @ParameterizedTest
  @EnumSource
  void target_hasSeeds(Target target) throws Exception {
    assertThat(target.seeds()).hasSizeGreaterThan(1);
    target.read(new byte[0]);
  }
}
