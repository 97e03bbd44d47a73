package io.errata.jobs.plan;

import io.errata.api.Bucket;
import io.errata.api.ColumnType;
import io.errata.api.Worker;
import io.errata.connectors.WindowSource;
import io.errata.connectors.expression.ScalarExpression;
import io.errata.jobs.aggregate.AggregateSpec;
import io.errata.jobs.aggregate.AggregateWorker;
import io.errata.jobs.aggregate.EventFacts;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.WorkerSpec;
import io.errata.jobs.worker.AsOfWorker;
import io.errata.jobs.worker.DeclaredWorker;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.VersionedWorker;
import io.errata.jobs.worker.WorkerCatalog;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.digest.Digest;
import io.errata.state.table.TableDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The worker of a spec, found.
 *
 * @param definition from which each task makes its own
 * @param worker one that was made here, to be asked
 * @param identity as in the plan: {@code name@2}, {@code name@as-of(1,2)} or {@code aggregate}
 * @param declaration of a declared worker in canonical JSON, or empty
 * @param code the digest of a Java worker's classes, or empty
 * @param bucketColumn the key column that holds the start of the bucket, where that is known
 */
record ChosenWorker(
    WorkerDefinition definition,
    ReplayWorker worker,
    String identity,
    String declaration,
    String code,
    Optional<String> bucketColumn) {

  /**
   * Finds it.
   *
   * @param source is asked for the types of the fields that a declared worker reads
   * @param loader where workers in Java are looked for
   * @throws io.errata.api.ErrataException INVALID_WORKER where it isn't there, INVALID_SPEC where a
   *     declaration can't be used, INVALID_SOURCE where a field isn't there
   */
  static ChosenWorker of(
      Spec spec, TableDescription table, WindowSource source, ClassLoader loader) {
    if (spec.worker() instanceof WorkerSpec.Declared declared) {
      return declared(spec, declared.aggregate(), table, source);
    }
    WorkerDefinition definition;
    String identity;
    ReplayWorker worker;
    if (spec.worker() instanceof WorkerSpec.Versioned versioned) {
      definition = new VersionedWorker(versioned.name(), versioned.version());
      worker = definition.open(loader);
      identity = versioned.name() + "@" + versioned.version();
    } else {
      String name = ((WorkerSpec.AsOf) spec.worker()).name();
      definition = new AsOfWorker(name);
      worker = definition.open(loader);
      // The effective dates decide which version sees which event, so they belong to what the plan
      // would do.
      identity =
          worker.versions().stream()
              .map(v -> v.version() + " from " + v.effectiveFrom())
              .collect(Collectors.joining(", ", name + "@as-of(", ")"));
    }
    String code =
        Digest.ofText(
                worker.versions().stream()
                    .map(v -> WorkerCatalog.codeDigest(v).hex())
                    .collect(Collectors.joining("\n")))
            .hex();
    return new ChosenWorker(definition, worker, identity, "", code, Optional.empty());
  }

  private static ChosenWorker declared(
      Spec spec, AggregateSpec aggregate, TableDescription table, WindowSource source) {
    var fields = spec.events().fields();
    Map<String, ColumnType> types = new HashMap<>(fields.types());
    List<String> asked =
        aggregate.fields().stream().filter(field -> !types.containsKey(field)).sorted().toList();
    if (!asked.isEmpty()) {
      types.putAll(source.naturalTypes(asked));
    }
    EventFacts facts = new EventFacts(fields.id(), fields.time(), types);
    DeclaredWorker definition = new DeclaredWorker(aggregate, table, facts);
    AggregateWorker worker = AggregateWorker.of(aggregate, table, facts);
    Optional<Bucket> bucket = worker.bucket();
    Optional<String> bucketColumn =
        bucket.flatMap(
            wanted ->
                aggregate.key().entrySet().stream()
                    .filter(
                        e ->
                            ScalarExpression.parse(e.getValue())
                                .bucketOf(fields.time())
                                .equals(Optional.of(wanted)))
                    .map(Map.Entry::getKey)
                    .findFirst());
    return new ChosenWorker(
        definition,
        ReplayWorker.of(worker),
        AggregateWorker.NAME,
        worker.definition(),
        "",
        bucketColumn);
  }

  /** The bucket that the key holds. */
  Optional<Bucket> bucket() {
    Optional<Bucket> bucket = Optional.empty();
    for (Worker<?> version : worker.versions()) {
      bucket = version.bucket();
    }
    return bucket;
  }
}
