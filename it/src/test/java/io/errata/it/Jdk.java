package io.errata.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java to run the program with.
 *
 * @param home with {@code bin/java}
 * @param release such as 17
 */
record Jdk(Path home, int release) {
  private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");

  /** The one that runs the tests. */
  static Jdk current() {
    return new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());
  }

  /**
   * The one that the variable ERRATA_TEST_JDK_25 (or of another release) names, or an installed
   * one.
   */
  static Optional<Jdk> find(int release) {
    if (current().release() == release) {
      return Optional.of(current());
    }
    String named = System.getenv(variable(release));
    if (named != null && !named.isBlank()) {
      return Optional.of(new Jdk(Path.of(named), release));
    }
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(INSTALLED)) {
      return homes
          .sorted()
          .filter(home -> Files.isExecutable(home.resolve("bin/java")))
          .filter(home -> releaseOf(home) == release)
          .map(home -> new Jdk(home, release))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why a test doesn't run. */
  static String missing(int release) {
    return "no Java "
        + release
        + ": neither "
        + variable(release)
        + " is set nor is one in "
        + INSTALLED;
  }

  private static String variable(int release) {
    return "ERRATA_TEST_JDK_" + release;
  }

  private static int releaseOf(Path home) {
    try {
      Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  Path java() {
    return home.resolve("bin/java");
  }

  /** What the script {@code errata} gives this release. */
  List<String> options() {
    return release < 24
        ? List.of()
        : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }
}
