package io.errata.state.plan;

import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.PlanManifest.TableSection;
import io.errata.state.plan.PlanManifest.WorkerSection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of what a plan would do: the same corrections of the same table, from the same window by
 * the same worker, have one id, whatever files, order, parallelism or time they came from. {@code
 * docs/canonical-form.md} defines it.
 */
public final class PlanId {
  /** The number of characters of an id. */
  public static final int LENGTH = 32;

  private PlanId() {}

  /**
   * Of a plan that is about all keys of its window.
   *
   * @param table of which name, key, compared columns and set expressions count
   * @param from the window's start as it was read, inclusive
   * @param to the window's end as it was read, exclusive
   * @param worker of which identity and definition count
   * @param corrections by kind
   * @param correctionSet the digest of the set of {@link Correction#digest()}
   * @return 32 lower-case hexadecimal digits
   * @throws IllegalArgumentException where the two last don't count as many corrections
   */
  public static String of(
      TableSection table,
      Instant from,
      Instant to,
      WorkerSection worker,
      CorrectionCounts corrections,
      SetDigest correctionSet) {
    return of(table, from, to, worker, corrections, correctionSet, Optional.empty());
  }

  /**
   * The same, of a plan that may be about some keys only.
   *
   * @param retried the id of the plan whose quarantined keys these are: no retry takes the place of
   *     the plan that it retries
   */
  public static String of(
      TableSection table,
      Instant from,
      Instant to,
      WorkerSection worker,
      CorrectionCounts corrections,
      SetDigest correctionSet,
      Optional<String> retried) {
    if (corrections.total() != correctionSet.count()) {
      throw new IllegalArgumentException(
          "Cannot make a plan id: "
              + corrections
              + " (the set of corrections has "
              + correctionSet.count()
              + ")");
    }
    StringBuilder form = new StringBuilder();
    append(form, "errata plan 1");
    append(form, table.description().name());
    append(form, table.description().key());
    append(form, table.description().compare());
    append(form, table.set().size());
    for (Map.Entry<String, String> expression : table.set().entrySet()) {
      append(form, expression.getKey());
      append(form, expression.getValue());
    }
    append(form, from.toString());
    append(form, to.toString());
    append(form, worker.identity());
    append(form, worker.definition());
    append(form, corrections.insert());
    append(form, corrections.update());
    append(form, corrections.delete());
    append(form, correctionSet.toString());
    retried.ifPresent(plan -> append(form, plan));
    return Digest.ofText(form.toString()).hex().substring(0, LENGTH);
  }

  /** The id that a manifest should have. */
  static String of(PlanManifest manifest) {
    return of(
        manifest.table(),
        manifest.window().from(),
        manifest.window().to(),
        manifest.worker(),
        manifest.corrections(),
        manifest.correctionSet(),
        manifest.retry().map(PlanManifest.RetrySection::plan));
  }

  private static void append(StringBuilder form, List<String> names) {
    append(form, names.size());
    names.forEach(name -> append(form, name));
  }

  private static void append(StringBuilder form, @Nullable Object value) {
    CanonicalForm.append(form, "the plan", value);
  }
}
