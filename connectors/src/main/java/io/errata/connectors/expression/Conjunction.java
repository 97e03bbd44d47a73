package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.Fields;
import io.errata.api.RejectedEventException;
import io.errata.api.RowSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** True where all conditions are. */
record Conjunction(List<Condition> conditions) implements Condition {
  Conjunction {
    conditions = List.copyOf(conditions);
  }

  @Override
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    conditions.forEach(condition -> fields.addAll(condition.fields()));
    return fields;
  }

  @Override
  public boolean holds(Fields event) {
    @Nullable RejectedEventException unreadable = null;
    for (Condition condition : conditions) {
      try {
        if (!condition.holds(event)) {
          return false;
        }
      } catch (RejectedEventException e) {
        // A later condition may be false, and then this one doesn't decide.
        unreadable = unreadable == null ? e : unreadable;
      }
    }
    if (unreadable != null) {
      throw unreadable;
    }
    return true;
  }

  @Override
  public Map<String, ColumnType> wantedTypes() {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    conditions.forEach(condition -> condition.wantedTypes().forEach(types::putIfAbsent));
    return types;
  }

  @Override
  public void check(RowSchema schema) {
    conditions.forEach(condition -> condition.check(schema));
  }

  @Override
  public List<Comparison> conjuncts(RowSchema schema) {
    List<Comparison> comparisons = new ArrayList<>();
    conditions.forEach(condition -> comparisons.addAll(condition.conjuncts(schema)));
    return comparisons;
  }

  @Override
  public String toString() {
    return conditions.stream()
        .map(condition -> "(" + condition + ")")
        .collect(Collectors.joining(" and "));
  }
}
