package io.errata.connectors.archive;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.Generation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.jspecify.annotations.Nullable;

/**
 * The files that may hold events of a window, sorted by path.
 *
 * @param files without those that other writers are still at
 * @param gaps folders that should be there, and files that are empty
 */
record ArchiveListing(List<ArchiveFile> files, List<Gap> gaps) {
  ArchiveListing {
    files = List.copyOf(files);
    gaps = List.copyOf(gaps);
  }

  /**
   * @throws ErrataException INVALID_SOURCE where there is nothing at the path; UNAVAILABLE where it
   *     can't be asked
   */
  static ArchiveListing of(ArchiveOptions options, Window window) {
    Path root = root(options);
    PartitionLayout layout = PartitionLayout.parse(options.layout());
    Set<String> own = layout.folders(window, options.zone());
    List<String> folders = List.copyOf(layout.folders(widened(window, options), options.zone()));
    List<ArchiveListing> found =
        Parallel.map(
            folders,
            folder -> list(folder.isEmpty() ? root : new Path(root, folder), own.contains(folder)));
    List<ArchiveFile> files = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    for (ArchiveListing each : found) {
      files.addAll(each.files);
      gaps.addAll(each.gaps);
    }
    files.sort(Comparator.comparing(ArchiveFile::path));
    return new ArchiveListing(files, gaps);
  }

  /** Every file below the archive's path. */
  static ArchiveListing all(ArchiveOptions options) {
    ArchiveListing all = list(root(options), true);
    return new ArchiveListing(
        all.files.stream().sorted(Comparator.comparing(ArchiveFile::path)).toList(), all.gaps);
  }

  private static Window widened(Window window, ArchiveOptions options) {
    return new Window(window.from().minus(options.slack()), window.to().plus(options.slack()));
  }

  static Path root(ArchiveOptions options) {
    String next = "Check events.archive.path in the spec.";
    try {
      Path root = FileStores.path(options.path());
      if (!FileStores.of(root).exists(root)) {
        throw new ErrataException(
            ErrorCode.INVALID_SOURCE,
            "Cannot read archive: " + options.path() + " (there is no such folder)",
            next);
      }
      return root;
    } catch (UnsupportedFileSystemSchemeException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read archive: " + options.path() + " (no file system for its scheme)",
          FileStores.remedy(new Path(options.path())),
          e);
    } catch (IllegalArgumentException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read archive: " + options.path() + " (not a path)",
          next,
          e);
    } catch (IOException e) {
      throw ArchiveCursor.unavailable(new StoreException("Cannot look for " + options.path(), e));
    }
  }

  /** Whether there is such a folder below the archive's path. */
  static boolean exists(Path root, String folder) {
    Path path = new Path(root, folder);
    try {
      return status(FileStores.of(path), path) != null;
    } catch (IOException e) {
      throw ArchiveCursor.unavailable(new StoreException("Cannot look for " + path, e));
    }
  }

  private static ArchiveListing list(Path folder, boolean required) {
    List<ArchiveFile> files = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    try {
      FileSystem store = FileStores.of(folder);
      @Nullable FileStatus status = status(store, folder);
      if (status == null) {
        if (required) {
          gaps.add(new Gap(folder.toString(), "date folder absent"));
        }
      } else {
        collect(store, status, files, gaps);
      }
    } catch (IOException e) {
      throw ArchiveCursor.unavailable(new StoreException("Cannot list " + folder, e));
    }
    return new ArchiveListing(files, gaps);
  }

  private static @Nullable FileStatus status(FileSystem store, Path path) throws IOException {
    try {
      return store.getFileStatus(path);
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private static void collect(
      FileSystem store, FileStatus status, List<ArchiveFile> files, List<Gap> gaps)
      throws IOException {
    if (!status.isDir()) {
      String path = status.getPath().toString();
      if (status.getLen() == 0) {
        gaps.add(new Gap(path, "the file has 0 bytes"));
      } else {
        files.add(new ArchiveFile(path, status.getLen(), Generation.of(status)));
      }
      return;
    }
    FileStatus @Nullable [] children = store.listStatus(status.getPath());
    if (children == null) {
      return; // deleted meanwhile, and listed by nobody
    }
    for (FileStatus child : children) {
      if (!isIgnored(child.getPath().getName())) {
        collect(store, child, files, gaps);
      }
    }
  }

  /** Names by which Hadoop, Spark, Flink and others mark what is no data, or not yet. */
  static boolean isIgnored(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return name.isEmpty()
        || name.startsWith(".")
        || name.startsWith("_")
        || lower.endsWith(".tmp")
        || lower.endsWith(".temp")
        || lower.endsWith(".crc")
        || lower.contains(".inprogress");
  }
}
