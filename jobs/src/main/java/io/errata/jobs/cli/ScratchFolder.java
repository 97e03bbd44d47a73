package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A folder that goes, with all that is in it, when it is closed. */
final class ScratchFolder implements AutoCloseable {
  private final Path folder;

  private ScratchFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes one among the temporary files, which only this user can read.
   *
   * @throws ErrataException UNAVAILABLE where that can't be done
   */
  static ScratchFolder make() {
    try {
      return new ScratchFolder(Files.createTempDirectory("errata-verify-"));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make a temporary folder in " + System.getProperty("java.io.tmpdir"),
          "Free some space there, or name another with ERRATA_JAVA_OPTS=-Djava.io.tmpdir=…",
          e);
    }
  }

  String child(String name) {
    return folder.resolve(name).toString();
  }

  @Override
  public void close() {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // What is left is in the temporary folder, and no reason to fail a verification.
      LoggerFactory.getLogger(ScratchFolder.class).warn("Cannot delete {}", folder, e);
    }
  }
}
