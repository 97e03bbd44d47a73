package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import java.util.List;
import java.util.Optional;

/** The fields of a CSV file by its header row. */
record CsvColumns(List<String> paths) implements SourceColumns {
  CsvColumns {
    paths = List.copyOf(paths);
  }

  @Override
  public Optional<SourceColumn> find(String path) {
    int first = paths.indexOf(path);
    if (first < 0) {
      return Optional.empty();
    }
    return Optional.of(
        paths.lastIndexOf(path) == first
            ? SourceColumn.of(ColumnType.TEXT, "text")
            : SourceColumn.refused("text", "the header row names it twice"));
  }

  @Override
  public boolean isUntyped() {
    return true;
  }
}
