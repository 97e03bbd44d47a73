package io.errata.connectors.event;

import io.errata.api.Event;
import io.errata.api.Position;
import io.errata.api.RowSchema;
import io.errata.api.UnreadableFieldException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way through the job. Where it could not be decoded as a whole it has a rejection;
 * what could be decoded is there all the same, so that its key may be known, and what could not
 * throws when it is read.
 *
 * <p>Immutable; arrays passed in must not be changed afterwards.
 */
public final class EventRecord implements Event, SourceRecord {
  private final RowSchema schema;
  private final @Nullable String id;
  private final @Nullable Instant time;
  private final String type;
  private final @Nullable Object[] sequence;
  private final @Nullable Object[] payload;
  private final Position position;
  private final @Nullable String rejection;
  private final @Nullable RawEvent raw;

  /**
   * @param schema {@link EventSchema#payloadSchema()}; one instance for all events of a job
   * @param id null only with a rejection
   * @param time null only with a rejection
   * @param type empty where there is none
   * @param sequence values of {@link EventSchema#sequence()}: Integer, Long, String or null
   * @param payload values of {@link EventSchema#payload()}, null, or {@link Unreadable}
   * @param rejection why the event can't be used, without its values, or null
   */
  public EventRecord(
      RowSchema schema,
      @Nullable String id,
      @Nullable Instant time,
      String type,
      @Nullable Object[] sequence,
      @Nullable Object[] payload,
      Position position,
      @Nullable String rejection) {
    this(schema, id, time, type, sequence, payload, position, rejection, null);
  }

  private EventRecord(
      RowSchema schema,
      @Nullable String id,
      @Nullable Instant time,
      String type,
      @Nullable Object[] sequence,
      @Nullable Object[] payload,
      Position position,
      @Nullable String rejection,
      @Nullable RawEvent raw) {
    this.schema = schema;
    this.id = id;
    this.time = time;
    this.type = type;
    this.sequence = sequence;
    this.payload = payload;
    this.position = position;
    this.rejection = rejection;
    this.raw = raw;
  }

  @Override
  public String id() {
    if (id == null) {
      throw new UnreadableFieldException("id", "the event has none that can be read");
    }
    return id;
  }

  @Override
  public Instant time() {
    if (time == null) {
      throw new UnreadableFieldException("time", "the event has none that can be read");
    }
    return time;
  }

  /** The id where there is one. */
  public Optional<String> knownId() {
    return Optional.ofNullable(id);
  }

  /** The event time where there is one. */
  public Optional<Instant> knownTime() {
    return Optional.ofNullable(time);
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public Position position() {
    return position;
  }

  /** Why this event can't be used. */
  public Optional<String> rejection() {
    return Optional.ofNullable(rejection);
  }

  /** What it was decoded from; only where there is a rejection, and the source has it. */
  public Optional<RawEvent> raw() {
    return Optional.ofNullable(raw);
  }

  /** This event, with what it was decoded from. */
  public EventRecord withRaw(@Nullable RawEvent changed) {
    return new EventRecord(schema, id, time, type, sequence, payload, position, rejection, changed);
  }

  /** The value of the sequence field at a place, from 0. */
  public @Nullable Object sequence(int ordinal) {
    return sequence[ordinal];
  }

  public int sequenceSize() {
    return sequence.length;
  }

  /**
   * The value at a place of the payload: null, a value, or {@link Unreadable}; never throws for the
   * latter.
   */
  public @Nullable Object payload(int ordinal) {
    return payload[ordinal];
  }

  @Override
  public RowSchema schema() {
    return schema;
  }

  @Override
  public @Nullable Object value(String name) {
    Object value = payload[schema.ordinal(name)];
    if (value instanceof Unreadable unreadable) {
      throw new UnreadableFieldException(name, unreadable.reason());
    }
    return value;
  }

  /** The position alone: payloads don't belong in logs. */
  @Override
  public String toString() {
    return "event at " + position;
  }
}
