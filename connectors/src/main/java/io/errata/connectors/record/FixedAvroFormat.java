package io.errata.connectors.record;

import io.errata.connectors.InputPart;
import io.errata.connectors.avro.AvroColumns;
import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.record.AvroRecordFormat.Encoding;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** As {@link AvroRecordFormat}, with the schemas that records are read by. Thread-safe. */
final class FixedAvroFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  private final Encoding encoding;
  private final @Nullable RegistryOptions options;
  private final TreeMap<String, FixedSchema> readers;
  private final TreeMap<String, ArrayList<FixedWriter>> writers;
  // One for all decoders of a task, so that each schema is asked for once.
  private transient @Nullable SchemaRegistry registry;

  /**
   * @param readers by topic
   * @param writers by topic; empty where a registry has them
   */
  FixedAvroFormat(
      Encoding encoding,
      @Nullable RegistryOptions options,
      Map<String, FixedSchema> readers,
      Map<String, ArrayList<FixedWriter>> writers) {
    this.encoding = encoding;
    this.options = options;
    this.readers = new TreeMap<>(readers);
    this.writers = new TreeMap<>(writers);
  }

  @Override
  public List<InputPart> schemas() {
    Set<InputPart> parts = new LinkedHashSet<>();
    readers.values().forEach(reader -> parts.add(reader.part()));
    writers.values().stream().flatMap(List::stream).forEach(w -> parts.add(w.schema().part()));
    return List.copyOf(parts);
  }

  @Override
  public SourceColumns columns(List<byte[]> sample) {
    Map<String, SourceColumns> columns = new TreeMap<>();
    parsedReaders().forEach((topic, schema) -> columns.put(topic, new AvroColumns(schema)));
    return new TopicColumns(columns);
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    AvroFraming framing =
        switch (encoding) {
          case REGISTRY -> new RegistryFraming(registry());
          case SINGLE_OBJECT ->
              new FingerprintFraming(
                  writers.values().stream()
                      .flatMap(List::stream)
                      .map(writer -> parsed(writer.schema()))
                      .toList());
          case PLAIN -> new DateFraming(datedWriters());
        };
    return new AvroRecordDecoder(framing, parsedReaders(), paths);
  }

  private synchronized SchemaRegistry registry() {
    SchemaRegistry open = registry;
    if (open == null) {
      if (options == null) {
        throw new IllegalStateException("Ids are those of a registry");
      }
      open = new SchemaRegistry(options);
      registry = open;
    }
    return open;
  }

  private Map<String, Schema> parsedReaders() {
    Map<String, Schema> schemas = new TreeMap<>();
    readers.forEach((topic, reader) -> schemas.put(topic, parsed(reader)));
    return schemas;
  }

  private Map<String, List<DateFraming.Days>> datedWriters() {
    Map<String, List<DateFraming.Days>> dated = new TreeMap<>();
    writers.forEach(
        (topic, all) ->
            dated.put(
                topic,
                all.stream()
                    .map(
                        writer ->
                            new DateFraming.Days(
                                writer.from(),
                                writer.to(),
                                writer.schema().name(),
                                parsed(writer.schema())))
                    .toList()));
    return dated;
  }

  private static Schema parsed(FixedSchema schema) {
    try {
      return AvroSchema.parse(schema.text());
    } catch (ContentException e) {
      throw new IllegalStateException("What was parsed once can be parsed again", e);
    }
  }
}
