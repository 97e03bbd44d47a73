package io.errata.connectors.record;

import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SchemaFile;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.registry.RegistryOptions;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records in Avro. Each is read with its writer's schema, which its encoding tells, and brought to
 * one reader's schema by Avro's rules.
 */
public final class AvroRecordFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  /** How a record tells its writer's schema. */
  enum Encoding {
    /** By an id in a registry. */
    REGISTRY,
    /** By a fingerprint. */
    SINGLE_OBJECT,
    /** Not at all. */
    PLAIN
  }

  private final Encoding encoding;
  private final @Nullable RegistryOptions registry;
  private final SchemaChoice reader;
  // A file or a folder.
  private final @Nullable String writers;
  private final List<DatedSchema> dated;

  private AvroRecordFormat(
      Encoding encoding,
      @Nullable RegistryOptions registry,
      SchemaChoice reader,
      @Nullable String writers,
      List<DatedSchema> dated) {
    this.encoding = encoding;
    this.registry = registry;
    this.reader = reader;
    this.writers = writers;
    this.dated = List.copyOf(dated);
  }

  /**
   * A byte 0, the id of the writer's schema in a registry in four bytes, and the value.
   *
   * @param reader the schema that all records are brought to
   */
  public static AvroRecordFormat ofRegistry(RegistryOptions registry, SchemaChoice reader) {
    return new AvroRecordFormat(Encoding.REGISTRY, registry, reader, null, List.of());
  }

  /**
   * Avro's single-object encoding: two bytes, the fingerprint of the writer's schema in eight, and
   * the value.
   *
   * @param registry null where all schemas are in files
   * @param reader the schema that all records are brought to; itself one that they may be written
   *     with
   * @param writers a file with a schema that they may be written with, or a folder of such; null
   *     for all versions of the reader's subject
   */
  public static AvroRecordFormat ofSingleObjects(
      @Nullable RegistryOptions registry, SchemaChoice reader, @Nullable String writers) {
    return new AvroRecordFormat(Encoding.SINGLE_OBJECT, registry, reader, writers, List.of());
  }

  /**
   * The value alone.
   *
   * @param registry null where all schemas are in files
   * @param reader the schema that all records are brought to
   * @param writers the schemas that they were written with, by the day of the record's timestamp;
   *     empty where all were written with the reader's
   */
  public static AvroRecordFormat ofPlain(
      @Nullable RegistryOptions registry, SchemaChoice reader, List<DatedSchema> writers) {
    return new AvroRecordFormat(
        Encoding.PLAIN, registry, reader, null, DatedSchema.inOrder(writers));
  }

  @Override
  public RecordFormat fixedFor(Collection<String> topics, Part part) {
    SchemaLookup lookup = new SchemaLookup(registry);
    Map<String, FixedSchema> readers = new TreeMap<>();
    Map<String, ArrayList<FixedWriter>> writersByTopic = new TreeMap<>();
    for (String topic : topics) {
      FixedSchema fixed = lookup.find(reader, topic, part);
      readers.put(topic, fixed);
      writersByTopic.put(topic, writers(fixed, topic, part, lookup));
    }
    return new FixedAvroFormat(encoding, registry, readers, writersByTopic);
  }

  private ArrayList<FixedWriter> writers(
      FixedSchema fixed, String topic, Part part, SchemaLookup lookup) {
    ArrayList<FixedWriter> found = new ArrayList<>();
    if (encoding == Encoding.SINGLE_OBJECT) {
      found.add(FixedWriter.ofAnyTime(fixed));
      if (writers != null) {
        SchemaFile.list(writers)
            .forEach(file -> found.add(FixedWriter.ofAnyTime(lookup.ofFile(file))));
      } else if (reader instanceof SchemaChoice.OfSubject subject) {
        lookup.versions(subject, topic, part).stream()
            .map(FixedWriter::ofAnyTime)
            .forEach(found::add);
      }
    } else if (encoding == Encoding.PLAIN && dated.isEmpty()) {
      found.add(FixedWriter.ofAnyTime(fixed));
    } else if (encoding == Encoding.PLAIN) {
      for (DatedSchema each : dated) {
        found.add(
            new FixedWriter(
                lookup.find(each.schema(), topic, part),
                millis(each.from(), Long.MIN_VALUE),
                millis(each.to(), Long.MAX_VALUE)));
      }
    }
    return found;
  }

  private static long millis(@Nullable LocalDate day, long otherwise) {
    return day == null ? otherwise : day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
  }

  @Override
  public SourceColumns columns(List<byte[]> sample) {
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
