package io.errata.connectors.archive;

import java.util.List;
import java.util.Optional;

/** The fields of one file, or those that a sample of files is known to have. */
interface FileColumns {
  /** Empty where there is no such field. */
  Optional<SourceColumn> find(String path);

  default boolean has(String path) {
    return find(path).isPresent();
  }

  /** The paths of all fields, to name the nearest. */
  List<String> paths();

  /**
   * Whether its values have no type but text and the few that JSON has, so that each is parsed as
   * what is wanted.
   */
  boolean isUntyped();

  /** These fields, and those of another file of the same format where they are samples. */
  default FileColumns and(FileColumns other) {
    return this;
  }
}
