package io.errata.connectors.archive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.errata.api.ColumnType;
import io.errata.connectors.event.Unreadable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the first lines of a JSON Lines file have, with the type of the first value that
 * isn't null. Lines need not have all fields, so what the sample lacks may still be there.
 */
record JsonColumns(Map<String, Optional<ColumnType>> types) implements FileColumns {
  private static final long SAMPLE_BYTES = 4L << 20;

  /** Longer paths are no field that anybody names; with their prefixes they take much memory. */
  private static final int MAX_PATH = 512;

  private static final int MAX_PATHS = 100_000;

  static JsonColumns sample(LineReader lines) throws IOException {
    Map<String, Optional<ColumnType>> types = new TreeMap<>();
    while (lines.next() && lines.start() < SAMPLE_BYTES) {
      if (lines.isTooLong()) {
        continue;
      }
      int from = lines.start() == 0 && lines.length() > 2 && lines.line()[0] == (byte) 0xEF ? 3 : 0;
      try (JsonParser parser =
          JsonLineParser.JSON.createParser(lines.line(), from, lines.length() - from)) {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          object(parser, "", types);
        }
      } catch (com.fasterxml.jackson.core.JacksonException e) {
        // A line that isn't JSON is rejected when it is read; it tells nothing about the others.
      }
    }
    return new JsonColumns(types);
  }

  private static void object(
      JsonParser parser, String prefix, Map<String, Optional<ColumnType>> types)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String path = prefix + parser.currentName();
      JsonToken token = parser.nextToken();
      boolean isKept = path.length() <= MAX_PATH;
      if (token == JsonToken.START_OBJECT && isKept) {
        object(parser, path + ".", types);
      } else if (token.isStructStart()) {
        parser.skipChildren();
      } else if (isKept && (types.size() < MAX_PATHS || types.containsKey(path))) {
        @Nullable Object value = JsonLineParser.scalar(parser, token, false);
        types.merge(path, type(value), (first, second) -> first.isPresent() ? first : second);
      }
    }
  }

  private static Optional<ColumnType> type(@Nullable Object value) {
    if (value == null || value instanceof Unreadable) {
      return Optional.empty();
    }
    return Optional.of(
        value instanceof Number
            ? ColumnType.DECIMAL
            : value instanceof Boolean ? ColumnType.BOOLEAN : ColumnType.TEXT);
  }

  @Override
  public Optional<SourceColumn> find(String path) {
    @Nullable Optional<ColumnType> type = types.get(path);
    return type == null
        ? Optional.empty()
        : Optional.of(
            type.map(known -> SourceColumn.of(known, "JSON"))
                .orElseGet(() -> SourceColumn.alwaysNull("null")));
  }

  @Override
  public FileColumns and(FileColumns other) {
    Map<String, Optional<ColumnType>> all = new TreeMap<>(types);
    ((JsonColumns) other)
        .types.forEach(
            (path, type) ->
                all.merge(path, type, (first, second) -> first.isPresent() ? first : second));
    return new JsonColumns(all);
  }

  @Override
  public List<String> paths() {
    return List.copyOf(types.keySet());
  }

  @Override
  public boolean isUntyped() {
    return true;
  }
}
