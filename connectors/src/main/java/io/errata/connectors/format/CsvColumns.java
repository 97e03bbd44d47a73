package io.errata.connectors.format;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Optional;

/** The fields of CSV by their names, as the header row of a file has them. */
public record CsvColumns(List<String> paths) implements SourceColumns {
  public CsvColumns {
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
