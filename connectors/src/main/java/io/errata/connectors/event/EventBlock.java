package io.errata.connectors.event;

import java.time.Instant;

/**
 * Many events of one split, none with a rejection, each as {@link PackedEvents} writes it behind
 * its size in bytes (32 bits, the most significant byte first).
 *
 * @param bytes not to be changed
 * @param length of what is used of the array
 * @param count of the events, at least one
 * @param newest the latest of their event times
 */
@SuppressWarnings("ArrayRecordComponent")
public record EventBlock(byte[] bytes, int length, int count, Instant newest)
    implements SourceRecord {
  /** Bytes before an event. */
  public static final int HEAD = Integer.BYTES;

  /** How many bytes the event has whose head begins at a place. */
  public int size(int at) {
    return (int) ValueCodec.INT_AT.get(bytes, at);
  }

  /** Its size alone: payloads don't belong in logs. */
  @Override
  public String toString() {
    return count + " events";
  }
}
