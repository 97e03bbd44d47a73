package io.errata.testkit;

import io.errata.api.Event;
import io.errata.api.Position;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event for tests of workers.
 *
 * @param sequence what orders events of one time, before their ids do
 * @param payload the fields that the worker reads
 */
public record TestEvent(String id, Instant time, long sequence, String type, Row payload)
    implements Event {

  /**
   * An event with sequence 0.
   *
   * @param time ISO 8601, such as {@code 2024-06-10T12:00:00Z}
   * @param reads {@link io.errata.api.Worker#reads()}
   * @param fields the values of some of its columns; the others are null
   * @throws IllegalArgumentException where a value has another type than its column, or there is no
   *     such column
   */
  public static TestEvent of(
      String id,
      String time,
      String type,
      RowSchema reads,
      Map<String, ? extends @Nullable Object> fields) {
    @Nullable Object[] values = new Object[reads.size()];
    Arrays.setAll(values, i -> fields.get(reads.columns().get(i).name()));
    fields.keySet().forEach(reads::ordinal);
    return new TestEvent(id, Instant.parse(time), 0, type, Row.of(reads, values));
  }

  /** The same event with another place among those of its time. */
  public TestEvent withSequence(long place) {
    return new TestEvent(id, time, place, type, payload);
  }

  @Override
  public Position position() {
    return new Position("test", sequence);
  }

  @Override
  public RowSchema schema() {
    return payload.schema();
  }

  @Override
  public @Nullable Object value(String name) {
    return payload.value(name);
  }
}
