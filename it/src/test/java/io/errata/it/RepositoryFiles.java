package io.errata.it;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the repository that are no sources of a module. */
final class RepositoryFiles {
  private RepositoryFiles() {}

  /** The folder that the repository was checked out to. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve(".ci/run"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "Cannot find .ci/run above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }
}
