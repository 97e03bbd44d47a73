package io.errata.it;

import io.errata.state.table.CsvOptions;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.TableColumn;
import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableContract;
import io.errata.testkit.StoredTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** A CSV file does what every live table does. */
class CsvLiveTableTest extends LiveTableContract {
  @TempDir Path folder;

  @Override
  protected LiveStore openStore() {
    return new CsvStore(folder);
  }

  /** Writes whole files, as scripts do, with a reader and a writer of its own. */
  private record CsvStore(Path folder) implements LiveStore {
    @Override
    public Set<Feature> features() {
      return EnumSet.of(Feature.OWNS, Feature.OTHER_TYPES);
    }

    @Override
    public void create(StoredTable table) {
      write(table, List.of(header(table)));
    }

    @Override
    public LiveTableOptions options(StoredTable table) {
      Path path = path(table);
      return new LiveTableOptions(
          "csv:" + path.getParent(),
          null,
          null,
          path.getFileName().toString(),
          table.key(),
          table.compare(),
          null,
          Map.of(),
          Duration.ofSeconds(5),
          Duration.ZERO,
          new CsvOptions(',', table.columns(), null));
    }

    @Override
    public void insert(StoredTable table, List<Map<String, @Nullable String>> rows) {
      List<List<@Nullable String>> lines = lines(table);
      for (Map<String, @Nullable String> row : rows) {
        List<@Nullable String> line = new ArrayList<>();
        table.columns().forEach(column -> line.add(text(column, row.get(column.name()))));
        lines.add(line);
      }
      write(table, lines);
    }

    @Override
    public void update(
        StoredTable table, Map<String, String> key, Map<String, @Nullable String> changes) {
      change(
          table,
          key,
          line -> {
            changes.forEach(
                (name, value) -> {
                  int ordinal = table.ordinal(name);
                  line.set(ordinal, text(table.columns().get(ordinal), value));
                });
            return line;
          });
    }

    @Override
    public void delete(StoredTable table, Map<String, String> key) {
      change(table, key, line -> List.of());
    }

    private void change(
        StoredTable table, Map<String, String> key, UnaryOperator<List<@Nullable String>> change) {
      List<List<@Nullable String>> lines = lines(table);
      lines.replaceAll(
          line ->
              key.entrySet().stream()
                      .allMatch(e -> e.getValue().equals(line.get(table.ordinal(e.getKey()))))
                  ? change.apply(line)
                  : line);
      lines.removeIf(List::isEmpty);
      write(table, lines);
    }

    @Override
    public List<List<@Nullable String>> rows(StoredTable table) {
      List<List<@Nullable String>> lines = lines(table);
      lines.remove(0);
      lines.sort(
          Comparator.comparing(
              line ->
                  table.key().stream()
                      .map(name -> String.valueOf(line.get(table.ordinal(name))))
                      .collect(Collectors.joining("\0"))));
      return lines;
    }

    @Override
    public void changeSchema(StoredTable table) {
      List<List<@Nullable String>> lines = lines(table);
      lines.forEach(line -> line.add(line == lines.get(0) ? "more" : null));
      write(table, lines);
    }

    @Override
    public void close() {}

    private Path path(StoredTable table) {
      return folder.resolve(table.schema()).resolve(table.name() + ".csv");
    }

    private static List<@Nullable String> header(StoredTable table) {
      return new ArrayList<>(table.columns().stream().map(TableColumn::name).toList());
    }

    private void write(StoredTable table, List<List<@Nullable String>> lines) {
      try {
        Files.createDirectories(path(table).getParent());
        StringBuilder text = new StringBuilder();
        for (List<@Nullable String> line : lines) {
          text.append(
                  line.stream()
                      .map(
                          field ->
                              field == null
                                  ? ""
                                  : field.matches("[a-z0-9.-]+")
                                      ? field
                                      : '"' + field.replace("\"", "\"\"") + '"')
                      .collect(Collectors.joining(",")))
              .append('\n');
        }
        Files.writeString(path(table), text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private List<List<@Nullable String>> lines(StoredTable table) {
      try {
        return parse(Files.readString(path(table)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static List<List<@Nullable String>> parse(String text) {
      List<List<@Nullable String>> lines = new ArrayList<>();
      List<@Nullable String> line = new ArrayList<>();
      int at = 0;
      while (at < text.length()) {
        boolean quoted = text.charAt(at) == '"';
        StringBuilder field = new StringBuilder();
        if (quoted) {
          for (at++; text.charAt(at) != '"' || text.startsWith("\"\"", at); at++) {
            at += text.charAt(at) == '"' ? 1 : 0;
            field.append(text.charAt(at));
          }
          at++;
        } else {
          for (; text.charAt(at) != ',' && text.charAt(at) != '\n'; at++) {
            field.append(text.charAt(at));
          }
        }
        line.add(field.isEmpty() && !quoted ? null : field.toString());
        if (text.charAt(at) == '\n') {
          lines.add(line);
          line = new ArrayList<>();
        } else if (text.charAt(at + 1) == '\n') {
          line.add(null);
          lines.add(line);
          line = new ArrayList<>();
          at++;
        }
        at++;
      }
      return lines;
    }

    /** What PostgreSQL prints, as CSV has it. */
    private static @Nullable String text(TableColumn column, @Nullable String text) {
      if (text == null) {
        return null;
      }
      return switch (column.storage()) {
        case BYTES -> text.substring("\\x".length());
        case DATE -> date(text);
        case TIMESTAMP -> Instant.parse(text.replace(' ', 'T').replace("+00", "Z")).toString();
        case LOCAL_TIMESTAMP -> text.replace(' ', 'T');
        case FLOAT64 -> Double.toString(Double.parseDouble(text));
        default -> text;
      };
    }

    private static String date(String text) {
      if (!text.endsWith(" BC")) {
        return text;
      }
      LocalDate date = LocalDate.parse(text.replace(" BC", ""));
      return date.withYear(1 - date.getYear()).toString();
    }
  }
}
