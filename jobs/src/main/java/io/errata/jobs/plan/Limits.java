package io.errata.jobs.plan;

import io.errata.jobs.spec.LimitsSpec;
import io.errata.jobs.spec.Spec.FilterSpec;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.PlanManifest.LimitHit;
import java.util.ArrayList;
import java.util.List;

/** Compares what a plan would do with what its spec allows. */
final class Limits {
  /** Of a plan that nobody can allow to be applied. */
  private static final String PART_OF_THE_EVENTS = "filter.first";

  private Limits() {}

  /**
   * The limits that are exceeded.
   *
   * @param filter which events the plan was made from
   * @param live rows of the live table in scope, of which percentages are taken
   * @param quarantined keys that are left out
   * @param allBarred whether no key can be corrected
   */
  static List<LimitHit> find(
      FilterSpec filter,
      LimitsSpec limits,
      CorrectionCounts corrections,
      long live,
      long quarantined,
      boolean allBarred) {
    List<LimitHit> hits = new ArrayList<>();
    if (filter.first().isPresent()) {
      hits.add(
          new LimitHit(
              PART_OF_THE_EVENTS,
              "all",
              Long.toString(filter.first().getAsLong()),
              "Rows are made from the first "
                  + filter.first().getAsLong()
                  + " events alone (filter.first), and so from part of their events: this plan is for looking. Leave"
                  + " filter.first out and plan again."));
    }
    if (limits.corrections().isPresent()
        && limits.corrections().get().exceededBy(corrections.total(), live)) {
      hits.add(
          new LimitHit(
              "corrections",
              limits.corrections().get().toString(),
              Long.toString(corrections.total()),
              corrections.total()
                  + " corrections of "
                  + live
                  + " live rows are more than limits.corrections allows ("
                  + limits.corrections().get()
                  + "). Look at the largest; if they are right, raise the limit and plan again."));
    }
    if (limits.deletes().exceededBy(corrections.delete(), live)) {
      hits.add(
          new LimitHit(
              "deletes",
              limits.deletes().toString(),
              Long.toString(corrections.delete()),
              corrections.delete()
                  + " rows would be deleted, more than limits.deletes allows ("
                  + limits.deletes()
                  + "). If no event stands behind these rows, set limits.deletes and plan again."));
    }
    if (allBarred) {
      hits.add(
          new LimitHit(
              "quarantine",
              limits.quarantine().toString(),
              "all",
              "The key of an event can't be known, so that no row can be corrected for certain."
                  + " Mend the event or leave it out with the filter, and plan again."));
    } else if (limits.quarantine().exceededBy(quarantined, live)) {
      hits.add(
          new LimitHit(
              "quarantine",
              limits.quarantine().toString(),
              Long.toString(quarantined),
              quarantined
                  + " keys are in quarantine, more than limits.quarantine allows ("
                  + limits.quarantine()
                  + "). Look at the reasons; mend the events or the worker, or raise the limit to"
                  + " leave these keys as they are."));
    }
    return hits;
  }
}
