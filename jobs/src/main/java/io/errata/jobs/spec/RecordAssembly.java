package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.Secret;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.jobs.spec.EventsSpec.RecordFormatName;
import io.errata.jobs.spec.EventsSpec.RecordSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes what a spec says about the formats of Kafka's records, and checks it. */
final class RecordAssembly {
  private final OptionValues values;
  private final Problems problems;
  private final Function<SpecOption<String>, @Nullable String> credential;
  private final Function<SpecOption<String>, @Nullable String> secret;

  /** Where a schema is named, for values or for keys. */
  private record SchemaOptions(
      String section,
      SpecOption<String> file,
      SpecOption<String> subject,
      SpecOption<Integer> version) {}

  private static final SchemaOptions OF_VALUES =
      new SchemaOptions(
          "events.kafka.schema",
          SpecOptions.KAFKA_SCHEMA_FILE,
          SpecOptions.KAFKA_SCHEMA_SUBJECT,
          SpecOptions.KAFKA_SCHEMA_VERSION);
  private static final SchemaOptions OF_KEYS =
      new SchemaOptions(
          "events.kafka.key-schema",
          SpecOptions.KAFKA_KEY_SCHEMA_FILE,
          SpecOptions.KAFKA_KEY_SCHEMA_SUBJECT,
          SpecOptions.KAFKA_KEY_SCHEMA_VERSION);

  private final @Nullable RecordSpec value;
  private final @Nullable RecordSpec key;

  /**
   * @param credential what references to secrets in a setting stand for
   * @param secret the same for one that must be a reference
   */
  RecordAssembly(
      OptionValues values,
      Problems problems,
      Function<SpecOption<String>, @Nullable String> credential,
      Function<SpecOption<String>, @Nullable String> secret) {
    this.values = values;
    this.problems = problems;
    this.credential = credential;
    this.secret = secret;
    Optional<RegistryOptions> registry = registry();
    this.value = record(SpecOptions.KAFKA_FORMAT, OF_VALUES, registry);
    this.key = record(SpecOptions.KAFKA_KEY_FORMAT, OF_KEYS, registry);
    if (values.isGiven("events.kafka.registry") && !needsRegistry(value) && !needsRegistry(key)) {
      problem("events.kafka.registry", "no format of this spec reads schemas of a registry");
    }
  }

  /** Null where it isn't given, or there are problems. */
  @Nullable RecordSpec value() {
    return value;
  }

  /** Null where it isn't given, or there are problems. */
  @Nullable RecordSpec key() {
    return key;
  }

  private static boolean needsRegistry(@Nullable RecordSpec record) {
    return record != null && record.format() == RecordFormatName.AVRO;
  }

  private @Nullable RecordSpec record(
      SpecOption<RecordFormatName> option,
      SchemaOptions schema,
      Optional<RegistryOptions> registry) {
    RecordFormatName format = values.find(option);
    if (format == null) {
      if (values.isGiven(schema.section()) && !values.isGiven(option.path())) {
        problem(schema.section(), "it needs " + option.path());
      }
      return null;
    }
    if (format == RecordFormatName.JSON) {
      if (values.isGiven(schema.section())) {
        problem(schema.section(), "it is for the format avro only");
      }
      return RecordSpec.of(format);
    }
    if (!values.isGiven("events.kafka.registry")) {
      problem(
          "events.kafka.registry",
          "it is missing: "
              + option.path()
              + ": avro finds the schema of each record there; write registry:"
              + " \"http://host:port\"");
      return null;
    }
    return new RecordSpec(format, registry, choice(schema));
  }

  private Optional<SchemaChoice> choice(SchemaOptions options) {
    String file = values.find(options.file());
    String subject = values.find(options.subject());
    Integer version = values.find(options.version());
    List<String> ofRegistry =
        List.of(options.subject(), options.version()).stream()
            .map(SpecOption::path)
            .filter(values::isGiven)
            .toList();
    if (file != null && !ofRegistry.isEmpty()) {
      problem(
          options.section(), "it has both a file and " + ofRegistry.get(0) + "; keep one of them");
    }
    if (file != null) {
      return Optional.of(new SchemaChoice.OfFile(file));
    }
    return ofRegistry.isEmpty()
        ? Optional.empty()
        : Optional.of(new SchemaChoice.OfSubject(subject, version));
  }

  private Optional<RegistryOptions> registry() {
    if (!values.isGiven("events.kafka.registry")) {
      return Optional.empty();
    }
    String url = credential.apply(SpecOptions.KAFKA_REGISTRY_URL);
    String user = credential.apply(SpecOptions.KAFKA_REGISTRY_USER);
    String password = secret.apply(SpecOptions.KAFKA_REGISTRY_PASSWORD);
    String token = secret.apply(SpecOptions.KAFKA_REGISTRY_TOKEN);
    String ca = credential.apply(SpecOptions.KAFKA_REGISTRY_CA);
    if (url == null || !problems.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RegistryOptions(
              url,
              user,
              password == null ? null : Secret.of(password),
              token == null ? null : Secret.of(token),
              ca,
              RegistryOptions.DEFAULT_TIMEOUT));
    } catch (ErrataException e) {
      problem("events.kafka.registry", e.getMessage() + ". " + e.next());
      return Optional.empty();
    }
  }

  private void problem(String path, String text) {
    problems.add(values.location(path), path, text);
  }
}
