package io.errata.connectors.record;

import io.errata.connectors.InputPart;
import io.errata.connectors.avro.AvroColumns;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** As {@link AvroRecordFormat}, with the schemas that records are read by. Thread-safe. */
final class FixedAvroFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  private final RegistryOptions options;
  private final TreeMap<String, FixedSchema> readers;
  // One for all decoders of a task, so that each schema is asked for once.
  private transient @Nullable SchemaRegistry registry;

  /**
   * @param readers by topic
   */
  FixedAvroFormat(RegistryOptions options, Map<String, FixedSchema> readers) {
    this.options = options;
    this.readers = new TreeMap<>(readers);
  }

  @Override
  public List<InputPart> schemas() {
    return List.copyOf(
        new LinkedHashSet<>(readers.values().stream().map(FixedSchema::part).toList()));
  }

  @Override
  public SourceColumns columns(List<ConsumerRecord<byte[], byte[]>> sample, Part part) {
    Map<String, SourceColumns> columns = new TreeMap<>();
    parsed().forEach((topic, schema) -> columns.put(topic, new AvroColumns(schema)));
    return new TopicColumns(columns);
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    return new AvroRecordDecoder(new RegistryFraming(registry()), parsed(), paths);
  }

  private synchronized SchemaRegistry registry() {
    SchemaRegistry open = registry;
    if (open == null) {
      open = new SchemaRegistry(options);
      registry = open;
    }
    return open;
  }

  private Map<String, Schema> parsed() {
    Map<String, Schema> schemas = new TreeMap<>();
    readers.forEach(
        (topic, reader) -> {
          try {
            schemas.put(topic, AvroSchemas.parse(reader.text()));
          } catch (ContentException e) {
            throw new IllegalStateException("What was parsed once can be parsed again", e);
          }
        });
    return schemas;
  }
}
