package io.errata.connectors.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Packs events into blocks. One event is begun, gets its values in the order of {@link
 * PackedEvents} (those of the sequence, id, time, type, those of the payload), and is ended; one
 * that is not leaves no trace. Not thread-safe.
 */
public final class EventPacker {
  /** A block is full when it has so many bytes: about as many as a buffer of the network. */
  private static final int BLOCK = 31 << 10;

  /** Room for a block and the event that fills it, if it is one of the usual size. */
  private static final int ROOM = BLOCK + 1024;

  private final PackedEvents form;
  private DataOutputSerializer out = new DataOutputSerializer(ROOM);
  // Behind the last event that was ended.
  private int end;
  private int count;
  private @Nullable Instant newest;

  public EventPacker(PackedEvents form) {
    this.form = form;
  }

  /** Packs an event that has no rejection. */
  public void add(EventRecord event) {
    try {
      reserveHead();
      form.write(event, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end(event.time());
  }

  /** Begins an event that lies at a place. */
  public void begin(String source, long offset) {
    try {
      reserveHead();
      form.writePosition(source, offset, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reserveHead() throws IOException {
    out.setPosition(end);
    out.writeInt(0);
  }

  /** A value of the sequence or the payload, as {@link ValueCodec} takes it. */
  public void value(@Nullable Object value) {
    try {
      ValueCodec.write(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A number of the sequence or the payload as a DECIMAL. */
  public void asDecimal(PlainNumber number) {
    try {
      ValueCodec.writeDecimal(number.unscaled(), number.scale(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id or the type. */
  public void text(CharSequence text) {
    try {
      ValueCodec.writeText(text, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The event time. */
  public void time(Instant time) {
    try {
      PackedEvents.writeTime(time, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends the event.
   *
   * @param time of the event
   */
  public void end(Instant time) {
    int next = out.length();
    ValueCodec.INT_AT.set(out.getSharedBuffer(), end, next - end - EventBlock.HEAD);
    end = next;
    count++;
    if (newest == null || time.isAfter(newest)) {
      newest = time;
    }
  }

  /** Whether the block should go on its way. */
  public boolean isFull() {
    return end >= BLOCK;
  }

  /** What was packed since the last block was taken, or null where that is nothing. */
  public @Nullable EventBlock take() {
    Instant last = newest;
    if (last == null) {
      return null;
    }
    EventBlock block = new EventBlock(out.getSharedBuffer(), end, count, last);
    out = new DataOutputSerializer(ROOM);
    end = 0;
    count = 0;
    newest = null;
    return block;
  }
}
