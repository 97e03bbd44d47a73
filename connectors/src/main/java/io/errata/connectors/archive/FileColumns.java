package io.errata.connectors.archive;

import java.util.List;
import java.util.Optional;

/** The fields of one file. */
interface FileColumns {
  /** Empty where there is no such field. */
  Optional<SourceColumn> find(String path);

  /** The paths of all fields, to name the nearest. */
  List<String> paths();

  /**
   * Whether its values have no type but text and the few that JSON has, so that each is parsed as
   * what is wanted.
   */
  boolean isUntyped();
}
