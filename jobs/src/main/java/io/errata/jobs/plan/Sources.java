package io.errata.jobs.plan;

import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.kafka.JsonRecordFormat;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.record.AvroRecordFormat;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.stitch.StitchedWindowSource;
import io.errata.jobs.spec.EventsSpec;
import io.errata.jobs.spec.EventsSpec.KafkaSpec;
import io.errata.jobs.spec.EventsSpec.RecordSpec;

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

  private static KafkaWindowSource kafka(KafkaSpec kafka) {
    return new KafkaWindowSource(
        kafka.options(), format(kafka.value()), kafka.key().map(Sources::format));
  }

  private static RecordFormat format(RecordSpec record) {
    return switch (record.format()) {
      case JSON -> new JsonRecordFormat();
      case AVRO ->
          new AvroRecordFormat(
              record.registry().orElseThrow(), record.schema().orElse(SchemaChoice.LATEST));
    };
  }
}
