package io.errata.connectors.kafka;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.expression.Comparison;
import io.errata.connectors.expression.Comparison.Operator;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.ValueOrder;
import io.errata.connectors.read.Conversion;
import io.errata.connectors.read.FieldPlan;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a filter says of Kafka's own fields: the key, the headers, where a record lies. It can be
 * asked before the value is decoded, and where it says no, the whole filter does.
 */
final class EarlyConditions {
  private final List<Early> all;
  private final @Nullable ZoneId zone;

  private record Early(int ordinal, ColumnType type, Operator operator, Object literal) {}

  private EarlyConditions(List<Early> all, @Nullable ZoneId zone) {
    this.all = all;
    this.zone = zone;
  }

  static EarlyConditions of(FieldPlan plan, Optional<Condition> condition) {
    EventSchema schema = plan.schema();
    List<Early> all = new ArrayList<>();
    if (condition.isPresent()) {
      for (Comparison each : condition.get().conjuncts(schema.payloadSchema())) {
        for (EventField field : schema.payload()) {
          if (field.path().equals(each.path()) && KafkaField.of(field.path()).isPresent()) {
            all.add(
                new Early(
                    plan.paths().indexOf(field.path()),
                    field.type(),
                    each.operator(),
                    each.literal()));
          }
        }
      }
    }
    return new EarlyConditions(List.copyOf(all), schema.zone());
  }

  /**
   * Whether the filter can't be true, whatever the value holds.
   *
   * @param values the row's, in which Kafka's own fields are known
   */
  boolean refuse(@Nullable Object[] values) {
    for (Early each : all) {
      @Nullable Object value = Conversion.convert(values[each.ordinal()], each.type(), zone);
      // What can't be read is for the filter itself to see.
      if (value == null
          || (!(value instanceof Unreadable)
              && !each.operator().accepts(ValueOrder.INSTANCE.compare(value, each.literal())))) {
        return true;
      }
    }
    return false;
  }
}
