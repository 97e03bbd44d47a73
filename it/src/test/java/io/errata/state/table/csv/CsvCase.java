package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.Diff;
import io.errata.state.table.CsvOptions;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.testkit.ListedCorrections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of user_id (text) and value (decimal), perhaps with further columns, and what is done to
 * it.
 */
record CsvCase(Path path, List<String> key, String type, Duration lockTimeout) {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2024-06-11T03:00:00Z"), ZoneOffset.UTC);

  static CsvCase of(Path folder, String text) {
    CsvCase made =
        new CsvCase(
            folder.resolve("results.csv"), List.of("user_id"), "decimal", Duration.ofSeconds(5));
    made.write(text);
    return made;
  }

  CsvCase write(String text) {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  CsvCase write(byte[] bytes) {
    try {
      Files.write(path, bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path ledger() {
    return path.resolveSibling("results.csv.errata-ledger.jsonl");
  }

  CsvCase within(Duration timeout) {
    return new CsvCase(path, key, type, timeout);
  }

  CsvCase keyedBy(String... names) {
    return new CsvCase(path, List.of(names), type, lockTimeout);
  }

  CsvCase typed(String other) {
    return new CsvCase(path, key, other, lockTimeout);
  }

  LiveTableOptions options() {
    List<TableColumn> columns = List.of(CsvTypes.column("value", type));
    return new LiveTableOptions(
        "csv:" + path.getParent(),
        null,
        null,
        path.getFileName().toString(),
        key,
        List.of("value"),
        null,
        Map.of(),
        lockTimeout,
        Duration.ZERO,
        new CsvOptions(',', columns, null));
  }

  LiveTable open() {
    return open(CsvWrite.Steps.UNWATCHED);
  }

  LiveTable open(CsvWrite.Steps steps) {
    return new CsvLiveTable(options(), steps, CLOCK);
  }

  List<LiveRow> rows() {
    try (LiveTable table = open();
        Snapshot snapshot = table.openSnapshot(Optional.empty(), 3)) {
      List<LiveRow> rows = new ArrayList<>();
      for (SnapshotSplit split : snapshot.splits()) {
        try (RowReader reader = table.read(split)) {
          for (Optional<LiveRow> row = reader.next(); row.isPresent(); row = reader.next()) {
            rows.add(row.get());
          }
        }
      }
      return rows;
    }
  }

  /**
   * What has to be done so that the table has these values; a row that isn't named is left, and one
   * whose value is {@code gone} is deleted.
   */
  List<Correction> plan(String... usersAndValues) {
    TableDescription table = describe();
    Map<String, String> wanted = new TreeMap<>();
    for (int i = 0; i < usersAndValues.length; i += 2) {
      wanted.put(usersAndValues[i], usersAndValues[i + 1]);
    }
    List<Correction> corrections = new ArrayList<>();
    for (LiveRow row : rows()) {
      String value = wanted.remove(row.values().asText("user_id"));
      if (value != null) {
        Diff.find(recomputed(table, row.values().asText("user_id"), value), Optional.of(row))
            .ifPresent(corrections::add);
      }
    }
    wanted.forEach(
        (user, value) ->
            Diff.find(recomputed(table, user, value), Optional.empty())
                .ifPresent(corrections::add));
    return corrections;
  }

  private static Optional<Row> recomputed(TableDescription table, String user, String value) {
    if (value.equals("gone")) {
      return Optional.empty();
    }
    @Nullable BigDecimal number = value.equals("null") ? null : new BigDecimal(value);
    return Optional.of(table.conform(Row.of(table.values(), user, number)));
  }

  TableDescription describe() {
    try (LiveTable table = open()) {
      return table.describe();
    }
  }

  WriteRequest request(String plan, List<Correction> corrections) {
    return request(plan, corrections, ConflictPolicy.ABORT);
  }

  WriteRequest request(String plan, List<Correction> corrections, ConflictPolicy policy) {
    return new WriteRequest(
        plan,
        "seal of " + plan,
        describe().fingerprint(),
        "aggregate",
        Instant.parse("2024-06-10T12:00:00Z"),
        Instant.parse("2024-06-10T12:30:00Z"),
        new ListedCorrections(corrections),
        policy);
  }
}
