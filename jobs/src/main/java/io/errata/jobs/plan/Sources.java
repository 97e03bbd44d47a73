package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.record.AvroRecordFormat;
import io.errata.connectors.record.CheckedJsonFormat;
import io.errata.connectors.record.CsvRecordFormat;
import io.errata.connectors.record.DatedSchema;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.stitch.StitchedWindowSource;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.spec.EventsSpec;
import io.errata.jobs.spec.EventsSpec.KafkaSpec;
import io.errata.jobs.spec.EventsSpec.RecordSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The source that a spec names. */
final class Sources {
  private Sources() {}

  /** Makes it, and connects to nothing yet. */
  static WindowSource of(EventsSpec events) {
    if (events.kafka().isPresent() && events.archive().isPresent()) {
      return new StitchedWindowSource(
          new ArchiveWindowSource(events.archive().get()),
          kafka(events.kafka().get()),
          events.use());
    }
    return events.kafka().isPresent()
        ? kafka(events.kafka().get())
        : new ArchiveWindowSource(events.archive().orElseThrow());
  }

  /**
   * Both of them, to be compared.
   *
   * @throws ErrataException INVALID_SPEC where the spec has only one
   */
  static StitchedWindowSource both(EventsSpec events) {
    if (events.kafka().isEmpty() || events.archive().isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot compare Kafka with the archive: the spec has only one of them",
          "Give both events.kafka and events.archive.");
    }
    return new StitchedWindowSource(
        new ArchiveWindowSource(events.archive().get()), kafka(events.kafka().get()), Use.BOTH);
  }

  private static KafkaWindowSource kafka(KafkaSpec kafka) {
    return new KafkaWindowSource(
        kafka.options(), format(kafka.value()), kafka.key().map(Sources::format));
  }

  private static RecordFormat format(RecordSpec record) {
    @Nullable RegistryOptions registry = record.registry().orElse(null);
    SchemaChoice reader = record.schema().orElse(SchemaChoice.LATEST);
    return switch (record.format()) {
      case JSON ->
          reader instanceof SchemaChoice.OfFile file
              ? new CheckedJsonFormat(file.path())
              : new JsonRecordFormat();
      case AVRO -> AvroRecordFormat.ofRegistry(record.registry().orElseThrow(), reader);
      case AVRO_SINGLE_OBJECT ->
          AvroRecordFormat.ofSingleObjects(registry, reader, record.writers().orElse(null));
      case AVRO_PLAIN ->
          AvroRecordFormat.ofPlain(
              registry,
              record.schema().orElseGet(() -> lastOf(record.dated()).schema()),
              record.dated());
      case CSV -> new CsvRecordFormat(record.columns(), record.delimiter());
    };
  }

  private static DatedSchema lastOf(List<DatedSchema> schemas) {
    return schemas.get(schemas.size() - 1);
  }
}
