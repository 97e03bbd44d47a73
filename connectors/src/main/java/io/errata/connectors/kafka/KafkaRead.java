package io.errata.connectors.kafka;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of Kafka, as it travels to the tasks of the job: with the secrets of the
 * connection, which the tasks need.
 *
 * @param keyFormat null where keys are text
 * @param topicIds by topic
 * @param compacted topics in which offsets may have lost their records to compaction
 * @param bounds by {@code topic-partition}
 */
record KafkaRead(
    KafkaOptions options,
    RecordFormat valueFormat,
    @Nullable RecordFormat keyFormat,
    Window window,
    EventSchema schema,
    @Nullable Condition nullableCondition,
    Map<String, String> topicIds,
    Set<String> compacted,
    Map<String, SlackBounds> bounds)
    implements SplitOpener {
  KafkaRead {
    topicIds = new TreeMap<>(topicIds);
    compacted = new TreeSet<>(compacted);
    bounds = new TreeMap<>(bounds);
  }

  FieldPlan plan() {
    return new FieldPlan(schema);
  }

  Optional<Condition> condition() {
    return Optional.ofNullable(nullableCondition);
  }

  EventAssembler assembler() {
    return new EventAssembler(plan(), window, condition());
  }

  /** For one split alone; readers share a connection in a {@link #session()}. */
  @Override
  public SplitCursor open(ReadSplit split) {
    KafkaSession alone = new KafkaSession(this);
    return new KafkaCursor(this, alone, alone, split);
  }

  @Override
  public Session session() {
    return new KafkaSession(this);
  }
}
