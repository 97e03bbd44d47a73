package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.Secret;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaSecurity;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.aggregate.AggregateSpec;
import io.errata.jobs.spec.EventsSpec.FieldsSpec;
import io.errata.jobs.spec.EventsSpec.KafkaSpec;
import io.errata.jobs.spec.Spec.BaseSpec;
import io.errata.jobs.spec.Spec.FilterSpec;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LoadLimits;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the records of a spec from its settings, and checks what no setting says alone. */
final class SpecAssembly {
  private static final long SHORTEST_WORKER_MILLIS = 100;
  private static final long SHORTEST_CHECKPOINT_MILLIS = 100;

  private final OptionValues values;
  private final References references;
  private final Problems problems;

  SpecAssembly(OptionValues values, References references, Problems problems) {
    this.values = values;
    this.references = references;
    this.problems = problems;
  }

  /**
   * @param text what the spec keeps of itself
   * @return null where there are problems
   */
  @Nullable Spec assemble(String text) {
    Window window = window();
    WorkerSpec worker = worker();
    Optional<BaseSpec> base = base(window);
    List<String> compare = compare(worker);
    checkFilter();
    checkColumns(worker, compare);
    checkTimeouts();
    checkConnections();
    TablePlace place = new TablePlace(values, problems);
    place.check();
    String url = place.isCsv() ? place.csvUrl() : credential(SpecOptions.URL);
    String user = credential(SpecOptions.USER);
    String password = credential(SpecOptions.PASSWORD);
    boolean fromKafka = isFromKafka();
    Optional<KafkaSpec> kafka = fromKafka ? kafka() : Optional.empty();
    Optional<ArchiveOptions> archive =
        values.isGiven("events.archive") ? Optional.ofNullable(archive()) : Optional.empty();
    Optional<String> completeTo = completeTo();
    if (!problems.isEmpty()) {
      return null;
    }
    return new Spec(
        required(SpecOptions.NAME),
        present(window),
        new EventsSpec(
            archive,
            kafka,
            required(SpecOptions.EVENTS_USE),
            fields(),
            required(SpecOptions.EVENTS_RULES),
            required(SpecOptions.EVENTS_QUARANTINE)),
        new FilterSpec(
            required(SpecOptions.FILTER_TYPE),
            Optional.ofNullable(values.find(SpecOptions.FILTER_WHERE)),
            Optional.ofNullable(values.find(SpecOptions.FILTER_KEYS)),
            first()),
        present(worker),
        base,
        new LiveTableOptions(
            present(url),
            user,
            password == null ? null : Secret.of(password),
            present(place.name()),
            required(SpecOptions.KEY),
            compare,
            values.find(SpecOptions.OWNS),
            required(SpecOptions.SET),
            required(SpecOptions.LOCK_TIMEOUT),
            required(SpecOptions.STATEMENT_TIMEOUT),
            place.csv(),
            new LoadLimits(
                values.find(SpecOptions.TABLE_LAG), values.find(SpecOptions.TABLE_LOAD))),
        completeTo,
        new LimitsSpec(
            Optional.ofNullable(values.find(SpecOptions.CORRECTIONS)),
            required(SpecOptions.DELETES),
            required(SpecOptions.QUARANTINE),
            required(SpecOptions.MISSING_COVERAGE),
            required(SpecOptions.RATE),
            Optional.ofNullable(values.find(SpecOptions.CONNECTIONS)),
            required(SpecOptions.WORKER_TIME)),
        new ExecutionSpec(
            required(SpecOptions.EXECUTION_MODE),
            required(SpecOptions.CHECKPOINT_INTERVAL),
            Optional.ofNullable(values.find(SpecOptions.CHECKPOINT_PATH))),
        required(SpecOptions.CONFLICTS),
        required(SpecOptions.PLANS),
        text);
  }

  private @Nullable Window window() {
    Instant from = values.find(SpecOptions.FROM);
    Instant to = values.find(SpecOptions.TO);
    if (from == null || to == null) {
      return null;
    }
    if (from.equals(to)) {
      problem(SpecOptions.TO.path(), "the window is empty: it begins and ends at " + from);
      return null;
    }
    if (from.isAfter(to)) {
      problem(
          SpecOptions.TO.path(),
          "the window ends before it begins: " + to + " is before " + from + "; swap from and to");
      return null;
    }
    return new Window(from, to);
  }

  private boolean isFromKafka() {
    boolean kafka = values.isGiven("events.kafka");
    boolean archive = values.isGiven("events.archive");
    if (kafka && archive) {
      checkStitched();
    } else if (!kafka && !archive && !values.hidden("events.archive")) {
      problem("events", "it has neither archive nor kafka; say where events are read");
    }
    Use use = values.find(SpecOptions.EVENTS_USE);
    boolean isThere =
        use == null
            || switch (use) {
              case AUTO -> true;
              case KAFKA -> kafka;
              case ARCHIVE -> archive;
              case BOTH -> kafka && archive;
            };
    if (!isThere) {
      problem(
          SpecOptions.EVENTS_USE.path(),
          "it names a source that events doesn't have; give events.kafka and events.archive, or leave it out");
    }
    return kafka;
  }

  private void checkStitched() {
    Use use = values.find(SpecOptions.EVENTS_USE);
    if (use == Use.KAFKA || use == Use.ARCHIVE) {
      return;
    }
    if (values.isGiven(SpecOptions.KAFKA_OFFSETS.path())) {
      problem(
          SpecOptions.KAFKA_OFFSETS.path(),
          "offsets don't say what part of the window they hold, so that nothing can be stitched to them; write use: kafka in"
              + " events, or leave them out");
    }
    if (EventSchema.POSITION.equals(values.find(SpecOptions.FIELD_ID))) {
      problem(
          SpecOptions.FIELD_ID.path(),
          "an event that lies in Kafka and in the archive would count twice: events that are stitched need an id of their"
              + " own; write use: kafka or use: archive in events, or name a field");
    }
  }

  private Optional<KafkaSpec> kafka() {
    List<String> topics = new ArrayList<>();
    String topic = values.find(SpecOptions.KAFKA_TOPIC);
    if (topic != null) {
      topics.add(topic);
    }
    List<String> several = values.find(SpecOptions.KAFKA_TOPICS);
    if (several != null) {
      topics.addAll(several);
    }
    String pattern = values.find(SpecOptions.KAFKA_TOPIC_PATTERN);
    List<String> given =
        List.of(SpecOptions.KAFKA_TOPIC, SpecOptions.KAFKA_TOPICS, SpecOptions.KAFKA_TOPIC_PATTERN)
            .stream()
            .map(SpecOption::path)
            .filter(values::isGiven)
            .toList();
    if (given.size() != 1) {
      problem(
          "events.kafka",
          given.isEmpty()
              ? "it names no topic; give topic, topics or topic-pattern"
              : "it has " + String.join(" and ", given) + "; keep one");
    }
    Duration slack = values.find(SpecOptions.KAFKA_SLACK);
    Duration before = values.find(SpecOptions.KAFKA_SLACK_BEFORE);
    Duration after = values.find(SpecOptions.KAFKA_SLACK_AFTER);
    KafkaSecurity security = new KafkaSecurity(sasl(), tls());
    RecordAssembly records = new RecordAssembly(values, problems, this::credential, this::secret);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new KafkaSpec(
              new KafkaOptions(
                  required(SpecOptions.KAFKA_BROKERS),
                  topics,
                  pattern,
                  before == null ? present(slack) : before,
                  after == null ? present(slack) : after,
                  required(SpecOptions.KAFKA_OFFSETS),
                  required(SpecOptions.KAFKA_ISOLATION),
                  required(SpecOptions.KAFKA_PROPERTIES),
                  security),
              present(records.value()),
              Optional.ofNullable(records.key())));
    } catch (ErrataException e) {
      problem("events.kafka", e.getMessage() + ". " + e.next());
      return Optional.empty();
    }
  }

  private KafkaSecurity.@Nullable Sasl sasl() {
    if (!values.isGiven("events.kafka.sasl")) {
      return null;
    }
    KafkaSecurity.Mechanism mechanism = values.find(SpecOptions.KAFKA_SASL_MECHANISM);
    String user = credential(SpecOptions.KAFKA_SASL_USER);
    String password = secret(SpecOptions.KAFKA_SASL_PASSWORD);
    return mechanism == null || user == null || password == null
        ? null
        : new KafkaSecurity.Sasl(mechanism, user, Secret.of(password));
  }

  private KafkaSecurity.@Nullable Tls tls() {
    if (!values.isGiven("events.kafka.tls")) {
      return null;
    }
    String ca = credential(SpecOptions.KAFKA_TLS_CA);
    String certificate = credential(SpecOptions.KAFKA_TLS_CERTIFICATE);
    String key = secret(SpecOptions.KAFKA_TLS_KEY);
    String keyPassword = secret(SpecOptions.KAFKA_TLS_KEY_PASSWORD);
    if (values.isGiven(SpecOptions.KAFKA_TLS_KEY.path())
        != values.isGiven(SpecOptions.KAFKA_TLS_CERTIFICATE.path())) {
      problem(
          "events.kafka.tls", "certificate and key belong together; give both, or leave both out");
    }
    return new KafkaSecurity.Tls(
        "system".equals(ca) ? null : ca,
        certificate,
        key == null ? null : Secret.of(key),
        keyPassword == null ? null : Secret.of(keyPassword));
  }

  /** What a reference stands for that must be one. */
  private @Nullable String secret(SpecOption<String> option) {
    String text = values.find(option);
    if (text != null && !References.isReference(text)) {
      problem(
          option.path(),
          "it must be a reference, so that the secret itself stands nowhere; write \"${env:NAME}\" or \"${file:path}\"");
      return null;
    }
    return credential(option);
  }

  private @Nullable ArchiveOptions archive() {
    String path = values.find(SpecOptions.ARCHIVE_PATH);
    String layout = values.find(SpecOptions.ARCHIVE_LAYOUT);
    ArchiveOptions.Format format = values.find(SpecOptions.ARCHIVE_FORMAT);
    ZoneId zone = values.find(SpecOptions.ARCHIVE_ZONE);
    Duration slack = values.find(SpecOptions.ARCHIVE_SLACK);
    Character delimiter = values.find(SpecOptions.ARCHIVE_DELIMITER);
    if (values.isGiven(SpecOptions.ARCHIVE_DELIMITER.path())
        && format != null
        && format != ArchiveOptions.Format.CSV) {
      problem(SpecOptions.ARCHIVE_DELIMITER.path(), "it is for format: csv only");
    }
    if (path == null
        || layout == null
        || format == null
        || zone == null
        || slack == null
        || delimiter == null) {
      return null;
    }
    try {
      return new ArchiveOptions(
          path,
          layout,
          zone,
          format,
          slack,
          delimiter,
          values.find(SpecOptions.ARCHIVE_SCHEMA_FILE));
    } catch (ErrataException e) {
      problem("events.archive", e.getMessage() + ". " + e.next());
      return null;
    }
  }

  private FieldsSpec fields() {
    return new FieldsSpec(
        required(SpecOptions.FIELD_ID),
        required(SpecOptions.FIELD_TIME),
        required(SpecOptions.FIELD_TIME_UNIT),
        Optional.ofNullable(values.find(SpecOptions.FIELD_ZONE)),
        Optional.ofNullable(values.find(SpecOptions.FIELD_TYPE)),
        required(SpecOptions.FIELD_SEQUENCE),
        required(SpecOptions.FIELD_TYPES));
  }

  private OptionalLong first() {
    Integer first = values.find(SpecOptions.FILTER_FIRST);
    return first == null ? OptionalLong.empty() : OptionalLong.of(first);
  }

  private void checkFilter() {
    if (values.isGiven(SpecOptions.FILTER_FIRST.path())
        && values.isGiven(SpecOptions.OWNS.path())) {
      problem(
          SpecOptions.FILTER_FIRST.path(),
          "with table.owns, rows whose events come later would look as if they had none; leave one of the two out");
    }
    if (values.isGiven(SpecOptions.FILTER_TYPE.path())
        && !values.isGiven(SpecOptions.FIELD_TYPE.path())) {
      problem(
          SpecOptions.FILTER_TYPE.path(),
          "it needs "
              + SpecOptions.FIELD_TYPE.path()
              + ", which says what field the event type is in");
    }
  }

  private @Nullable WorkerSpec worker() {
    boolean named =
        values.isGiven(SpecOptions.WORKER_NAME.path())
            || values.isGiven(SpecOptions.WORKER_VERSION.path());
    boolean declared = values.isGiven("worker.aggregate");
    if (named && declared) {
      problem(
          "worker",
          "it has both forms; keep either name and version, for a worker in Java, or aggregate");
      return null;
    }
    if (declared) {
      Map<String, String> key = either(SpecOptions.AGGREGATE_KEY);
      Map<String, String> columns = either(SpecOptions.AGGREGATE_COLUMNS);
      return key == null || columns == null
          ? null
          : new WorkerSpec.Declared(new AggregateSpec(key, columns));
    }
    if (!named && values.hidden(SpecOptions.WORKER_NAME.path())) {
      return null;
    }
    if (!named) {
      problem("worker", "it is missing; give name and version, for a worker in Java, or aggregate");
      return null;
    }
    String name = either(SpecOptions.WORKER_NAME);
    Optional<Integer> version = either(SpecOptions.WORKER_VERSION);
    if (name == null || version == null) {
      return null;
    }
    return version.isPresent()
        ? new WorkerSpec.Versioned(name, version.get())
        : new WorkerSpec.AsOf(name);
  }

  /** The value of a setting that must be there now that its form is chosen. */
  private <T> @Nullable T either(SpecOption<T> option) {
    if (!values.isGiven(option.path())) {
      problem(option.path(), "it is missing");
    }
    return values.find(option);
  }

  private Optional<BaseSpec> base(@Nullable Window window) {
    if (!values.isGiven("base")) {
      if (values.isGiven(SpecOptions.COMPLETE_TO.path())) {
        problem(
            SpecOptions.COMPLETE_TO.path(),
            "it is for running rows only; give their base, or leave it out");
      }
      return Optional.empty();
    }
    boolean table = values.isGiven(SpecOptions.BASE_TABLE.path());
    boolean path = values.isGiven(SpecOptions.BASE_PATH.path());
    if (table == path) {
      problem(
          "base", table ? "it has both a table and a path; keep one" : "give a table or a path");
    }
    if (!values.isGiven(SpecOptions.COMPLETE_TO.path())) {
      problem(
          SpecOptions.COMPLETE_TO.path(),
          "it is missing: running rows need the event time up to which the live rows are complete");
    }
    Instant time = values.find(SpecOptions.BASE_TIME);
    if (time != null && window != null && !time.equals(window.from())) {
      problem(
          SpecOptions.BASE_TIME.path(),
          "the base shows "
              + time
              + " and the window begins at "
              + window.from()
              + "; they must be the same: earlier events are in the base, later ones are not");
    }
    return time == null
        ? Optional.empty()
        : Optional.of(
            new BaseSpec(
                Optional.ofNullable(values.find(SpecOptions.BASE_TABLE)),
                Optional.ofNullable(values.find(SpecOptions.BASE_PATH)),
                time));
  }

  private Optional<String> completeTo() {
    return Optional.ofNullable(values.find(SpecOptions.COMPLETE_TO))
        .map(
            text ->
                SpecOptions.isQuery(text) ? text.strip() : ValueType.parseInstant(text).toString());
  }

  private List<String> compare(@Nullable WorkerSpec worker) {
    List<String> compare = values.find(SpecOptions.COMPARE);
    if (compare != null) {
      return compare;
    }
    if (worker instanceof WorkerSpec.Declared declared) {
      return List.copyOf(declared.aggregate().columns().keySet());
    }
    if (worker != null && !values.isGiven(SpecOptions.COMPARE.path())) {
      problem(
          SpecOptions.COMPARE.path(),
          "it is missing: with a worker in Java, name the columns to compare and correct");
    }
    return List.of();
  }

  private void checkColumns(@Nullable WorkerSpec worker, List<String> compare) {
    List<String> key = Optional.ofNullable(values.find(SpecOptions.KEY)).orElse(List.of());
    Set<String> set = Optional.ofNullable(values.find(SpecOptions.SET)).orElse(Map.of()).keySet();
    if (values.isGiven(SpecOptions.COMPARE.path())) {
      refuseCommon(
          SpecOptions.COMPARE.path(), compare, key, "is of the key, and so the same on both sides");
    }
    String setPath = SpecOptions.SET.path();
    refuseCommon(setPath, set, key, "is of the key, which a correction never changes");
    refuseCommon(setPath, set, compare, "is compared, and so written as recomputed");
    if (worker instanceof WorkerSpec.Declared declared && !key.isEmpty()) {
      checkDeclared(declared.aggregate(), key, compare, set);
    }
  }

  private void checkDeclared(
      AggregateSpec aggregate, List<String> key, List<String> compare, Set<String> set) {
    String keyPath = SpecOptions.AGGREGATE_KEY.path();
    String columnsPath = SpecOptions.AGGREGATE_COLUMNS.path();
    Set<String> made = aggregate.key().keySet();
    Set<String> computed = aggregate.columns().keySet();
    for (String name : key) {
      if (!made.contains(name)) {
        problem(keyPath, "it doesn't say what the key column " + name + " is made from");
      }
    }
    for (String name : made) {
      if (!key.contains(name)) {
        problem(
            keyPath + "." + name,
            name + " is not in " + SpecOptions.KEY.path() + ValueType.didYouMean(name, key));
      }
    }
    refuseCommon(columnsPath, computed, key, "is of the key; it belongs to " + keyPath);
    for (String name : compare) {
      if (!computed.contains(name) && !key.contains(name)) {
        problem(
            SpecOptions.COMPARE.path(),
            name + " is not in " + columnsPath + ValueType.didYouMean(name, computed));
      }
    }
    List<String> uncompared = new ArrayList<>(computed);
    uncompared.removeAll(compare);
    refuseCommon(SpecOptions.SET.path(), set, uncompared, "is in " + columnsPath + " already");
  }

  private void refuseCommon(
      String path, Collection<String> names, Collection<String> others, String reason) {
    for (String name : names) {
      if (others.contains(name)) {
        problem(path, YamlReader.shorten(name) + " " + reason);
      }
    }
  }

  private void checkConnections() {
    Integer most = values.find(SpecOptions.CONNECTIONS);
    if (most == null) {
      return;
    }
    String path = SpecOptions.CONNECTIONS.path();
    if (values.isGiven(SpecOptions.CSV_PATH.path())) {
      problem(path, "a CSV file has no connections; leave it out");
      return;
    }
    int tables = values.isGiven(SpecOptions.BASE_TABLE.path()) ? 2 : 1;
    int fewest = LimitsSpec.fewestConnections(tables);
    if (most < fewest) {
      problem(
          path,
          most
              + " are too few (at least "
              + fewest
              + "): a plan has two of its own and two for a reader"
              + (tables > 1 ? ", for the live table and for base.table" : ""));
    }
  }

  private void checkTimeouts() {
    Duration lock = values.find(SpecOptions.LOCK_TIMEOUT);
    if (lock != null && lock.toMillis() < 1) {
      problem(
          SpecOptions.LOCK_TIMEOUT.path(),
          lock + " is too short (at least PT0.001S): it would wait for ever");
    }
    Duration lag = values.find(SpecOptions.TABLE_LAG);
    if (lag != null && lag.toMillis() < 1) {
      problem(
          SpecOptions.TABLE_LAG.path(),
          lag + " is too short (at least PT0.001S): no replica is always up to date");
    }
    Duration worker = values.find(SpecOptions.WORKER_TIME);
    if (worker != null && !worker.isZero() && worker.toMillis() < SHORTEST_WORKER_MILLIS) {
      problem(
          SpecOptions.WORKER_TIME.path(),
          worker + " is too short (at least PT0.1S, or PT0S for no limit)");
    }
    Duration checkpoints = values.find(SpecOptions.CHECKPOINT_INTERVAL);
    if (checkpoints != null && checkpoints.toMillis() < SHORTEST_CHECKPOINT_MILLIS) {
      problem(
          SpecOptions.CHECKPOINT_INTERVAL.path(),
          checkpoints
              + " is too short (at least PT0.1S): it would do nothing but write checkpoints");
    }
    if (values.find(SpecOptions.EXECUTION_MODE) == ExecutionSpec.Mode.BATCH
        && values.isGiven("execution.checkpoints")) {
      problem(
          "execution.checkpoints",
          "it is for "
              + SpecOptions.EXECUTION_MODE.path()
              + ": streaming; in batch execution there are none");
    }
    Duration statement = values.find(SpecOptions.STATEMENT_TIMEOUT);
    if (statement != null && !statement.isZero() && statement.toMillis() < 1) {
      problem(
          SpecOptions.STATEMENT_TIMEOUT.path(),
          statement + " is too short (at least PT0.001S, or PT0S for no limit)");
    }
  }

  private @Nullable String credential(SpecOption<String> option) {
    String text = values.find(option);
    if (text == null) {
      return null;
    }
    Location location = values.location(option.path());
    if (option == SpecOptions.PASSWORD && !References.isReference(text)) {
      problem(
          option.path(),
          "it must be a reference, so that the secret itself stands nowhere; write \"${env:PGPASSWORD}\" or \"${file:path}\"");
      return null;
    }
    String resolved = references.resolve(location, option.path(), text);
    if (option == SpecOptions.URL) {
      // As written and as resolved: a variable may hold a whole URL.
      references.checkUrl(location, resolved == null ? text : resolved);
    }
    return resolved;
  }

  private void problem(String path, String text) {
    problems.add(values.location(path), path, text);
  }

  private <T> T required(SpecOption<T> option) {
    return present(values.find(option));
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("A setting without a problem has a value");
    }
    return value;
  }
}
