package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of a demo, with everything that belongs to it. */
final class DemoFolder {
  private static final String MARK = ".errata-demo";

  /** What a demo makes, but for its database: what the person has put beside it stays. */
  private static final List<String> MADE = List.of("events", "plans", "spec.yaml", "both.yaml");

  private final Path path;

  private DemoFolder(Path path) {
    this.path = path;
  }

  /**
   * Makes the folder, or empties that of an earlier demo.
   *
   * @throws ErrataException USAGE where something else is in it
   */
  static DemoFolder renew(Path path) {
    try {
      if (Files.exists(path) && !Files.exists(path.resolve(MARK)) && !isEmpty(path)) {
        throw new ErrataException(
            ErrorCode.USAGE,
            "Cannot make a demo in " + path + ": it is there and no demo's",
            "Name a new folder with --dir, or empty this one.");
      }
      Files.createDirectories(path);
      Files.writeString(
          path.resolve(MARK), "errata demo has made this folder and may make it anew.\n");
      for (String name : MADE) {
        FileTrees.delete(path.resolve(name));
      }
      return new DemoFolder(path);
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make the folder of the demo: " + path + " (" + e.getMessage() + ")",
          "Name another with --dir.",
          e);
    }
  }

  private static boolean isEmpty(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.findAny().isEmpty();
    }
  }

  Path events() {
    return path.resolve("events");
  }

  Path database() {
    return path.resolve("pg");
  }

  Path plans() {
    return path.resolve("plans");
  }

  Path spec() {
    return path.resolve("spec.yaml");
  }

  /** A second spec, which names both sources. */
  Path both() {
    return path.resolve("both.yaml");
  }
}
