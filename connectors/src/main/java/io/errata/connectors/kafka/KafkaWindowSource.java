package io.errata.connectors.kafka;

import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.format.SchemaCheck;
import io.errata.connectors.kafka.KafkaAdmin.TopicSettings;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.SplitWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Events from Kafka.
 *
 * <p>Offsets are fixed when a window is resolved, and {@link KafkaCursor} reads exactly those on
 * Kafka's own consumer, inside of Errata's own Flink source. Flink's Kafka source was not taken: it
 * ends as FINISHED where retention has deleted the head of a window, its reader gives no word about
 * a split's end, where a receipt has to be made, and it reads a partition as one split, so that
 * more tasks than partitions stand idle.
 *
 * <p>The format of values and keys is another one's: see {@link RecordFormat}.
 */
public final class KafkaWindowSource implements WindowSource {
  /**
   * Large enough that opening a split costs nothing beside reading it, small enough that one large
   * partition keeps several tasks busy.
   */
  private static final long SPLIT_OFFSETS = 250_000;

  private static final long SAMPLED_AT_THE_END = 200;

  private final KafkaOptions options;
  private final RecordFormat valueFormat;
  private final @Nullable RecordFormat keyFormat;
  private final long splitOffsets;
  private @Nullable Fixed fixed;

  /** The formats, with the schemas that were found for some topics. */
  private record Fixed(Set<String> topics, RecordFormat value, @Nullable RecordFormat key) {}

  /**
   * A source.
   *
   * @param keyFormat how keys are decoded into fields; empty where they are text
   */
  public KafkaWindowSource(
      KafkaOptions options, RecordFormat valueFormat, Optional<RecordFormat> keyFormat) {
    this(options, valueFormat, keyFormat.orElse(null), SPLIT_OFFSETS);
  }

  private KafkaWindowSource(
      KafkaOptions options,
      RecordFormat valueFormat,
      @Nullable RecordFormat keyFormat,
      long splitOffsets) {
    this.options = options;
    this.valueFormat = valueFormat;
    this.keyFormat = keyFormat;
    this.splitOffsets = splitOffsets;
  }

  /** The same, cutting partitions into pieces of so many offsets; from 1. */
  public KafkaWindowSource withSplitOffsets(long changed) {
    return new KafkaWindowSource(options, valueFormat, keyFormat, changed);
  }

  /** How far an event's record may be from the event's time, on the side where that is further. */
  public Duration slack() {
    return options.slackBefore().compareTo(options.slackAfter()) > 0
        ? options.slackBefore()
        : options.slackAfter();
  }

  @Override
  public String name() {
    return "kafka " + options.brokers() + " " + options.subject();
  }

  @Override
  public Map<String, ColumnType> naturalTypes(List<String> fields) {
    Map<String, ColumnType> known = knownTypes(fields);
    Map<String, ColumnType> types = new LinkedHashMap<>();
    // There may be no record to see a field in. Coverage finds out why, where one is missing.
    fields.forEach(field -> types.put(field, known.getOrDefault(field, ColumnType.TEXT)));
    return types;
  }

  /**
   * As {@link #naturalTypes}, without the fields of which nothing is known because no record is
   * there.
   */
  public Map<String, ColumnType> knownTypes(List<String> fields) {
    Map<TopicPartition, OffsetRange> ends = new TreeMap<>(OffsetResolver.BY_NAME);
    try (KafkaAdmin admin = KafkaAdmin.connect(options)) {
      Set<TopicPartition> partitions = OffsetResolver.partitions(admin.topics()).keySet();
      Map<TopicPartition, Long> logEnd =
          admin.offsetsOf(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
      admin
          .offsetsOf(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED)
          .forEach(
              (partition, start) -> {
                long end = Math.max(start, logEnd.getOrDefault(partition, start));
                ends.put(
                    partition, new OffsetRange(Math.max(start, end - SAMPLED_AT_THE_END), end));
              });
    }
    KafkaColumns columns = columns(ends, fields, fixed(topics(ends.keySet())));
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String field : fields) {
      if (columns.value().paths().isEmpty() && KafkaField.of(field).isEmpty()) {
        continue;
      }
      @Nullable ColumnType type = SchemaCheck.find(options.subject(), columns, field).type();
      types.put(field, type == null ? ColumnType.TEXT : type);
    }
    return types;
  }

  @Override
  public SplitWindow resolve(Window window, EventSchema schema, Optional<Condition> condition) {
    try (KafkaAdmin admin = KafkaAdmin.connect(options)) {
      OffsetResolver.Resolved resolved = new OffsetResolver(admin, options).resolve(window);
      Map<TopicPartition, OffsetRange> ranges = new TreeMap<>(OffsetResolver.BY_NAME);
      Map<String, String> topicIds = new TreeMap<>();
      Map<String, SlackBounds> bounds = new TreeMap<>();
      for (PartitionSpan span : resolved.spans()) {
        ranges.put(span.partition(), span.range());
        topicIds.put(span.partition().topic(), span.topicId().toString());
        bounds.put(span.name(), span.bounds());
      }
      Fixed formats = fixed(topics(ranges.keySet()));
      KafkaColumns columns = columns(ranges, new FieldPlan(schema).paths(), formats);
      if (!columns.value().paths().isEmpty()) {
        SchemaCheck.check(options.subject(), columns, schema);
      }
      TopicSettings settings = admin.settings(topicIds.keySet());
      List<String> warnings = new ArrayList<>(resolved.warnings());
      warnings.addAll(warnings(settings));
      KafkaRead read =
          new KafkaRead(
              options,
              formats.value(),
              formats.key(),
              window,
              schema,
              condition.orElse(null),
              topicIds,
              settings.compacted(),
              bounds);
      return new KafkaWindow(read, resolved, warnings, splitOffsets);
    }
  }

  private static Set<String> topics(Set<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
  }

  private List<String> warnings(TopicSettings settings) {
    List<String> warnings = new ArrayList<>();
    if (!settings.compacted().isEmpty()) {
      warnings.add(
          "Compaction takes older records away from "
              + String.join(", ", settings.compacted())
              + ": the history is not whole, and offsets without a record are no gap there.");
    }
    if (!settings.stampedByBrokers().isEmpty() && options.offsets().isEmpty()) {
      warnings.add(
          "Records of "
              + String.join(", ", settings.stampedByBrokers())
              + " have the time at which a broker took them (LogAppendTime): an event that came more than "
              + options.slackAfter()
              + " after it happened (events.kafka.slack-after) is not found.");
    }
    if (!settings.hidden().isEmpty()) {
      warnings.add(
          "The settings of "
              + String.join(", ", settings.hidden())
              + " may not be seen (DESCRIBE_CONFIGS): records that compaction took away would be a gap.");
    }
    return warnings;
  }

  /**
   * Asked again only where there are topics that were not there before: what a field's type was
   * settled by is what it is read by.
   */
  private synchronized Fixed fixed(Set<String> topics) {
    Fixed known = fixed;
    if (known == null || !known.topics().containsAll(topics)) {
      known =
          new Fixed(
              topics,
              valueFormat.fixedFor(topics, Part.VALUE),
              keyFormat == null ? null : keyFormat.fixedFor(topics, Part.KEY));
      fixed = known;
    }
    return known;
  }

  /** The fields that there are, as far as they are asked for. */
  private KafkaColumns columns(
      Map<TopicPartition, OffsetRange> ranges, List<String> fields, Fixed formats) {
    boolean sampled =
        formats.value().isSampled() || (formats.key() != null && formats.key().isSampled());
    RecordSample sample =
        sampled
            ? RecordSample.take(
                options,
                ranges,
                records -> {
                  KafkaColumns found = columns(records, formats);
                  return fields.stream().allMatch(found::has);
                })
            : RecordSample.empty();
    return columns(sample, formats);
  }

  private static KafkaColumns columns(RecordSample sample, Fixed formats) {
    try {
      RecordFormat key = formats.key();
      return new KafkaColumns(
          formats.value().columns(sample.values()),
          key == null ? null : key.columns(sample.keys()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
