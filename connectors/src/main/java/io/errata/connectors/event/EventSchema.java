package io.errata.connectors.event;

import io.errata.api.RowSchema;
import java.io.Serializable;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of an event are decoded, and what they mean.
 *
 * @param id the path of the event id; any type, taken as text. {@link #POSITION} where events have
 *     none: then each row is an event of its own
 * @param time the path of the event time: a timestamp, ISO 8601 text with a zone, or an integer of
 *     {@code timeUnit}
 * @param timeUnit what an integer time counts since 1970-01-01T00:00:00Z
 * @param zone of times in text that are written without one; null where such a time can't be read
 * @param type the path of the event type, or null where events have none
 * @param sequence paths that order events of one time; INT, LONG or TEXT
 * @param payload the fields that the worker, its key and the condition use, distinct; id, time,
 *     type, sequence and rules only where they are used as such
 * @param rules what a wanted event must keep to; their fields are in the payload
 */
public record EventSchema(
    String id,
    String time,
    TimeUnit timeUnit,
    @Nullable ZoneId zone,
    @Nullable String type,
    List<EventField> sequence,
    List<EventField> payload,
    List<EventRule> rules)
    implements Serializable {
  /** In place of the path of an id: where an event lies is what tells it from others. */
  public static final String POSITION = "$position";

  /** Of events whose times all have a zone, and that need keep to no rules. */
  public EventSchema(
      String id,
      String time,
      TimeUnit timeUnit,
      @Nullable String type,
      List<EventField> sequence,
      List<EventField> payload) {
    this(id, time, timeUnit, null, type, sequence, payload);
  }

  /** Of events that need keep to no rules. */
  public EventSchema(
      String id,
      String time,
      TimeUnit timeUnit,
      @Nullable ZoneId zone,
      @Nullable String type,
      List<EventField> sequence,
      List<EventField> payload) {
    this(id, time, timeUnit, zone, type, sequence, payload, List.of());
  }

  public EventSchema {
    rules = List.copyOf(rules);
    sequence = List.copyOf(sequence);
    payload = List.copyOf(payload);
  }

  /** What an integer time counts. */
  public enum TimeUnit {
    SECONDS,
    MILLIS,
    MICROS,
    NANOS
  }

  /** Whether events have no id, and are told apart by where they lie. */
  public boolean isIdPosition() {
    return id.equals(POSITION);
  }

  public Optional<String> typePath() {
    return Optional.ofNullable(type);
  }

  /** The same without what says nothing of how an event is written: zone and rules. */
  EventSchema layout() {
    return new EventSchema(id, time, timeUnit, null, type, sequence, payload, List.of());
  }

  /** The schema of {@link EventRecord#schema()}. */
  public RowSchema payloadSchema() {
    return RowSchema.of(payload.stream().map(EventField::column).toList());
  }
}
