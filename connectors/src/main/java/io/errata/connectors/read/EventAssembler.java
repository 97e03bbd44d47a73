package io.errata.connectors.read;

import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.api.RejectedEventException;
import io.errata.api.RowSchema;
import io.errata.connectors.Window;
import io.errata.connectors.event.AsciiText;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventRule;
import io.errata.connectors.event.PlainNumber;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.expression.Condition;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of rows, leaves out those that are not wanted, and counts. The same for every
 * format, so that an event means the same wherever it lies. One for each split; not thread-safe.
 */
public final class EventAssembler {
  private static final Unreadable WHOLE_ROW = new Unreadable("the whole row can't be decoded");

  /** As many as a file of a petabyte needs. */
  private static final int OFFSET_DIGITS = 15;

  private final FieldPlan plan;
  private final Window window;
  private final @Nullable Condition condition;
  private final RowSchema payloadSchema;
  private final EventField[] sequenceFields;
  private final EventField[] payloadFields;
  // Whether every row of the window whose fields can be decoded is wanted.
  private final boolean isPlain;
  private final @Nullable Object[] values;

  private long read;
  private long inWindow;
  private long filtered;
  private long rejected;
  private @Nullable String rejection;
  private ReadPace pace = ReadPace.unlimited();
  private @Nullable EventPacker packer;

  public EventAssembler(FieldPlan plan, Window window, Optional<Condition> condition) {
    this.plan = plan;
    this.window = window;
    this.condition = condition.orElse(null);
    this.payloadSchema = plan.schema().payloadSchema();
    this.sequenceFields = plan.schema().sequence().toArray(EventField[]::new);
    this.payloadFields = plan.schema().payload().toArray(EventField[]::new);
    this.isPlain = condition.isEmpty() && plan.schema().rules().isEmpty();
    this.values = new @Nullable Object[plan.size()];
  }

  /** From now on asks this pace about each row. */
  public void pace(ReadPace next) {
    this.pace = next;
  }

  /** From now on packs events that have no rejection. */
  public void pack(EventPacker into) {
    this.packer = into;
  }

  /**
   * The event of a decoder's current row, or null where it is not wanted. Where events are packed,
   * one without a rejection gives null, too, as long as its block isn't to go on its way.
   *
   * @param source for the event's position
   */
  public @Nullable SourceRecord assemble(RowDecoder row, String source) {
    return assemble(row, source, source);
  }

  /**
   * As {@link #assemble(RowDecoder, String)}.
   *
   * @param name of the source for ids that are positions: the same wherever the archive lies
   */
  public @Nullable SourceRecord assemble(RowDecoder row, String source, String name) {
    read++;
    pace.row();
    rejection = row.rejection();
    if (rejection != null) {
      rejected++;
      return unreadable(new Position(source, row.offset()), rejection).withRaw(row.raw());
    }
    @Nullable Object time =
        Conversion.time(row.time(), plan.schema().timeUnit(), plan.schema().zone());
    if (time instanceof Instant known) {
      if (!window.contains(known)) {
        return null;
      }
      inWindow++;
    }
    row.values(values);
    EventPacker into = packer;
    if (into != null
        && isPlain
        && time instanceof Instant known
        && pack(into, known, source, row.offset(), name)) {
      return packed(into);
    }
    @Nullable EventRecord event = wanted(event(time, new Position(source, row.offset()), name));
    if (event != null && event.rejection().isPresent()) {
      return event.withRaw(row.raw());
    }
    if (event == null || into == null) {
      return event;
    }
    into.add(event);
    return packed(into);
  }

  /** The block that the last event was packed into, where it goes on its way now. */
  private @Nullable SourceRecord packed(EventPacker into) {
    return into.isFull() || pace.hasWaited() ? into.take() : null;
  }

  /**
   * Packs an event without making one.
   *
   * @return whether nothing of it has to be rejected; otherwise it isn't packed
   */
  private boolean pack(EventPacker into, Instant time, String source, long offset, String name) {
    into.begin(source, offset);
    for (int i = 0; i < sequenceFields.length; i++) {
      if (!pack(into, sequenceFields[i], values[plan.sequence(i)])) {
        return false;
      }
    }
    @Nullable CharSequence id =
        plan.schema().isIdPosition() ? id(name, offset) : text(values[plan.id()]);
    if (id == null) {
      return false;
    }
    into.text(id);
    into.time(time);
    @Nullable Object type = plan.type() < 0 ? null : values[plan.type()];
    @Nullable CharSequence typeText = type == null ? "" : text(type);
    if (typeText == null) {
      return false;
    }
    into.text(typeText);
    for (int i = 0; i < payloadFields.length; i++) {
      if (!pack(into, payloadFields[i], values[plan.payload(i)])) {
        return false;
      }
    }
    into.end(time);
    return true;
  }

  /** The text of an id or type, or null where there is none that can be read. */
  private static @Nullable CharSequence text(@Nullable Object value) {
    return value instanceof AsciiText text
        ? text
        : Conversion.text(value) instanceof String text ? text : null;
  }

  private boolean pack(EventPacker into, EventField field, @Nullable Object value) {
    ColumnType type = field.type();
    if (value instanceof PlainNumber number && type == ColumnType.DECIMAL) {
      into.asDecimal(number);
    } else if ((value instanceof AsciiText && type == ColumnType.TEXT)
        || (value instanceof PlainNumber number && type == ColumnType.LONG && number.isWhole())) {
      into.value(value);
    } else {
      @Nullable Object converted = Conversion.convert(value, type, plan.schema().zone());
      if (converted instanceof Unreadable) {
        return false;
      }
      into.value(converted);
    }
    return true;
  }

  /** Counts a row for which the condition is known not to be true. */
  public void count(RowDecoder row) {
    read++;
    pace.row();
    if (!(Conversion.time(row.time(), plan.schema().timeUnit(), plan.schema().zone())
        instanceof Instant known)) {
      throw new IllegalStateException("a row has no time although it was said to have one");
    }
    if (window.contains(known)) {
      inWindow++;
      filtered++;
    }
  }

  private EventRecord event(@Nullable Object time, Position position, String name) {
    @Nullable String id =
        plan.schema().isIdPosition()
            ? id(name, position.offset())
            : text(Conversion.text(values[plan.id()]), "id", plan.schema().id());
    if (id == null) {
      reject(plan.schema().id() + " (the id): it is missing");
    }
    if (time == null) {
      reject(plan.schema().time() + " (the time): it is missing");
    } else if (time instanceof Unreadable unreadable) {
      reject(plan.schema().time() + " (the time): " + unreadable.reason());
    }
    @Nullable String type =
        plan.type() < 0
            ? null
            : text(Conversion.text(values[plan.type()]), "type", plan.schema().type());
    @Nullable Object[] sequence = new @Nullable Object[sequenceFields.length];
    for (int i = 0; i < sequence.length; i++) {
      @Nullable Object value = converted(sequenceFields[i], values[plan.sequence(i)]);
      sequence[i] = value instanceof Unreadable ? null : value;
    }
    @Nullable Object[] payload = new @Nullable Object[payloadFields.length];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = converted(payloadFields[i], values[plan.payload(i)]);
    }
    return new EventRecord(
        payloadSchema,
        id,
        time instanceof Instant known ? known : null,
        type == null ? "" : type,
        sequence,
        payload,
        position,
        rejection);
  }

  /** Padded, so that events of one time and key are in the order of their file. */
  private static String id(String name, long offset) {
    String digits = Long.toString(offset);
    return name + "@" + "0".repeat(Math.max(0, OFFSET_DIGITS - digits.length())) + digits;
  }

  private @Nullable EventRecord wanted(EventRecord event) {
    if (condition != null) {
      try {
        if (!condition.holds(event)) {
          // An event of unknown time may be one of another window: it was not counted as one of
          // this.
          if (event.knownTime().isPresent()) {
            filtered++;
            return null;
          }
        }
      } catch (RejectedEventException e) {
        if (rejection == null) {
          rejected++;
          return rejectedFor(event, String.valueOf(e.getMessage()));
        }
      }
    }
    if (rejection == null) {
      for (EventRule rule : plan.schema().rules()) {
        if (!rule.passes().holds(event)) {
          rejected++;
          return rejectedFor(event, rule.reason());
        }
      }
      return event;
    }
    rejected++;
    return event;
  }

  private @Nullable Object converted(EventField field, @Nullable Object value) {
    @Nullable Object converted = Conversion.convert(value, field.type(), plan.schema().zone());
    if (converted instanceof Unreadable unreadable) {
      reject(field.path() + ": " + unreadable.reason());
    }
    return converted;
  }

  private @Nullable String text(@Nullable Object value, String role, @Nullable String path) {
    if (value instanceof Unreadable unreadable) {
      reject(path + " (the " + role + "): " + unreadable.reason());
      return null;
    }
    return (String) value;
  }

  /** The first reason stays: the others follow from it more often than not. */
  private void reject(String reason) {
    if (rejection == null) {
      rejection = "Cannot decode " + reason;
    }
  }

  private EventRecord unreadable(Position position, String reason) {
    @Nullable Object[] payload = new @Nullable Object[payloadFields.length];
    Arrays.fill(payload, WHOLE_ROW);
    return new EventRecord(
        payloadSchema,
        null,
        null,
        "",
        new @Nullable Object[sequenceFields.length],
        payload,
        position,
        reason);
  }

  private EventRecord rejectedFor(EventRecord event, String reason) {
    @Nullable Object[] sequence = new @Nullable Object[event.sequenceSize()];
    for (int i = 0; i < sequence.length; i++) {
      sequence[i] = event.sequence(i);
    }
    @Nullable Object[] payload = new @Nullable Object[payloadFields.length];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = event.payload(i);
    }
    return new EventRecord(
        payloadSchema,
        event.knownId().orElse(null),
        event.knownTime().orElse(null),
        event.type(),
        sequence,
        payload,
        event.position(),
        reason);
  }

  /** Writes what was counted so far, as a part of {@link SplitCursor#mark()}. */
  public void writeCounts(DataOutputView out) throws IOException {
    out.writeLong(read);
    out.writeLong(inWindow);
    out.writeLong(filtered);
    out.writeLong(rejected);
  }

  /** Goes on counting from what {@link #writeCounts} wrote. */
  public void readCounts(DataInputView in) throws IOException {
    read = in.readLong();
    inWindow = in.readLong();
    filtered = in.readLong();
    rejected = in.readLong();
  }

  /** What was read so far, as the receipt of a split. */
  public SplitReceipt receipt(ReadSplit split, @Nullable String gap) {
    return receipt(split, null, gap);
  }

  /** The same where rows have offsets that can be missing. */
  public SplitReceipt receipt(
      ReadSplit split, SplitReceipt.@Nullable Offsets offsets, @Nullable String gap) {
    return new SplitReceipt(
        split.splitId(), split.input(), read, inWindow, filtered, rejected, offsets, gap);
  }

  /** How many events of the window there were so far. */
  public long inWindow() {
    return inWindow;
  }
}
