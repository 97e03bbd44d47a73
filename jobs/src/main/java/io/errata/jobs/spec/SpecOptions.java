package io.errata.jobs.spec;

import static io.errata.jobs.spec.SpecOption.Need.EITHER;
import static io.errata.jobs.spec.SpecOption.Need.OPTIONAL;
import static io.errata.jobs.spec.SpecOption.Need.REQUIRED;
import static io.errata.jobs.spec.SpecOption.Need.REQUIRED_IN_SECTION;

import io.errata.api.ColumnType;
import io.errata.connectors.ReadRate;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventRule;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import io.errata.connectors.kafka.KafkaSecurity.Mechanism;
import io.errata.connectors.kafka.OffsetRange;
import io.errata.connectors.record.DatedSchema;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.spec.EventsSpec.RecordFormatName;
import io.errata.jobs.spec.ExecutionSpec.Mode;
import io.errata.jobs.spec.LimitsSpec.Amount;
import io.errata.jobs.spec.LimitsSpec.MissingCoverage;
import io.errata.state.table.LoadLimits;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.csv.CsvTypes;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every setting of a spec, in the order of the docs. */
final class SpecOptions {
  static final SpecOption<String> NAME =
      SpecOption.of(
          "name",
          ValueType.text(),
          REQUIRED,
          "What people call the run. It has no part in the plan id.");
  static final SpecOption<Instant> FROM =
      SpecOption.of(
          "window.from",
          ValueType.instant(),
          REQUIRED,
          "Where the window begins in event time, inclusive: ISO 8601 with Z or an offset.");
  static final SpecOption<Instant> TO =
      SpecOption.of(
          "window.to",
          ValueType.instant(),
          REQUIRED,
          "Where the window ends in event time, exclusive: ISO 8601 with Z or an offset.");

  static final SpecOption<String> KAFKA_BROKERS =
      SpecOption.of(
          "events.kafka.brokers",
          ValueType.text(),
          REQUIRED_IN_SECTION,
          "Some of the cluster's brokers, as `host:port` with commas between them. Give `events.kafka`, `events.archive` or both.");
  static final SpecOption<String> KAFKA_TOPIC =
      SpecOption.of(
          "events.kafka.topic",
          ValueType.text(),
          EITHER,
          "The topic; the other forms are `topics` and `topic-pattern`.");
  static final SpecOption<List<String>> KAFKA_TOPICS =
      SpecOption.of("events.kafka.topics", ValueType.names(), EITHER, "Several topics by name.");
  static final SpecOption<String> KAFKA_TOPIC_PATTERN =
      SpecOption.of(
          "events.kafka.topic-pattern",
          ValueType.pattern(),
          EITHER,
          "A regular expression that the whole name of a topic must match.");
  static final SpecOption<RecordFormatName> KAFKA_FORMAT =
      SpecOption.of(
          "events.kafka.format",
          ValueType.oneOf(words(RecordFormatName.values())),
          REQUIRED_IN_SECTION,
          "What the values of the records hold.");
  static final SpecOption<RecordFormatName> KAFKA_KEY_FORMAT =
      SpecOption.of(
              "events.kafka.key-format",
              ValueType.oneOf(words(RecordFormatName.values())),
              OPTIONAL,
              "What the keys hold, where they have fields (`kafka.key.NAME`).")
          .withDefaultText("text, as `kafka.key`");
  static final SpecOption<String> KAFKA_REGISTRY_URL =
      SpecOption.of(
          "events.kafka.registry.url",
          ValueType.credential(),
          REQUIRED_IN_SECTION,
          "The schema registry's API, as Confluent's; Apicurio's ends in `/apis/ccompat/v7`. `registry: URL` is short for it. May"
              + " hold `${env:NAME}` and `${file:path}`.");
  static final SpecOption<String> KAFKA_REGISTRY_USER =
      SpecOption.of(
              "events.kafka.registry.user",
              ValueType.credential(),
              OPTIONAL,
              "Who logs in to the registry, with a password. May hold `${env:NAME}` and `${file:path}`.")
          .withDefaultText("none");
  static final SpecOption<String> KAFKA_REGISTRY_PASSWORD =
      SpecOption.of(
              "events.kafka.registry.password",
              ValueType.secret(),
              OPTIONAL,
              "The password, as a reference: `${env:NAME}` or `${file:path}`.")
          .withDefaultText("none");
  static final SpecOption<String> KAFKA_REGISTRY_TOKEN =
      SpecOption.of(
              "events.kafka.registry.token",
              ValueType.secret(),
              OPTIONAL,
              "A bearer token, as a reference, instead of user and password.")
          .withDefaultText("none");
  static final SpecOption<String> KAFKA_REGISTRY_CA =
      SpecOption.of(
              "events.kafka.registry.ca",
              ValueType.credential(),
              OPTIONAL,
              "The certificates in PEM of those who vouch for the registry, such as `${file:ca.pem}`.")
          .withDefaultText("those that the JVM trusts");
  static final SpecOption<String> KAFKA_SCHEMA_FILE =
      SpecOption.of(
              "events.kafka.schema.file",
              ValueType.path(),
              OPTIONAL,
              "The schema that values are read by, in a file: a path, relative to the spec's folder, or a URI.")
          .withDefaultText("one of the registry");
  static final SpecOption<String> KAFKA_SCHEMA_SUBJECT =
      SpecOption.of(
              "events.kafka.schema.subject",
              ValueType.text(),
              OPTIONAL,
              "The registry's subject that has the schema that values are read by.")
          .withDefaultText("`TOPIC-value`");
  static final SpecOption<Integer> KAFKA_SCHEMA_VERSION =
      SpecOption.of(
              "events.kafka.schema.version",
              ValueType.number(),
              OPTIONAL,
              "Which version of the subject values are read by.")
          .withDefaultText("the latest when the plan is made, which the plan names");
  static final SpecOption<String> KAFKA_SCHEMA_WRITERS =
      SpecOption.of(
              "events.kafka.schema.writers",
              ValueType.path(),
              OPTIONAL,
              "For `avro-single-object`, the schemas that values were written with: a file, or a folder of `.avsc` files.")
          .withDefaultText("all versions of the subject");
  static final SpecOption<List<DatedSchema>> KAFKA_SCHEMAS =
      SpecOption.of(
              "events.kafka.schemas",
              ValueType.datedSchemas(),
              OPTIONAL,
              "For `avro-plain`, the schemas that values were written with by the day of their record's timestamp (UTC): a list of"
                  + " `{ from: DAY, to: DAY, file: PATH }`, or with `subject` and `version` instead of `file`; `to` is exclusive, and"
                  + " either may be left out.")
          .withDefault(List.of(), "the schema that they are read by");
  static final SpecOption<List<String>> KAFKA_COLUMNS =
      SpecOption.of(
              "events.kafka.columns",
              ValueType.names(),
              OPTIONAL,
              "For `csv`, the names of all columns in their order: records have no header.")
          .withDefault(List.of(), "none");
  static final SpecOption<List<String>> KAFKA_KEY_COLUMNS =
      SpecOption.of("events.kafka.key-columns", ValueType.names(), OPTIONAL, "The same for keys.")
          .withDefault(List.of(), "none");
  static final SpecOption<Character> KAFKA_DELIMITER =
      SpecOption.of(
              "events.kafka.delimiter",
              ValueType.character(),
              OPTIONAL,
              "What separates the fields of `csv`: one ASCII character; `\\t` for a tab.")
          .withDefault(',', "`,`");
  static final SpecOption<String> KAFKA_KEY_SCHEMA_FILE =
      SpecOption.of(
              "events.kafka.key-schema.file",
              ValueType.path(),
              OPTIONAL,
              "The same for keys: a file,")
          .withDefaultText("one of the registry");
  static final SpecOption<String> KAFKA_KEY_SCHEMA_SUBJECT =
      SpecOption.of("events.kafka.key-schema.subject", ValueType.text(), OPTIONAL, "or a subject,")
          .withDefaultText("`TOPIC-key`");
  static final SpecOption<Integer> KAFKA_KEY_SCHEMA_VERSION =
      SpecOption.of(
              "events.kafka.key-schema.version",
              ValueType.number(),
              OPTIONAL,
              "and which version of it.")
          .withDefaultText("the latest when the plan is made");
  static final SpecOption<String> KAFKA_KEY_SCHEMA_WRITERS =
      SpecOption.of(
              "events.kafka.key-schema.writers",
              ValueType.path(),
              OPTIONAL,
              "The schemas that keys were written with, as `events.kafka.schema.writers`.")
          .withDefaultText("all versions of the subject");
  static final SpecOption<Duration> KAFKA_SLACK =
      SpecOption.of(
              "events.kafka.slack",
              ValueType.duration(),
              OPTIONAL,
              "How far the timestamp of an event's record, and its place in the topic, may be from the event's time, either way.")
          .withDefault(KafkaOptions.DEFAULT_SLACK, "`" + KafkaOptions.DEFAULT_SLACK + "`");
  static final SpecOption<Duration> KAFKA_SLACK_BEFORE =
      SpecOption.of(
              "events.kafka.slack-before",
              ValueType.duration(),
              OPTIONAL,
              "How much earlier than its time an event may stand in the topic.")
          .withDefaultText("`events.kafka.slack`");
  static final SpecOption<Duration> KAFKA_SLACK_AFTER =
      SpecOption.of(
              "events.kafka.slack-after",
              ValueType.duration(),
              OPTIONAL,
              "How much later than its time an event may stand in the topic.")
          .withDefaultText("`events.kafka.slack`");
  static final SpecOption<Map<String, OffsetRange>> KAFKA_OFFSETS =
      SpecOption.of(
              "events.kafka.offsets",
              ValueType.mapOf(ValueType.offsets()),
              OPTIONAL,
              "Exactly these offsets and no other partition: for each `topic-partition` a range such as `1000..5000`, the end"
                  + " exclusive. Events outside of the window are left out all the same.")
          .withDefault(Map.of(), "those that hold the window");
  static final SpecOption<Isolation> KAFKA_ISOLATION =
      SpecOption.of(
              "events.kafka.isolation",
              ValueType.oneOf(words(Isolation.values())),
              OPTIONAL,
              "Which records of transactions are read: `read-committed`, or with `read-uncommitted` those of aborted ones too.")
          .withDefault(Isolation.READ_COMMITTED, "`read-committed`");
  static final SpecOption<Map<String, String>> KAFKA_PROPERTIES =
      SpecOption.of(
              "events.kafka.properties",
              ValueType.mapOf(ValueType.scalar()),
              OPTIONAL,
              "Settings of Kafka's clients that change how fast or how patiently something is read; docs/sources.md lists them.")
          .withDefault(Map.of(), "Kafka's own");
  static final SpecOption<Mechanism> KAFKA_SASL_MECHANISM =
      SpecOption.of(
          "events.kafka.sasl.mechanism",
          ValueType.oneOf(mechanisms()),
          REQUIRED_IN_SECTION,
          "How the password is shown to the brokers.");
  static final SpecOption<String> KAFKA_SASL_USER =
      SpecOption.of(
          "events.kafka.sasl.user",
          ValueType.credential(),
          REQUIRED_IN_SECTION,
          "Who logs in. May hold `${env:NAME}` and `${file:path}`.");
  static final SpecOption<String> KAFKA_SASL_PASSWORD =
      SpecOption.of(
          "events.kafka.sasl.password",
          ValueType.secret(),
          REQUIRED_IN_SECTION,
          "The password, as a reference: `${env:NAME}` or `${file:path}`.");
  static final SpecOption<String> KAFKA_TLS_CA =
      SpecOption.of(
          "events.kafka.tls.ca",
          ValueType.credential(),
          REQUIRED_IN_SECTION,
          "The certificates in PEM of those who vouch for the brokers, such as `${file:ca.pem}`; `system` for those that the"
              + " JVM trusts.");
  static final SpecOption<String> KAFKA_TLS_CERTIFICATE =
      SpecOption.of(
              "events.kafka.tls.certificate",
              ValueType.credential(),
              OPTIONAL,
              "The client's certificate in PEM with its chain, such as `${file:client.pem}`.")
          .withDefaultText("none");
  static final SpecOption<String> KAFKA_TLS_KEY =
      SpecOption.of(
              "events.kafka.tls.key",
              ValueType.secret(),
              OPTIONAL,
              "The key of the client's certificate in PEM (PKCS #8), as a reference, such as `${file:client.key}`.")
          .withDefaultText("none");
  static final SpecOption<String> KAFKA_TLS_KEY_PASSWORD =
      SpecOption.of(
              "events.kafka.tls.key-password",
              ValueType.secret(),
              OPTIONAL,
              "What the key is encrypted with, as a reference.")
          .withDefaultText("none");

  static final SpecOption<String> ARCHIVE_PATH =
      SpecOption.of(
          "events.archive.path",
          ValueType.path(),
          REQUIRED_IN_SECTION,
          "A folder or a file: a path, relative to the spec's folder, or a URI such as `gs://…` or `s3://…`.");
  static final SpecOption<String> ARCHIVE_LAYOUT =
      SpecOption.of(
              "events.archive.layout",
              ValueType.checkedText(layout -> ArchiveOptions.of("archive", layout, Format.PARQUET)),
              OPTIONAL,
              "The folders below the path by time, such as `date=%Y-%m-%d/hour=%H`, with `%Y %m %d %H %M %%`.")
          .withDefault("", "all files in one folder");
  static final SpecOption<Format> ARCHIVE_FORMAT =
      SpecOption.of(
              "events.archive.format",
              ValueType.oneOf(words(Format.values())),
              OPTIONAL,
              "What the files hold. `csv` and `jsonl` may be gzipped, which their names say (`.gz`).")
          .withDefault(Format.PARQUET, "`parquet`");
  static final SpecOption<ZoneId> ARCHIVE_ZONE =
      SpecOption.of(
              "events.archive.zone",
              ValueType.zone(),
              OPTIONAL,
              "The zone whose calendar the folders' names follow.")
          .withDefault(ZoneOffset.UTC, "`UTC`");
  static final SpecOption<Duration> ARCHIVE_SLACK =
      SpecOption.of(
              "events.archive.slack",
              ValueType.duration(),
              OPTIONAL,
              "How far an event's folder may be from the event's time, either way: folders within it are read as well.")
          .withDefault(ArchiveOptions.DEFAULT_SLACK, "`" + ArchiveOptions.DEFAULT_SLACK + "`");
  static final SpecOption<Character> ARCHIVE_DELIMITER =
      SpecOption.of(
              "events.archive.delimiter",
              ValueType.character(),
              OPTIONAL,
              "What separates the fields of `csv`: one ASCII character; `\\t` for a tab.")
          .withDefault(',', "`,`");

  static final SpecOption<String> ARCHIVE_SCHEMA_FILE =
      SpecOption.of(
              "events.archive.schema.file",
              ValueType.path(),
              OPTIONAL,
              "The schema that events are read by: for `avro` one that each file's own is brought to, with aliases and defaults; for"
                  + " `jsonl` a JSON Schema that each event has to hold to. A path, relative to the spec's folder, or a URI.")
          .withDefaultText("none: each file is read as it was written");

  static final SpecOption<String> FIELD_ID =
      SpecOption.of(
          "events.fields.id",
          ValueType.text(),
          REQUIRED,
          "The field with the event id. A nested field is named by its path, such as `meta.id`; so it is everywhere."
              + " `$position` where events have none: each row is then an event of its own.");
  static final SpecOption<String> FIELD_TIME =
      SpecOption.of(
          "events.fields.time",
          ValueType.text(),
          REQUIRED,
          "The field with the event time: a timestamp, ISO 8601 text with a zone, or a whole number.");
  static final SpecOption<TimeUnit> FIELD_TIME_UNIT =
      SpecOption.of(
              "events.fields.time-unit",
              ValueType.oneOf(words(TimeUnit.values())),
              OPTIONAL,
              "What a time that is a whole number counts since 1970-01-01T00:00:00Z.")
          .withDefault(TimeUnit.MILLIS, "`millis`");
  static final SpecOption<ZoneId> FIELD_ZONE =
      SpecOption.of(
              "events.fields.zone",
              ValueType.zone(),
              OPTIONAL,
              "The zone of times that are written without one, such as `2024-06-10 12:00:00`. Times with a zone keep theirs.")
          .withDefaultText("none: such an event is rejected");
  static final SpecOption<String> FIELD_TYPE =
      SpecOption.of(
          "events.fields.type",
          ValueType.text(),
          OPTIONAL,
          "The field with the event type; required for `filter.type`.");
  static final SpecOption<List<String>> FIELD_SEQUENCE =
      SpecOption.of(
              "events.fields.sequence",
              ValueType.names(),
              OPTIONAL,
              "Fields that order the events of one time: an own counter, or Kafka's partition and offset. The id comes last.")
          .withDefault(List.of(), "none");
  static final SpecOption<Map<String, ColumnType>> FIELD_TYPES =
      SpecOption.of(
              "events.fields.types",
              ValueType.mapOf(ValueType.oneOf(words(ColumnType.values()))),
              OPTIONAL,
              "The types of fields where the files don't tell them, as in `csv`: "
                  + String.join(", ", words(ColumnType.values()).keySet())
                  + ".")
          .withDefault(Map.of(), "as the files and their use say");

  static final SpecOption<List<EventRule>> EVENTS_RULES =
      SpecOption.of(
              "events.rules",
              FieldRules.type(),
              OPTIONAL,
              "What a field must keep to, by its path: `required: true`, `min` and `max` (a number, a date, or a time with"
                  + " a zone; both inclusive), `one-of` (a list), `like` (a pattern as in SQL). An event that breaks a rule puts its"
                  + " keys into quarantine. Where a field is null, only `required` looks at it.")
          .withDefault(List.of(), "none");
  static final SpecOption<Use> EVENTS_USE =
      SpecOption.of(
              "events.use",
              ValueType.oneOf(words(Use.values())),
              OPTIONAL,
              "Which source is read where both are given: `auto` takes what surely holds the window, and stitches the two where"
                  + " neither does alone; `kafka` and `archive` take that one. `both` is for `errata verify`, which then reads both"
                  + " in full and compares their events.")
          .withDefault(Use.AUTO, "`auto`");
  static final SpecOption<List<String>> EVENTS_QUARANTINE =
      SpecOption.of(
              "events.quarantine",
              ValueType.names(),
              OPTIONAL,
              "Ids of events that are not to be used: their keys go into quarantine, as those of an event that can't be"
                  + " decoded.")
          .withDefault(List.of(), "none");

  static final SpecOption<List<String>> FILTER_TYPE =
      SpecOption.of("filter.type", ValueType.names(), OPTIONAL, "The event types that count.")
          .withDefault(List.of(), "all");
  static final SpecOption<String> FILTER_WHERE =
      SpecOption.of(
              "filter.where",
              ValueType.condition(),
              OPTIONAL,
              "A condition in SQL's notation over the fields; only events for which it is true count.")
          .withDefaultText("all");

  static final SpecOption<String> FILTER_KEYS =
      SpecOption.of(
              "filter.keys.file",
              ValueType.path(),
              OPTIONAL,
              "A CSV file of keys of the live table, relative to the spec's folder: only these are recomputed, compared and"
                  + " corrected. Its first line names the columns of `table.key`; where that is one column, it may be left out.")
          .withDefaultText("all keys");

  static final SpecOption<Integer> FILTER_FIRST =
      SpecOption.of(
              "filter.first",
              ValueType.number(),
              OPTIONAL,
              "Only so many events, the first in the order of events, after the other filters. For looking: rows are then made from"
                  + " part of their events, so that such a plan is never applied.")
          .withDefaultText("all");

  static final SpecOption<String> WORKER_NAME =
      SpecOption.of(
          "worker.name",
          ValueType.text(),
          EITHER,
          "A worker in Java, by its name; the other form is `worker.aggregate`.");
  static final SpecOption<Optional<Integer>> WORKER_VERSION =
      SpecOption.of(
          "worker.version",
          ValueType.version(),
          EITHER,
          "Its version; `as-of` takes the version in force at each event's time.");
  static final SpecOption<Map<String, String>> AGGREGATE_KEY =
      SpecOption.of(
          "worker.aggregate.key",
          ValueType.mapOf(ValueType.keyExpression()),
          EITHER,
          "The declared worker: for each key column of the table, a field or a bucket of a time, such as `day(ts, UTC)`.");
  static final SpecOption<Map<String, String>> AGGREGATE_COLUMNS =
      SpecOption.of(
          "worker.aggregate.columns",
          ValueType.mapOf(ValueType.function()),
          EITHER,
          "For each computed column, its function: sum, count, min, max, first, last, count_distinct, avg of an expression,"
              + " or md5, sha256 of a template.");

  static final SpecOption<String> BASE_TABLE =
      SpecOption.of(
          "base.table",
          ValueType.text(),
          EITHER,
          "Running rows start from this table of the same database, which has the same key and columns;"
              + " the other form is `base.path`.");
  static final SpecOption<String> BASE_PATH =
      SpecOption.of(
          "base.path",
          ValueType.path(),
          EITHER,
          "Running rows start from this Parquet file or folder, which has the same key and columns.");
  static final SpecOption<Instant> BASE_TIME =
      SpecOption.of(
          "base.time",
          ValueType.instant(),
          REQUIRED_IN_SECTION,
          "The moment that the base shows: the window's start.");

  static final SpecOption<String> URL =
      SpecOption.of(
          "table.jdbc.url",
          ValueType.credential(),
          REQUIRED_IN_SECTION,
          "The database, such as `jdbc:postgresql://localhost/app`, without a password. `embedded:FOLDER` is the database that"
              + " `errata demo` keeps in a folder. May hold `${env:NAME}` and `${file:path}`.");
  static final SpecOption<String> USER =
      SpecOption.of(
              "table.jdbc.user",
              ValueType.credential(),
              OPTIONAL,
              "The database's user. May hold `${env:NAME}` and `${file:path}`.")
          .withDefaultText("the driver's");
  static final SpecOption<String> PASSWORD =
      SpecOption.of(
              "table.jdbc.password",
              ValueType.secret(),
              OPTIONAL,
              "The user's password, always as a reference: `${env:NAME}` for an environment variable, `${file:path}` for a file"
                  + " (a line end after it doesn't count). It is never printed, logged or stored.")
          .withDefaultText("none");
  static final SpecOption<String> TABLE_NAME =
      SpecOption.of(
          "table.name",
          ValueType.text(),
          EITHER,
          "The live table of `table.jdbc`, with its schema, such as `public.daily_totals`; parts with capitals in double"
              + " quotes.");
  static final SpecOption<String> CSV_PATH =
      SpecOption.of(
          "table.csv.path",
          ValueType.path(),
          REQUIRED_IN_SECTION,
          "The live table is this CSV file with a header line, relative to the spec's folder: no database is needed. It takes"
              + " the place of `table.jdbc` and `table.name`.");
  static final SpecOption<Map<String, String>> CSV_TYPES =
      SpecOption.of(
              "table.csv.types",
              ValueType.mapOf(ValueType.checkedText(type -> CsvTypes.column("column", type))),
              OPTIONAL,
              "The types of its columns, which a CSV file can't tell: boolean, int, long, decimal, `decimal(12,2)`, double,"
                  + " text, bytes, date, timestamp, uuid.")
          .withDefault(Map.of(), "text");
  static final SpecOption<Character> CSV_DELIMITER =
      SpecOption.of(
              "table.csv.delimiter",
              ValueType.character(),
              OPTIONAL,
              "What separates its fields: one ASCII character; `\\t` for a tab.")
          .withDefault(',', "`,`");
  static final SpecOption<String> CSV_CORRECTIONS =
      SpecOption.of(
              "table.csv.corrections",
              ValueType.path(),
              OPTIONAL,
              "A CSV file that `plan` and `run` list a plan's corrections in, for people and scripts. It is taken away when"
                  + " planning begins, and put there whole at the end where `apply` would take the plan.")
          .withDefaultText("none");
  static final SpecOption<List<String>> KEY =
      SpecOption.of(
          "table.key",
          ValueType.names(),
          REQUIRED,
          "The key columns. A primary key or unique constraint must stand on them.");
  static final SpecOption<List<String>> COMPARE =
      SpecOption.of(
              "table.compare",
              ValueType.names(),
              OPTIONAL,
              "The columns that are compared and corrected; required for a worker in Java.")
          .withDefaultText("all columns of `worker.aggregate`");
  static final SpecOption<String> OWNS =
      SpecOption.of(
              "table.owns",
              ValueType.text(),
              OPTIONAL,
              "A predicate in the table's SQL for the rows that the window answers for. A live row in it that no event makes is"
                  + " deleted, as far as `limits.deletes` allows.")
          .withDefaultText("the rows whose keys the window's events touch");
  static final SpecOption<Map<String, String>> SET =
      SpecOption.of(
              "table.set",
              ValueType.mapOf(ValueType.text()),
              OPTIONAL,
              "SQL expressions for columns that are written with a correction but not compared, such as"
                  + " `updated_at: \"now()\"`.")
          .withDefault(Map.of(), "none");
  static final SpecOption<String> COMPLETE_TO =
      SpecOption.of(
          "table.complete-to",
          ValueType.checkedText(SpecOptions::checkTimeOrQuery),
          OPTIONAL,
          "For running rows, the event time up to which the live rows are complete: a time, or a query that gives one and"
              + " begins with `select`. Required with `base`.");
  static final SpecOption<Duration> LOCK_TIMEOUT =
      SpecOption.of(
              "table.lock-timeout",
              ValueType.duration(),
              OPTIONAL,
              "How long an apply waits for a lock, from a millisecond.")
          .withDefault(Duration.ofSeconds(10), "`PT10S`");
  static final SpecOption<Duration> STATEMENT_TIMEOUT =
      SpecOption.of(
              "table.statement-timeout",
              ValueType.duration(),
              OPTIONAL,
              "How long one statement may take; `PT0S` for no limit.")
          .withDefault(Duration.ofMinutes(10), "`PT10M`");

  static final SpecOption<Amount> CORRECTIONS =
      SpecOption.of(
              "limits.corrections",
              ValueType.amount(),
              OPTIONAL,
              "The most corrections of all kinds: rows, or percent of the live rows in scope.")
          .withDefaultText("unlimited");
  static final SpecOption<Amount> DELETES =
      SpecOption.of(
              "limits.deletes",
              ValueType.amount(),
              OPTIONAL,
              "The most rows that may be deleted: rows, or percent of the live rows in scope.")
          .withDefault(new Amount(0, Amount.Unit.ROWS), "`0`");
  static final SpecOption<Amount> QUARANTINE =
      SpecOption.of(
              "limits.quarantine",
              ValueType.amount(),
              OPTIONAL,
              "The most keys that may be left out because of their events: keys, or percent of the live rows in scope.")
          .withDefault(new Amount(0, Amount.Unit.ROWS), "`0`");
  static final SpecOption<MissingCoverage> MISSING_COVERAGE =
      SpecOption.of(
              "limits.missing-coverage",
              ValueType.oneOf(words(MissingCoverage.values())),
              OPTIONAL,
              "What happens where the source no longer holds all of the window: `fail`, or `allow`, which the plan then says.")
          .withDefault(MissingCoverage.FAIL, "`fail`");
  static final SpecOption<ReadRate> RATE =
      SpecOption.of(
              "limits.rate",
              ValueType.rate(),
              OPTIONAL,
              "How fast the source may be read, by all tasks together: events a second such as `50000/s`, bytes a second such as"
                  + " `20MB/s`, or both, such as `50000/s, 20MB/s`. Every event that is decoded counts, wanted or not, and every byte"
                  + " as it lies in the store.")
          .withDefault(ReadRate.UNLIMITED, "unlimited");

  static final SpecOption<Duration> TABLE_LAG =
      SpecOption.of(
              LoadLimits.LAG,
              ValueType.duration(),
              OPTIONAL,
              "How far replicas of the live table's database may be behind (`replay_lag` of `pg_stat_replication`), such as"
                  + " `PT10S`. While one is further behind, no more live rows are read, and no apply begins; after ten minutes"
                  + " of that the command ends with status 6. For `table.jdbc`.")
          .withDefaultText("unlimited");
  static final SpecOption<Integer> TABLE_LOAD =
      SpecOption.of(
              LoadLimits.SESSIONS,
              ValueType.number(),
              OPTIONAL,
              "How many sessions other than Errata's own may be active in the live table's database server"
                  + " (`pg_stat_activity`). While there are more, the same happens. For `table.jdbc`.")
          .withDefaultText("unlimited");
  static final SpecOption<Integer> CONNECTIONS =
      SpecOption.of(
              "limits.connections",
              ValueType.number(),
              OPTIONAL,
              "The most connections that a plan has to the live table's database at once, from 4: two of its own, and two for each"
                  + " task that reads live rows. With `base.table` it is twice that, from 8. Fewer tasks than `--parallelism` then"
                  + " read them; nothing else is slowed down. For `table.jdbc`.")
          .withDefaultText("all tasks read");
  static final SpecOption<Duration> WORKER_TIME =
      SpecOption.of(
              "limits.worker-time",
              ValueType.duration(),
              OPTIONAL,
              "How long a worker may take for one event, or for one row. One that takes longer stops the plan, which names the"
                  + " event; `PT0S` for no limit.")
          .withDefault(Duration.ofMinutes(1), "`PT1M`");

  static final SpecOption<Mode> EXECUTION_MODE =
      SpecOption.of(
              "execution.mode",
              ValueType.oneOf(words(Mode.values())),
              OPTIONAL,
              "How Flink makes the plan, which is the same: `batch` sorts on disk, stage by stage; `streaming` keeps its state in"
                  + " RocksDB with checkpoints, so that `errata resume` goes on after a crash.")
          .withDefault(Mode.BATCH, "`batch`");
  static final SpecOption<Duration> CHECKPOINT_INTERVAL =
      SpecOption.of(
              "execution.checkpoints.interval",
              ValueType.duration(),
              OPTIONAL,
              "Time between two checkpoints of a streaming execution: what is read since the last one is read again after a"
                  + " crash. From `PT0.1S`.")
          .withDefault(Duration.ofSeconds(60), "`PT60S`");
  static final SpecOption<String> CHECKPOINT_PATH =
      SpecOption.of(
              "execution.checkpoints.path",
              ValueType.path(),
              OPTIONAL,
              "The folder that checkpoints are written below: a path, relative to the spec's folder, or a URI. On a cluster, all"
                  + " task managers must reach it.")
          .withDefaultText("the run's folder, below `plans`");

  static final SpecOption<ConflictPolicy> CONFLICTS =
      SpecOption.of(
              "conflicts",
              ValueType.oneOf(words(ConflictPolicy.values())),
              OPTIONAL,
              "What `apply` does where a row is no longer as the plan saw it: `abort` writes nothing, `skip` leaves and lists"
                  + " that row.")
          .withDefault(ConflictPolicy.ABORT, "`abort`");
  static final SpecOption<String> PLANS =
      SpecOption.of(
              "plans",
              ValueType.path(),
              OPTIONAL,
              "The folder that plans are written below: a path, relative to the spec's folder, or a URI.")
          .withDefaultText("`plans` beside the spec");

  private static final List<SpecOption<?>> ALL =
      List.of(
          NAME,
          FROM,
          TO,
          KAFKA_BROKERS,
          KAFKA_TOPIC,
          KAFKA_TOPICS,
          KAFKA_TOPIC_PATTERN,
          KAFKA_FORMAT,
          KAFKA_KEY_FORMAT,
          KAFKA_REGISTRY_URL,
          KAFKA_REGISTRY_USER,
          KAFKA_REGISTRY_PASSWORD,
          KAFKA_REGISTRY_TOKEN,
          KAFKA_REGISTRY_CA,
          KAFKA_SCHEMA_FILE,
          KAFKA_SCHEMA_SUBJECT,
          KAFKA_SCHEMA_VERSION,
          KAFKA_SCHEMA_WRITERS,
          KAFKA_SCHEMAS,
          KAFKA_KEY_SCHEMA_FILE,
          KAFKA_KEY_SCHEMA_SUBJECT,
          KAFKA_KEY_SCHEMA_VERSION,
          KAFKA_KEY_SCHEMA_WRITERS,
          KAFKA_COLUMNS,
          KAFKA_KEY_COLUMNS,
          KAFKA_DELIMITER,
          KAFKA_SLACK,
          KAFKA_SLACK_BEFORE,
          KAFKA_SLACK_AFTER,
          KAFKA_OFFSETS,
          KAFKA_ISOLATION,
          KAFKA_PROPERTIES,
          KAFKA_SASL_MECHANISM,
          KAFKA_SASL_USER,
          KAFKA_SASL_PASSWORD,
          KAFKA_TLS_CA,
          KAFKA_TLS_CERTIFICATE,
          KAFKA_TLS_KEY,
          KAFKA_TLS_KEY_PASSWORD,
          ARCHIVE_PATH,
          ARCHIVE_LAYOUT,
          ARCHIVE_FORMAT,
          ARCHIVE_ZONE,
          ARCHIVE_SLACK,
          ARCHIVE_DELIMITER,
          ARCHIVE_SCHEMA_FILE,
          FIELD_ID,
          FIELD_TIME,
          FIELD_TIME_UNIT,
          FIELD_ZONE,
          FIELD_TYPE,
          FIELD_SEQUENCE,
          FIELD_TYPES,
          EVENTS_RULES,
          EVENTS_USE,
          EVENTS_QUARANTINE,
          FILTER_TYPE,
          FILTER_WHERE,
          FILTER_KEYS,
          FILTER_FIRST,
          WORKER_NAME,
          WORKER_VERSION,
          AGGREGATE_KEY,
          AGGREGATE_COLUMNS,
          BASE_TABLE,
          BASE_PATH,
          BASE_TIME,
          URL,
          USER,
          PASSWORD,
          TABLE_NAME,
          CSV_PATH,
          CSV_TYPES,
          CSV_DELIMITER,
          CSV_CORRECTIONS,
          KEY,
          COMPARE,
          OWNS,
          SET,
          COMPLETE_TO,
          LOCK_TIMEOUT,
          STATEMENT_TIMEOUT,
          CORRECTIONS,
          DELETES,
          QUARANTINE,
          MISSING_COVERAGE,
          RATE,
          TABLE_LAG,
          TABLE_LOAD,
          CONNECTIONS,
          WORKER_TIME,
          EXECUTION_MODE,
          CHECKPOINT_INTERVAL,
          CHECKPOINT_PATH,
          CONFLICTS,
          PLANS);

  /** What a later release will understand, with what this one says about it. */
  private static final Map<String, String> LATER = new LinkedHashMap<>();

  static {
    LATER.put(
        "correct",
        "this release doesn't know `correct: difference` yet; it corrects bucketed and running rows");
  }

  private SpecOptions() {}

  static List<SpecOption<?>> all() {
    return ALL;
  }

  /** Paths that are refused with a message of their own. */
  static Map<String, String> later() {
    return LATER;
  }

  /** The places where references to secrets are understood. */
  static List<SpecOption<String>> credentials() {
    return List.of(
        URL,
        USER,
        PASSWORD,
        KAFKA_REGISTRY_URL,
        KAFKA_REGISTRY_USER,
        KAFKA_REGISTRY_PASSWORD,
        KAFKA_REGISTRY_TOKEN,
        KAFKA_REGISTRY_CA,
        KAFKA_SASL_USER,
        KAFKA_SASL_PASSWORD,
        KAFKA_TLS_CA,
        KAFKA_TLS_CERTIFICATE,
        KAFKA_TLS_KEY,
        KAFKA_TLS_KEY_PASSWORD);
  }

  /** Sections that may be written as one value, and the setting that this is then. */
  static Map<String, SpecOption<?>> shorthands() {
    return Map.of("events.kafka.registry", KAFKA_REGISTRY_URL);
  }

  /** Lists of fields among which {@code file} is a path. */
  static List<SpecOption<?>> listsOfFiles() {
    return List.of(KAFKA_SCHEMAS);
  }

  /** Those that are relative to the spec's folder. */
  static List<SpecOption<String>> paths() {
    return List.of(
        KAFKA_SCHEMA_FILE,
        KAFKA_SCHEMA_WRITERS,
        KAFKA_KEY_SCHEMA_FILE,
        KAFKA_KEY_SCHEMA_WRITERS,
        ARCHIVE_SCHEMA_FILE,
        ARCHIVE_PATH,
        FILTER_KEYS,
        BASE_PATH,
        CSV_PATH,
        CSV_CORRECTIONS,
        CHECKPOINT_PATH,
        PLANS);
  }

  static Optional<SpecOption<?>> find(String path) {
    return ALL.stream().filter(option -> option.path().equals(path)).findFirst();
  }

  /** Whether settings stand below a path. */
  static boolean isSection(String path) {
    return path.isEmpty() || ALL.stream().anyMatch(option -> option.path().startsWith(path + "."));
  }

  /** The names of what may stand in a section. */
  static Set<String> namesIn(String section) {
    Set<String> names = new LinkedHashSet<>();
    String prefix = section.isEmpty() ? "" : section + ".";
    for (SpecOption<?> option : ALL) {
      if (option.path().startsWith(prefix)) {
        String rest = option.path().substring(prefix.length());
        names.add(rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest);
      }
    }
    return names;
  }

  private static void checkTimeOrQuery(String text) {
    if (!isQuery(text)) {
      try {
        ValueType.parseInstant(text);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            e.getMessage() + "; or write a query that begins with select", e);
      }
    }
  }

  static boolean isQuery(String text) {
    return text.strip().toLowerCase(Locale.ROOT).startsWith("select");
  }

  private static Map<String, Mechanism> mechanisms() {
    Map<String, Mechanism> mechanisms = new LinkedHashMap<>();
    for (Mechanism mechanism : Mechanism.values()) {
      mechanisms.put(mechanism.text(), mechanism);
    }
    return mechanisms;
  }

  private static <E extends Enum<E>> Map<String, E> words(E[] values) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E value : values) {
      words.put(value.name().toLowerCase(Locale.ROOT).replace('_', '-'), value);
    }
    return words;
  }
}
