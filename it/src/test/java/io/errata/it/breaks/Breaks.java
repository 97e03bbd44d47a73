package io.errata.it.breaks;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the breaks lie. */
final class Breaks {
  private Breaks() {}

  /** The folder that the repository was checked out to. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("breaks/README.md"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "Cannot find breaks/ above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }
}
