package io.errata.connectors.archive;

import java.util.List;

/** What an archive's folders hold, without a look into any file. */
public final class ListedFiles {
  private ListedFiles() {}

  /** The paths of all files below the archive's path, sorted. */
  public static List<String> all(ArchiveOptions options) {
    return ArchiveListing.all(options).files().stream().map(ArchiveFile::path).toList();
  }
}
