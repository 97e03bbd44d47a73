package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanStorage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A folder that goes, with all that is in it, when it is closed. */
final class ScratchFolder implements AutoCloseable {
  private final String folder;
  private final Runnable removal;

  private ScratchFolder(String folder, Runnable removal) {
    this.folder = folder;
    this.removal = removal;
  }

  /**
   * Makes one among the temporary files, which only this user can read.
   *
   * @throws ErrataException UNAVAILABLE where that can't be done
   */
  static ScratchFolder make() {
    try {
      Path folder = Files.createTempDirectory("errata-verify-");
      return new ScratchFolder(folder.toString(), () -> remove(folder));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make a temporary folder in " + System.getProperty("java.io.tmpdir"),
          "Free some space there, or name another with ERRATA_JAVA_OPTS=-Djava.io.tmpdir=…",
          e);
    }
  }

  /** One below a folder that others see, too. */
  static ScratchFolder below(PlanStorage storage) {
    String name = ".verify-" + UUID.randomUUID();
    return new ScratchFolder(storage.location() + "/" + name, () -> storage.delete(name));
  }

  String child(String name) {
    return folder + "/" + name;
  }

  @Override
  public void close() {
    try {
      removal.run();
    } catch (ErrataException e) {
      // What is left is no reason to fail a verification.
      LoggerFactory.getLogger(ScratchFolder.class).warn("Cannot delete {}", folder, e);
    }
  }

  private static void remove(Path folder) {
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
