package io.errata.connectors.format;

import com.fasterxml.jackson.core.JacksonException;
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
 * The fields that a sample of JSON objects have, with the type of the first value that isn't null.
 * Objects need not have all fields, so what the sample lacks may still be there.
 *
 * @param types by dotted path; empty where a field was null in all of them
 */
public record JsonColumns(Map<String, Optional<ColumnType>> types) implements SourceColumns {
  /** Longer paths are no field that anybody names; with their prefixes they take much memory. */
  private static final int MAX_PATH = 512;

  private static final int MAX_PATHS = 100_000;

  /** Looks at one object after another. */
  public static final class Sample {
    private final Map<String, Optional<ColumnType>> types = new TreeMap<>();

    /** Adds the fields of an object; what isn't one tells nothing about the others. */
    public void add(byte[] json, int offset, int length) throws IOException {
      try (JsonParser parser = JsonObjectParser.JSON.createParser(json, offset, length)) {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          object(parser, "", types);
        }
      } catch (JacksonException e) {
        // It is rejected when it is read.
        return;
      }
    }

    /** What was seen so far. */
    public JsonColumns columns() {
      return new JsonColumns(new TreeMap<>(types));
    }
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
        @Nullable Object value = JsonObjectParser.scalar(parser, token, false);
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
  public SourceColumns and(SourceColumns other) {
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
