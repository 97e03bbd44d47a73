package io.errata.connectors.expression;

import io.errata.api.Bucket;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The start of the bucket that a time lies in: a DATE for whole days and more, a TIMESTAMP for
 * hours and minutes.
 */
record BucketNode(Node time, Bucket bucket) implements Node {
  @Override
  public List<Node> children() {
    return List.of(time);
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    BoundNode bound = time.bindBeside(ColumnType.TIMESTAMP, fields);
    if (bound.type() != null && bound.type() != ColumnType.TIMESTAMP) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot use " + this + ": the type of " + time + " is " + bound.type() + " (TIMESTAMP)",
          "Give it a time. Where the source keeps times as text, give their type in events.fields.types.");
    }
    boolean dated = impliedType() == ColumnType.DATE;
    return BoundNode.of(
        impliedType(),
        event -> {
          Object value = bound.value(event);
          if (value == null) {
            return null;
          }
          try {
            Instant start = bucket.start((Instant) value);
            return dated ? start.atZone(bucket.zone()).toLocalDate() : start;
          } catch (DateTimeException e) {
            RejectedEventException rejected =
                new RejectedEventException(
                    "Cannot compute " + this + ": the time is at the end of what times can be");
            rejected.initCause(e);
            throw rejected;
          }
        });
  }

  @Override
  public ColumnType impliedType() {
    return switch (bucket.unit()) {
      case MINUTE, HOUR -> ColumnType.TIMESTAMP;
      case DAY, WEEK, MONTH, YEAR -> ColumnType.DATE;
    };
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    time.collectTypes(types, ColumnType.TIMESTAMP);
  }

  @Override
  public String toString() {
    return bucket.unit().name().toLowerCase(Locale.ROOT)
        + "("
        + time
        + ", '"
        + bucket.zone()
        + "')";
  }
}
