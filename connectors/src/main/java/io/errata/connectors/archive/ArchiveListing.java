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
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
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
    return below(
        Parallel.map(
            folders,
            folder ->
                content(folder.isEmpty() ? root : new Path(root, folder), own.contains(folder))));
  }

  /** Every file below the archive's path. */
  static ArchiveListing all(ArchiveOptions options) {
    return below(List.of(content(root(options), true)));
  }

  /**
   * Every file below the archive's path, as {@link #all} has them. A folder is listed when its turn
   * comes, so that whoever wants a few files of a large archive asks for a few folders.
   */
  static Iterator<ArchiveFile> inTurn(ArchiveOptions options) {
    return new FilesInTurn(content(root(options), true));
  }

  /** What lies in a folder; what is in those below it isn't known yet. */
  private record Content(List<ArchiveFile> files, List<Path> folders, List<Gap> gaps) {}

  /**
   * Lists the folders below, those of one depth at once: nearly all of the time is spent waiting
   * for a store, and an archive may have thousands.
   */
  private static ArchiveListing below(List<Content> level) {
    List<ArchiveFile> files = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    for (List<Content> next = level; !next.isEmpty(); ) {
      List<Path> folders = new ArrayList<>();
      for (Content each : next) {
        files.addAll(each.files);
        gaps.addAll(each.gaps);
        folders.addAll(each.folders);
      }
      next = Parallel.map(folders, folder -> content(folder, false));
    }
    files.sort(Comparator.comparing(ArchiveFile::path));
    return new ArchiveListing(files, gaps);
  }

  /** Walks down where the next path leads. */
  private static final class FilesInTurn implements Iterator<ArchiveFile> {
    /** A folder's place among files is that of the paths in it, which go on with a slash. */
    private final NavigableMap<String, Path> folders = new TreeMap<>();

    private final NavigableMap<String, ArchiveFile> files = new TreeMap<>();

    FilesInTurn(Content top) {
      add(top);
    }

    private void add(Content content) {
      content.files.forEach(file -> files.put(file.path(), file));
      content.folders.forEach(folder -> folders.put(folder + "/", folder));
    }

    @Override
    public boolean hasNext() {
      while (!folders.isEmpty()
          && (files.isEmpty() || folders.firstKey().compareTo(files.firstKey()) < 0)) {
        add(content(folders.pollFirstEntry().getValue(), false));
      }
      return !files.isEmpty();
    }

    @Override
    public ArchiveFile next() {
      if (!hasNext()) {
        throw new NoSuchElementException("There is no further file");
      }
      return files.pollFirstEntry().getValue();
    }
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

  /** One look at a folder, which a store answers by a request for each of its pages. */
  private static Content content(Path folder, boolean required) {
    List<ArchiveFile> files = new ArrayList<>();
    List<Path> folders = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    try {
      @Nullable List<FileStatus> children = children(folder);
      if (children == null) {
        // One that was found in another has been deleted meanwhile: nobody asks for it by name.
        if (required) {
          gaps.add(new Gap(folder.toString(), "date folder absent"));
        }
        children = List.of();
      }
      for (FileStatus child : children) {
        Path path = child.getPath();
        // A file that the spec names itself is meant, whatever it is called.
        boolean isNamed = path.toUri().getPath().equals(folder.toUri().getPath());
        if (!isNamed && isIgnored(path.getName())) {
          continue;
        }
        if (child.isDir()) {
          folders.add(path);
        } else if (child.getLen() == 0) {
          gaps.add(new Gap(path.toString(), "the file has 0 bytes"));
        } else {
          files.add(new ArchiveFile(path.toString(), child.getLen(), Generation.of(child)));
        }
      }
    } catch (IOException e) {
      throw ArchiveCursor.unavailable(new StoreException("Cannot list " + folder, e));
    }
    return new Content(files, folders, gaps);
  }

  /** Those of a folder, or a file alone; null where there is neither. */
  private static @Nullable List<FileStatus> children(Path path) throws IOException {
    try {
      FileStatus @Nullable [] children = FileStores.of(path).listStatus(path);
      return children == null ? null : List.of(children);
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private static @Nullable FileStatus status(FileSystem store, Path path) throws IOException {
    try {
      return store.getFileStatus(path);
    } catch (FileNotFoundException e) {
      return null;
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
