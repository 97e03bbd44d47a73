package io.errata.jobs.graph;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.state.digest.CanonicalForm;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What makes two copies of an event the same: event time to the nanosecond, type, and all payload
 * fields but those of the sequence, which a second delivery may change.
 */
final class EventContent {
  private final Set<Integer> leftOut;

  /**
   * @param leftOut ordinals of payload fields that don't count
   */
  EventContent(Set<Integer> leftOut) {
    this.leftOut = new TreeSet<>(leftOut);
  }

  /** Of events of a schema. */
  static EventContent of(EventSchema schema) {
    return new EventContent(sequenceOnly(schema));
  }

  // A field that is part of the sequence and nothing else may differ between deliveries.
  private static Set<Integer> sequenceOnly(EventSchema schema) {
    Set<String> sequence = new TreeSet<>();
    schema.sequence().forEach(field -> sequence.add(field.path()));
    Set<Integer> ordinals = new TreeSet<>();
    for (int i = 0; i < schema.payload().size(); i++) {
      if (sequence.contains(schema.payload().get(i).path())) {
        ordinals.add(i);
      }
    }
    return ordinals;
  }

  /** Which of two copies of equal content is used, whatever the order in which they come. */
  boolean precedes(EventRecord left, EventRecord right) {
    int bySequence = EventOrder.compareSequence(left, right);
    if (bySequence != 0) {
      return bySequence < 0;
    }
    int byExact = exactly(left).compareTo(exactly(right));
    return byExact != 0 ? byExact < 0 : left.position().compareTo(right.position()) < 0;
  }

  /**
   * Whether {@link #of} can fail for an event that was read: a decimal may have more digits than
   * have a form.
   */
  boolean mayBeMissing(EventSchema schema) {
    return schema.payload().stream().anyMatch(field -> field.type() == ColumnType.DECIMAL);
  }

  /** Equal for equal contents, and only for them. */
  String of(EventRecord event) {
    StringBuilder form = new StringBuilder();
    form.append(event.time()).append('\n');
    CanonicalForm.append(form, "the event type", event.type());
    for (int i = 0; i < event.schema().size(); i++) {
      if (!leftOut.contains(i)) {
        append(form, event.schema().columns().get(i).name(), event.payload(i));
      }
    }
    return form.toString();
  }

  /**
   * Tells copies of equal content apart that a worker might still tell apart, such as {@code 1.0}
   * from {@code 1.00}, so that which of them is used doesn't depend on where they lie.
   */
  String exactly(EventRecord event) {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < event.schema().size(); i++) {
      Object value = event.payload(i);
      form.append(value instanceof Double number ? Double.doubleToRawLongBits(number) : value)
          .append('\n');
    }
    return form.toString();
  }

  // The canonical form keeps microseconds, as tables do; events may carry nanoseconds.
  private static void append(StringBuilder form, String name, @Nullable Object value) {
    if (value instanceof Instant time) {
      form.append('s').append(time).append(';');
    } else {
      CanonicalForm.append(form, name, value);
    }
  }
}
