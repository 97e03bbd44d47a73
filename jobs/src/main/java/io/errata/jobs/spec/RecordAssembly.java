package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.Secret;
import io.errata.connectors.record.DatedSchema;
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
      SpecOption<Integer> version,
      SpecOption<String> writers,
      SpecOption<List<String>> columns) {}

  private static final SchemaOptions OF_VALUES =
      new SchemaOptions(
          "events.kafka.schema",
          SpecOptions.KAFKA_SCHEMA_FILE,
          SpecOptions.KAFKA_SCHEMA_SUBJECT,
          SpecOptions.KAFKA_SCHEMA_VERSION,
          SpecOptions.KAFKA_SCHEMA_WRITERS,
          SpecOptions.KAFKA_COLUMNS);
  private static final SchemaOptions OF_KEYS =
      new SchemaOptions(
          "events.kafka.key-schema",
          SpecOptions.KAFKA_KEY_SCHEMA_FILE,
          SpecOptions.KAFKA_KEY_SCHEMA_SUBJECT,
          SpecOptions.KAFKA_KEY_SCHEMA_VERSION,
          SpecOptions.KAFKA_KEY_SCHEMA_WRITERS,
          SpecOptions.KAFKA_KEY_COLUMNS);

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
    if (values.isGiven("events.kafka.registry")
        && problems.isEmpty()
        && !needsRegistry(value)
        && !needsRegistry(key)) {
      problem("events.kafka.registry", "no format of this spec reads schemas of a registry");
    }
    if (values.isGiven(SpecOptions.KAFKA_DELIMITER.path()) && !isCsv(value) && !isCsv(key)) {
      problem(SpecOptions.KAFKA_DELIMITER.path(), "it is for the format csv only");
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

  private static boolean isCsv(@Nullable RecordSpec record) {
    return record != null && record.format() == RecordFormatName.CSV;
  }

  private static boolean needsRegistry(@Nullable RecordSpec record) {
    return record != null
        && record.format() != RecordFormatName.JSON
        && record.format() != RecordFormatName.CSV
        && (record.format() == RecordFormatName.AVRO
            || record.schema().filter(SchemaChoice.OfSubject.class::isInstance).isPresent()
            || (record.format() == RecordFormatName.AVRO_SINGLE_OBJECT && record.schema().isEmpty())
            || record.dated().stream()
                .anyMatch(each -> each.schema() instanceof SchemaChoice.OfSubject));
  }

  private @Nullable RecordSpec record(
      SpecOption<RecordFormatName> option,
      SchemaOptions schema,
      Optional<RegistryOptions> registry) {
    RecordFormatName format = values.find(option);
    if (format == null) {
      if (!values.isGiven(option.path())) {
        for (String path : List.of(schema.section(), schema.columns().path())) {
          if (values.isGiven(path)) {
            problem(path, "it needs " + option.path());
          }
        }
      }
      return null;
    }
    int before = problems.count();
    refuseWhatIsForOthers(format, option, schema);
    List<DatedSchema> dated =
        schema == OF_VALUES
            ? Optional.ofNullable(values.find(SpecOptions.KAFKA_SCHEMAS)).orElse(List.of())
            : List.of();
    RecordSpec record =
        new RecordSpec(
            format,
            registry,
            choice(schema),
            Optional.ofNullable(values.find(schema.writers())),
            dated,
            Optional.ofNullable(values.find(schema.columns())).orElse(List.of()),
            Optional.ofNullable(values.find(SpecOptions.KAFKA_DELIMITER)).orElse(','));
    requireWhatItNeeds(record, option, schema);
    return problems.count() == before ? record : null;
  }

  private void refuseWhatIsForOthers(
      RecordFormatName format, SpecOption<RecordFormatName> option, SchemaOptions schema) {
    boolean isAvro = format != RecordFormatName.JSON && format != RecordFormatName.CSV;
    boolean reads = isAvro || format == RecordFormatName.JSON;
    if (!reads && values.isGiven(schema.section())) {
      problem(schema.section(), "it is not for the format csv, which has columns");
    } else if (!isAvro && isOfRegistry(schema)) {
      problem(schema.section(), "with the format json it is a file; give its file and no subject");
    }
    if (format != RecordFormatName.AVRO_SINGLE_OBJECT && values.isGiven(schema.writers().path())) {
      problem(schema.writers().path(), "it is for the format avro-single-object only");
    }
    if (format != RecordFormatName.CSV && values.isGiven(schema.columns().path())) {
      problem(schema.columns().path(), "it is for the format csv only");
    }
    if (option == SpecOptions.KAFKA_FORMAT
        && format != RecordFormatName.AVRO_PLAIN
        && values.isGiven(SpecOptions.KAFKA_SCHEMAS.path())) {
      problem(SpecOptions.KAFKA_SCHEMAS.path(), "it is for the format avro-plain only");
    }
  }

  private boolean isOfRegistry(SchemaOptions schema) {
    return values.isGiven(schema.subject().path()) || values.isGiven(schema.version().path());
  }

  private void requireWhatItNeeds(
      RecordSpec record, SpecOption<RecordFormatName> option, SchemaOptions schema) {
    RecordFormatName format = record.format();
    if (needsRegistry(record) && !values.isGiven("events.kafka.registry")) {
      problem(
          "events.kafka.registry",
          "it is missing: "
              + option.path()
              + " finds schemas there; write registry: \"http://host:port\""
              + (format == RecordFormatName.AVRO ? "" : ", or give their files"));
    }
    if (format == RecordFormatName.CSV
        && record.columns().isEmpty()
        && !values.isGiven(schema.columns().path())) {
      problem(schema.columns().path(), "it is missing: records in CSV have no header");
    }
    if (format == RecordFormatName.AVRO_PLAIN && record.dated().isEmpty()) {
      boolean isFixed =
          record
              .schema()
              .filter(
                  choice ->
                      !(choice instanceof SchemaChoice.OfSubject subject)
                          || subject.version() != null)
              .isPresent();
      if (!isFixed) {
        problem(
            schema.section(),
            "plain Avro doesn't tell its schema; give the file or the version that it was written"
                + " with"
                + (schema == OF_VALUES ? ", or " + SpecOptions.KAFKA_SCHEMAS.path() : ""));
      }
    }
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
