package io.errata.jobs.spec;

import io.errata.api.ColumnType;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.event.EventRule;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.record.DatedSchema;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where events come from.
 *
 * @param archive files, where events are read from an archive; one of the two is there, or both
 * @param kafka topics, where events are read from Kafka
 * @param use which is read where both are there
 * @param fields what the fields are called
 * @param rules what events must keep to; one that doesn't is rejected
 * @param quarantine ids of events that are not to be used: their keys go into quarantine
 */
public record EventsSpec(
    Optional<ArchiveOptions> archive,
    Optional<KafkaSpec> kafka,
    Use use,
    FieldsSpec fields,
    List<EventRule> rules,
    List<String> quarantine) {
  public EventsSpec {
    rules = List.copyOf(rules);
    quarantine = List.copyOf(quarantine);
  }

  /**
   * Which topics, and what their records hold.
   *
   * @param options which topics are read, and how
   * @param value what the values hold
   * @param key what the keys hold, where they have fields; else they are text
   */
  public record KafkaSpec(KafkaOptions options, RecordSpec value, Optional<RecordSpec> key) {}

  /**
   * What the bytes of a record hold, and how their schema is found.
   *
   * @param format what they hold
   * @param registry where schemas are registered, where the format needs it
   * @param schema which schema they are read by, where the spec says it
   * @param writers a file or folder with the schemas that they were written with, where the spec
   *     names it
   * @param dated the schemas that they were written with by the day
   * @param columns of CSV
   * @param delimiter of CSV
   */
  public record RecordSpec(
      RecordFormatName format,
      Optional<RegistryOptions> registry,
      Optional<SchemaChoice> schema,
      Optional<String> writers,
      List<DatedSchema> dated,
      List<String> columns,
      char delimiter) {
    public RecordSpec {
      dated = List.copyOf(dated);
      columns = List.copyOf(columns);
    }

    /** A format that needs no schema. */
    public static RecordSpec of(RecordFormatName format) {
      return of(format, Optional.empty(), Optional.empty());
    }

    /** One with a schema. */
    public static RecordSpec of(
        RecordFormatName format,
        Optional<RegistryOptions> registry,
        Optional<SchemaChoice> schema) {
      return new RecordSpec(format, registry, schema, Optional.empty(), List.of(), List.of(), ',');
    }
  }

  /** What the bytes of a record hold. */
  public enum RecordFormatName {
    /** One JSON object, UTF-8. */
    JSON,
    /** The id of a schema in a registry, and a value in Avro. */
    AVRO,
    /** Avro's single-object encoding: the fingerprint of a schema, and a value. */
    AVRO_SINGLE_OBJECT,
    /** A value in Avro and nothing else. */
    AVRO_PLAIN,
    /** One row of CSV, UTF-8. */
    CSV
  }

  /**
   * What the fields of an event are called; dotted paths.
   *
   * @param id the event id
   * @param time the event time
   * @param timeUnit what an integer time counts
   * @param zone of times that are written without one
   * @param type the event type, where there is one
   * @param sequence what orders events of one time
   * @param types types of fields that the format doesn't tell, as for CSV
   */
  public record FieldsSpec(
      String id,
      String time,
      TimeUnit timeUnit,
      Optional<ZoneId> zone,
      Optional<String> type,
      List<String> sequence,
      Map<String, ColumnType> types) {
    /** With times that all have a zone. */
    public FieldsSpec(
        String id,
        String time,
        TimeUnit timeUnit,
        Optional<String> type,
        List<String> sequence,
        Map<String, ColumnType> types) {
      this(id, time, timeUnit, Optional.empty(), type, sequence, types);
    }

    public FieldsSpec {
      sequence = List.copyOf(sequence);
      types = Map.copyOf(types);
    }
  }
}
