package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SchemaFile;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import io.errata.connectors.registry.SchemaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the schemas that a spec names, once, so that they can be fixed. */
final class SchemaLookup {
  private final @Nullable RegistryOptions options;
  private final @Nullable SchemaRegistry registry;

  SchemaLookup(@Nullable RegistryOptions options) {
    this.options = options;
    this.registry = options == null ? null : new SchemaRegistry(options);
  }

  /** The one that a choice stands for now. */
  FixedSchema find(SchemaChoice choice, String topic, Part part) {
    if (choice instanceof SchemaChoice.OfFile file) {
      return ofFile(file.path());
    }
    SchemaChoice.OfSubject named = (SchemaChoice.OfSubject) choice;
    String subject = subject(named, topic, part);
    @Nullable Integer number = named.version();
    SchemaRegistry asked = registry(subject);
    Optional<SchemaVersion> found =
        number == null ? asked.findLatest(subject) : asked.find(subject, number);
    return ofVersion(
        found.orElseThrow(
            () ->
                noSuch(
                    (number == null ? "" : "version " + number + " of ") + "subject " + subject)));
  }

  /** All versions of a choice's subject. */
  List<FixedSchema> versions(SchemaChoice.OfSubject choice, String topic, Part part) {
    String subject = subject(choice, topic, part);
    SchemaRegistry asked = registry(subject);
    List<FixedSchema> versions = new ArrayList<>();
    for (int number : asked.versions(subject)) {
      asked.find(subject, number).ifPresent(version -> versions.add(ofVersion(version)));
    }
    return versions;
  }

  FixedSchema ofFile(String path) {
    String name = "file " + path;
    try {
      return new FixedSchema(name, AvroSchema.parse(SchemaFile.read(path)).toString());
    } catch (ContentException e) {
      throw unreadable(name, e);
    }
  }

  private FixedSchema ofVersion(SchemaVersion version) {
    try {
      SchemaRegistry asked = registry(version.subject());
      return new FixedSchema(version.text(), AvroSchemas.parse(version.schema(), asked).toString());
    } catch (ContentException e) {
      throw unreadable(version.text(), e);
    }
  }

  private static String subject(SchemaChoice.OfSubject choice, String topic, Part part) {
    return choice.subject() != null
        ? choice.subject()
        : topic + (part == Part.KEY ? "-key" : "-value");
  }

  private SchemaRegistry registry(String subject) {
    if (registry == null) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot find the schema to read by: no registry is named that could have subject "
              + subject,
          "Give the registry in events.kafka.registry, or a file in events.kafka.schema.file.");
    }
    return registry;
  }

  private ErrataException noSuch(String what) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot find the schema to read by: the schema registry "
            + (options == null ? "" : options.url())
            + " has no "
            + what,
        "Name the subject in events.kafka.schema.subject, or give a file in"
            + " events.kafka.schema.file.");
  }

  static ErrataException unreadable(String name, ContentException e) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot read by the schema " + name + ": " + e.getMessage(),
        "Name another one in events.kafka.schema, or set events.kafka.format to what the records"
            + " hold.",
        e);
  }
}
