package io.errata.connectors.memory;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.FieldPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events from memory, for tests and small inputs. Each part is read as one split. */
public final class MemoryWindowSource implements WindowSource {
  private final List<List<Map<String, Object>>> parts;
  private final List<Gap> gaps;

  /**
   * @param parts rows by path: values of {@link ColumnType#javaType()} or {@link Unreadable}; a
   *     path that is missing is null
   */
  public MemoryWindowSource(List<List<Map<String, Object>>> parts) {
    this(parts, List.of());
  }

  /**
   * As {@link #MemoryWindowSource(List)}, lacking a part of what it should have.
   *
   * @param gaps what every window lacks
   */
  public MemoryWindowSource(List<List<Map<String, Object>>> parts, List<Gap> gaps) {
    this.parts = List.copyOf(parts);
    this.gaps = List.copyOf(gaps);
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Map<String, ColumnType> naturalTypes(List<String> fields) {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String field : fields) {
      types.put(field, naturalType(field));
    }
    return types;
  }

  private ColumnType naturalType(String field) {
    for (List<Map<String, Object>> part : parts) {
      for (Map<String, Object> row : part) {
        @Nullable Object value = row.get(field);
        Optional<ColumnType> type =
            Arrays.stream(ColumnType.values())
                .filter(each -> each.javaType().isInstance(value))
                .findFirst();
        if (type.isPresent()) {
          return type.get();
        }
      }
    }
    if (paths().contains(field)) {
      return ColumnType.TEXT;
    }
    throw new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot find field: " + field + " (no row in memory has it)",
        "It has " + paths() + ".");
  }

  @Override
  public ResolvedWindow resolve(Window window, EventSchema schema, Optional<Condition> condition) {
    FieldPlan plan = new FieldPlan(schema);
    if (parts.stream().anyMatch(part -> !part.isEmpty())) {
      naturalTypes(plan.paths());
    }
    List<InputPart> inputs = new ArrayList<>();
    List<byte[]> rows = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      inputs.add(new InputPart("memory-" + i, 0, parts.get(i).size(), -1, ""));
      rows.add(MemoryRows.write(parts.get(i), plan));
    }
    return new MemoryWindow(window, schema, condition.orElse(null), inputs, gaps, rows);
  }

  private List<String> paths() {
    return parts.stream()
        .flatMap(List::stream)
        .flatMap(row -> row.keySet().stream())
        .distinct()
        .sorted()
        .toList();
  }
}
