package io.errata.state.digest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.errata.api.Bytes;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The golden vectors. They were computed from the definition by a program that shares no code with
 * Errata, and are never made again: a plan or a ledger of an old release would no longer be
 * understood.
 */
final class CanonicalFormVectors {
  private static final String FILE = "canonical-form.jsonl";

  private CanonicalFormVectors() {}

  /** The lines of the file. */
  static List<String> lines() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(CanonicalFormVectors.class.getResourceAsStream(FILE), FILE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  static List<JsonNode> of(String... types) throws IOException {
    List<JsonNode> vectors = new ArrayList<>();
    for (String line : lines()) {
      JsonNode vector = new JsonMapper().readTree(line);
      if (List.of(types).contains(vector.get("type").asText())) {
        vectors.add(vector);
      }
    }
    return vectors;
  }

  static @Nullable Object value(ColumnType type, JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    String text = node.asText();
    return switch (type) {
      case BOOLEAN -> Boolean.valueOf(text);
      case INT -> Integer.valueOf(text);
      case LONG -> Long.valueOf(text);
      case DECIMAL -> new BigDecimal(text);
      case DOUBLE -> Double.valueOf(text);
      case TEXT -> text;
      case BYTES -> Bytes.ofHex(text);
      case DATE -> LocalDate.parse(text);
      case TIMESTAMP -> Instant.parse(text);
      case UUID -> UUID.fromString(text);
    };
  }

  /** A row of columns {@code c0}, {@code c1}, … */
  static Row row(JsonNode values) {
    List<Column> columns = new ArrayList<>();
    List<@Nullable Object> row = new ArrayList<>();
    for (JsonNode value : values) {
      ColumnType type = ColumnType.valueOf(value.get(0).asText());
      columns.add(new Column("c" + columns.size(), type));
      row.add(value(type, value.get(1)));
    }
    return Row.ofList(RowSchema.of(columns), row);
  }
}
