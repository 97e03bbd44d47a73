package io.errata.jobs.spec;

import io.errata.state.table.CsvOptions;
import io.errata.state.table.TableColumn;
import io.errata.state.table.csv.CsvLiveTableProvider;
import io.errata.state.table.csv.CsvTypes;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the live table is: in a database, or in a CSV file. */
final class TablePlace {
  private static final String CSV = "table.csv";
  private static final String JDBC = "table.jdbc";

  private final OptionValues values;
  private final Problems problems;

  TablePlace(OptionValues values, Problems problems) {
    this.values = values;
    this.problems = problems;
  }

  boolean isCsv() {
    return values.isGiven(CSV);
  }

  /** Sees that one place is named, and that files which are read aren't written. */
  void check() {
    if (values.hidden(CSV + ".path")) {
      return;
    }
    if (!isCsv()) {
      if (!values.isGiven(JDBC)) {
        problem(
            JDBC,
            "it is missing; give jdbc and name, for a table of a database, or csv, for one in a file");
      } else if (!values.isGiven(SpecOptions.TABLE_NAME.path())) {
        problem(SpecOptions.TABLE_NAME.path(), "it is missing");
      }
      return;
    }
    if (values.isGiven(JDBC)) {
      problem(CSV, "there is table.jdbc, too; keep one of them");
    }
    if (values.isGiven(SpecOptions.TABLE_NAME.path())) {
      problem(
          SpecOptions.TABLE_NAME.path(),
          "it is for table.jdbc; a CSV table is called as its file is");
    }
    if (values.isGiven(SpecOptions.SET.path())) {
      problem(SpecOptions.SET.path(), "it is for table.jdbc; a CSV file knows no SQL");
    }
    for (SpecOption<?> option : List.of(SpecOptions.TABLE_LAG, SpecOptions.TABLE_LOAD)) {
      if (values.isGiven(option.path())) {
        problem(option.path(), "it is for table.jdbc; nobody can tell how busy a CSV file is");
      }
    }
    checkFiles();
  }

  private void checkFiles() {
    String archive = values.find(SpecOptions.ARCHIVE_PATH);
    Optional<Path> events = archive == null ? Optional.empty() : local(archive);
    for (SpecOption<String> option : List.of(SpecOptions.CSV_PATH, SpecOptions.CSV_CORRECTIONS)) {
      String text = values.find(option);
      if (text == null) {
        continue;
      }
      Optional<Path> path = local(text);
      if (SpecPaths.isUri(text)) {
        problem(option.path(), "it must be a path: a file elsewhere can't be replaced at once");
      } else if (path.isPresent() && path.get().getFileName() == null) {
        problem(option.path(), "it is a folder; name a file");
      } else if (path.isPresent() && events.isPresent() && path.get().startsWith(events.get())) {
        problem(
            option.path(),
            "it lies in events.archive.path, where it would be read as events; put it elsewhere, or name the archive's own"
                + " folder or file");
      }
    }
    String table = values.find(SpecOptions.CSV_PATH);
    if (table != null && table.equals(values.find(SpecOptions.CSV_CORRECTIONS))) {
      problem(SpecOptions.CSV_CORRECTIONS.path(), "it is the table itself; name another file");
    }
  }

  /** A path of this machine; empty for a URI, and for what is none, which is told elsewhere. */
  private static Optional<Path> local(String text) {
    try {
      return SpecPaths.isUri(text) ? Optional.empty() : Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Null where a file has none. */
  @Nullable String csvUrl() {
    Path path = path();
    return path == null ? null : CsvLiveTableProvider.SCHEME + path.getParent();
  }

  @Nullable String name() {
    if (!isCsv()) {
      return values.find(SpecOptions.TABLE_NAME);
    }
    Path path = path();
    return path == null ? null : path.getFileName().toString();
  }

  private @Nullable Path path() {
    String text = values.find(SpecOptions.CSV_PATH);
    return text == null
        ? null
        : local(text).filter(path -> path.getFileName() != null).orElse(null);
  }

  /** What is known of the file; null where the table is in a database. */
  @Nullable CsvOptions csv() {
    Map<String, String> types = values.find(SpecOptions.CSV_TYPES);
    Character delimiter = values.find(SpecOptions.CSV_DELIMITER);
    if (!isCsv() || types == null || delimiter == null) {
      return null;
    }
    List<TableColumn> columns =
        types.entrySet().stream()
            .map(type -> CsvTypes.column(type.getKey(), type.getValue()))
            .toList();
    return new CsvOptions(delimiter, columns, values.find(SpecOptions.CSV_CORRECTIONS));
  }

  private void problem(String path, String text) {
    problems.add(values.location(path), path, text);
  }
}
