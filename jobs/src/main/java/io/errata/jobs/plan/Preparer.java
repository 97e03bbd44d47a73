package io.errata.jobs.plan;

import io.errata.api.Bucket;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRule;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.expression.Conditions;
import io.errata.jobs.graph.KeySelection;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LiveTable;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.io.Serializable;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Asks table, worker and source what a spec comes to. */
final class Preparer {
  private final Spec spec;
  private final LiveTable table;
  private final WindowSource source;
  private final ClassLoader workers;
  private final List<String> warnings = new ArrayList<>();

  /**
   * Asks nothing yet.
   *
   * @param workers where workers in Java are looked for
   */
  Preparer(Spec spec, LiveTable table, WindowSource source, ClassLoader workers) {
    this.spec = spec;
    this.table = table;
    this.source = source;
    this.workers = workers;
  }

  /**
   * Asks, and checks the answers against each other.
   *
   * @throws ErrataException INVALID_TABLE, INVALID_WORKER, INVALID_SOURCE or INVALID_SPEC where
   *     they don't fit, UNAVAILABLE where one can't be reached
   */
  Preparation prepare() {
    TableDescription description = table.describe();
    warnings.addAll(table.warnings());
    ChosenWorker chosen = ChosenWorker.of(spec, description, source, workers);
    checkColumns(chosen.worker(), description);
    Optional<Condition> condition = condition();
    EventSchema events = events(chosen.worker(), condition);
    condition.ifPresent(c -> c.check(events.payloadSchema()));
    events.rules().forEach(rule -> rule.passes().check(events.payloadSchema()));
    if (events.isIdPosition()) {
      warnings.add(
          "Events have no id and are told apart by where they lie: one that is in the archive twice counts twice.");
    }
    Optional<Bucket> bucket = chosen.bucket();
    if (bucket.isEmpty() && spec.base().isEmpty()) {
      warnings.add(
          "No key column of "
              + description.name()
              + " is a time bucket and there is no base: each row is taken to be made by the events of the window alone."
              + " If a row also counts events before or after "
              + spec.window()
              + ", this plan would undo them. Put a bucket such as day(ts, UTC) into the key, give a base, or let the"
              + " window hold all events.");
    }
    Window window = spec.window();
    Optional<String> reason = Optional.empty();
    if (bucket.isPresent() && spec.base().isEmpty()) {
      window = window.widen(bucket.get());
      if (!window.equals(spec.window())) {
        reason =
            Optional.of(
                "widened to whole buckets ("
                    + bucket.get().unit().toString().toLowerCase(Locale.ROOT)
                    + ", "
                    + bucket.get().zone()
                    + "): part of a bucket would not make its row");
      }
    }
    if (spec.base().isPresent()) {
      Instant complete = completeTo();
      if (complete.isAfter(window.to())) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot plan running rows: the live rows are complete to "
                + complete
                + " (the window ends at "
                + window.to()
                + ")",
            "Let the window reach that time; otherwise the events after it would be undone.");
      }
      if (complete.isBefore(window.to())) {
        if (!complete.isAfter(window.from())) {
          throw new ErrataException(
              ErrorCode.INVALID_SPEC,
              "Cannot plan running rows: the live rows are complete to "
                  + complete
                  + " only (the window begins at "
                  + window.from()
                  + ")",
              "Take an earlier window and base, or correct table.complete-to.");
        }
        window = new Window(window.from(), complete);
        reason =
            Optional.of(
                "ends where the live rows are complete: events after that are not in them yet");
      }
    }
    return new Preparation(
        chosen,
        description,
        events,
        condition,
        window,
        reason,
        keys(description),
        range(chosen, description, bucket, window),
        warnings);
  }

  private KeySelection keys(TableDescription description) {
    if (spec.filter().keys().isEmpty()) {
      return KeySelection.ALL;
    }
    String file = spec.filter().keys().get();
    KeyList list = KeyList.read(file, description);
    warnings.add(
        "This plan is about the "
            + list.forms().size()
            + " keys of "
            + file
            + " (filter.keys) and looks at no other row; in order, these keys have the digest "
            + list.digest().hex()
            + ".");
    return KeySelection.of(list.forms());
  }

  private void checkColumns(ReplayWorker worker, TableDescription description) {
    if (!Set.copyOf(worker.key().names()).equals(Set.copyOf(description.key()))) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot use the worker for "
              + description.name()
              + ": its key is "
              + worker.key().names()
              + " (table.key is "
              + description.key()
              + ")",
          "Let table.key name the worker's key columns.");
    }
    for (String name : description.compare()) {
      if (!worker.columns().has(name)) {
        throw new ErrataException(
            ErrorCode.INVALID_WORKER,
            "Cannot use the worker for "
                + description.name()
                + ": it doesn't compute the compared column "
                + name
                + " (it computes "
                + worker.columns().names()
                + ")",
            "Take the column out of table.compare, or take a worker that computes it.");
      }
    }
    RowSchema computed = worker.key().concat(worker.columns());
    for (Column column : description.values().columns()) {
      TableColumn stored = description.column(column.name());
      ColumnType type = computed.column(column.name()).type();
      if (!stored.accepts(type)) {
        throw new ErrataException(
            ErrorCode.INVALID_WORKER,
            "Cannot store column "
                + column.name()
                + " of "
                + description.name()
                + ": the worker computes "
                + type
                + " (the column is "
                + stored.sqlType()
                + ")",
            "Change the worker's type, or leave the column out.");
      }
    }
  }

  private Optional<Condition> condition() {
    List<Condition> conditions = new ArrayList<>();
    if (!spec.filter().types().isEmpty()) {
      String typeField =
          spec.events()
              .fields()
              .type()
              .orElseThrow(
                  () ->
                      new ErrataException(
                          ErrorCode.INVALID_SPEC,
                          "Cannot filter by type: events.fields.type is not set",
                          "Name the field that holds the event type in events.fields.type."));
      conditions.add(Conditions.typeIn(spec.filter().types(), typeField));
    }
    spec.filter().where().ifPresent(where -> conditions.add(Conditions.parse(where)));
    return conditions.isEmpty() ? Optional.empty() : Optional.of(Conditions.all(conditions));
  }

  /**
   * The type of each field: as the spec says, else as the worker reads it, else as it is compared,
   * else as it is kept.
   */
  private EventSchema events(ReplayWorker worker, Optional<Condition> condition) {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (Worker<?> version : worker.versions()) {
      for (Column column : version.reads().columns()) {
        ColumnType before = types.putIfAbsent(column.name(), column.type());
        if (before != null && before != column.type()) {
          throw new ErrataException(
              ErrorCode.INVALID_WORKER,
              "Cannot use the versions of worker "
                  + version.name()
                  + " together: they read "
                  + column.name()
                  + " as "
                  + before
                  + " and as "
                  + column.type(),
              "Let all versions read the field as one type.");
        }
      }
    }
    List<EventRule> rules = spec.events().rules();
    List<Condition> conditions = new ArrayList<>();
    condition.ifPresent(conditions::add);
    rules.forEach(rule -> conditions.add(rule.passes()));
    Set<String> conditionFields = new TreeSet<>();
    Map<String, ColumnType> compared = new LinkedHashMap<>();
    for (Condition each : conditions) {
      conditionFields.addAll(each.fields());
      each.wantedTypes().forEach(compared::putIfAbsent);
    }
    Set<String> untyped = new LinkedHashSet<>(conditionFields);
    untyped.removeAll(types.keySet());
    var fields = spec.events().fields();
    List<String> sequence = fields.sequence();
    untyped.addAll(sequence);
    untyped.removeAll(types.keySet());
    Map<String, ColumnType> declared = fields.types();
    List<String> asked = untyped.stream().filter(f -> !declared.containsKey(f)).toList();
    Map<String, ColumnType> kept = asked.isEmpty() ? Map.of() : source.naturalTypes(asked);
    Map<String, ColumnType> resolved = new LinkedHashMap<>(types);
    for (String field : untyped) {
      ColumnType natural = kept.getOrDefault(field, ColumnType.TEXT);
      ColumnType wanted =
          natural == ColumnType.TEXT && !sequence.contains(field)
              ? compared.getOrDefault(field, natural)
              : natural;
      resolved.put(field, declared.getOrDefault(field, wanted));
    }
    List<EventField> payload = new ArrayList<>();
    resolved.forEach(
        (field, type) -> {
          if (types.containsKey(field) || conditionFields.contains(field)) {
            payload.add(new EventField(field, type));
          }
        });
    return new EventSchema(
        fields.id(),
        fields.time(),
        fields.timeUnit(),
        fields.zone().orElse(null),
        fields.type().orElse(null),
        sequence.stream().map(field -> new EventField(field, resolved.get(field))).toList(),
        payload,
        rules);
  }

  private Instant completeTo() {
    String complete =
        spec.completeTo()
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.INVALID_SPEC,
                        "Cannot plan running rows: table.complete-to is not set",
                        "Say up to which event time the live rows are complete: a time, or a query that gives one."));
    if (complete.trim().toLowerCase(Locale.ROOT).startsWith("select")) {
      return table.timeOf(complete);
    }
    try {
      return Instant.parse(complete.trim());
    } catch (DateTimeParseException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read table.complete-to: it is neither a time nor a query",
          "Write an ISO 8601 time with Z, or a query that begins with select.",
          e);
    }
  }

  private static Optional<KeyRange> range(
      ChosenWorker chosen, TableDescription description, Optional<Bucket> bucket, Window window) {
    if (bucket.isEmpty() || chosen.bucketColumn().isEmpty()) {
      return Optional.empty();
    }
    String column = chosen.bucketColumn().get();
    Bucket buckets = bucket.get();
    Serializable from;
    Serializable to;
    switch (description.column(column).storage()) {
      case DATE -> {
        from = buckets.start(window.from()).atZone(buckets.zone()).toLocalDate();
        to = window.to().atZone(buckets.zone()).toLocalDate();
      }
      case TIMESTAMP, LOCAL_TIMESTAMP -> {
        from = buckets.start(window.from());
        to = window.to();
      }
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(new KeyRange(column, from, to));
  }
}
