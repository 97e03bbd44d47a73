package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import io.errata.connectors.registry.SchemaVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records in Avro whose writer's schema is in a registry: a byte 0, the schema's id in four bytes
 * (big-endian), and the value in Avro's binary encoding. Each is read with its writer's schema, and
 * brought to one reader's schema by Avro's rules.
 */
public final class AvroRecordFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  private final RegistryOptions registry;
  private final SchemaChoice reader;

  /**
   * A format.
   *
   * @param registry where the writers' schemas are
   * @param reader the schema that all records are brought to
   */
  public AvroRecordFormat(RegistryOptions registry, SchemaChoice reader) {
    this.registry = registry;
    this.reader = reader;
  }

  @Override
  public RecordFormat fixedFor(Collection<String> topics, Part part) {
    SchemaRegistry asked = new SchemaRegistry(registry);
    Map<String, FixedSchema> readers = new TreeMap<>();
    for (String topic : topics) {
      readers.put(topic, reader(topic, part, asked));
    }
    return new FixedAvroFormat(registry, readers);
  }

  private FixedSchema reader(String topic, Part part, SchemaRegistry asked) {
    String name = "";
    try {
      if (reader instanceof SchemaChoice.OfFile file) {
        name = "file " + file.path();
        return new FixedSchema(name, AvroSchemas.parse(SchemaFile.read(file.path())).toString());
      }
      SchemaChoice.OfSubject choice = (SchemaChoice.OfSubject) reader;
      String subject =
          choice.subject() != null
              ? choice.subject()
              : topic + (part == Part.KEY ? "-key" : "-value");
      SchemaVersion version = version(subject, choice.version(), asked);
      name = version.text();
      return new FixedSchema(name, AvroSchemas.parse(version.schema(), asked).toString());
    } catch (ContentException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read by the schema " + name + ": " + e.getMessage(),
          "Name another one in events.kafka.schema, or set events.kafka.format to what the records"
              + " hold.",
          e);
    }
  }

  private SchemaVersion version(String subject, @Nullable Integer number, SchemaRegistry asked) {
    Optional<SchemaVersion> found =
        number == null ? asked.findLatest(subject) : asked.find(subject, number);
    return found.orElseThrow(
        () ->
            new ErrataException(
                ErrorCode.INVALID_SOURCE,
                "Cannot find the schema to read by: the schema registry "
                    + registry.url()
                    + " has no "
                    + (number == null ? "" : "version " + number + " of ")
                    + "subject "
                    + subject,
                "Name the subject in events.kafka.schema.subject, or give a file in"
                    + " events.kafka.schema.file."));
  }

  @Override
  public SourceColumns columns(List<ConsumerRecord<byte[], byte[]>> sample, Part part) {
    throw unfixed();
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    throw unfixed();
  }

  private static IllegalStateException unfixed() {
    return new IllegalStateException("Records are read by a schema that was fixed before");
  }
}
