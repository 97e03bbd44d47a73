package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The programs of PostgreSQL, unpacked from the jar that carries them. */
final class PostgresBinaries {
  private static final String COMPLETE = ".complete";

  private PostgresBinaries() {}

  /**
   * Unpacks them into a folder, unless they are there already.
   *
   * @throws ErrataException UNAVAILABLE where there are none for this machine, or the folder can't
   *     be written
   */
  static void unpack(Path folder) {
    if (Files.exists(folder.resolve(COMPLETE))) {
      return;
    }
    try {
      // Left by an unpacking that was stopped.
      FileTrees.delete(folder);
      Files.createDirectories(folder);
      try (InputStream packed = open();
          TarArchiveInputStream entries =
              new TarArchiveInputStream(
                  new XZCompressorInputStream(new BufferedInputStream(packed)))) {
        for (TarArchiveEntry entry = entries.getNextEntry();
            entry != null;
            entry = entries.getNextEntry()) {
          write(folder, entry, entries);
        }
      }
      Files.createFile(folder.resolve(COMPLETE));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot unpack PostgreSQL into " + folder + ": " + e.getMessage(),
          "Make room (about 60 MB) or choose another folder. " + EmbeddedDatabase.INSTEAD,
          e);
    }
  }

  private static InputStream open() throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String os = system.contains("mac") ? "Darwin" : system.contains("win") ? "Windows" : "Linux";
    String machine = System.getProperty("os.arch");
    try {
      return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(os, ArchUtils.normalize(machine));
    } catch (LinkageError | IllegalStateException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot find the embedded PostgreSQL for this machine: " + os + " on " + machine,
          "Start errata with the launcher of the repository, which brings it. "
              + EmbeddedDatabase.INSTEAD,
          e);
    }
  }

  private static void write(Path folder, TarArchiveEntry entry, InputStream content)
      throws IOException {
    Path path = folder.resolve(entry.getName()).normalize();
    if (!path.startsWith(folder)) {
      throw new IOException(entry.getName() + " lies outside of the archive");
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.resolve("..").normalize());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(content, path);
      Set<PosixFilePermission> permissions =
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
      if ((entry.getMode() & 0100) != 0) {
        permissions.add(PosixFilePermission.OWNER_EXECUTE);
      }
      Files.setPosixFilePermissions(path, permissions);
    }
  }
}
