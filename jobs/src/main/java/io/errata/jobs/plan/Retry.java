package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.jobs.graph.KeySelection;
import io.errata.jobs.plan.RunRecord.RetriedPlan;
import io.errata.state.plan.EntryReader;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.PlanManifest.RetrySection;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a plan takes over from one whose quarantine it retries: the keys, and what the source held
 * then. {@link #NONE} is that of a plan which retries nothing.
 */
final class Retry {
  /** As many keys as are kept in the memory of each task. */
  static final int MOST = 100_000;

  static final Retry NONE = new Retry(null, KeySelection.ALL, null, null);

  private final @Nullable PlanManifest retried;
  private final KeySelection keys;
  private final @Nullable RetrySection section;
  private final @Nullable RetriedPlan place;

  private Retry(
      @Nullable PlanManifest retried,
      KeySelection keys,
      @Nullable RetrySection section,
      @Nullable RetriedPlan place) {
    this.retried = retried;
    this.keys = keys;
    this.section = section;
    this.place = place;
  }

  /** Reads the keys that a plan left in quarantine. */
  static Retry of(PlanDirectory plan) {
    PlanManifest manifest = plan.manifest();
    Set<String> forms = new HashSet<>();
    boolean all = false;
    try (EntryReader<QuarantineEntry> entries = plan.quarantine()) {
      for (Optional<QuarantineEntry> next = entries.next();
          next.isPresent() && !all;
          next = entries.next()) {
        @Nullable String form = next.get().keyForm();
        all = form == null;
        if (form != null && forms.size() <= MOST) {
          forms.add(form);
        }
      }
    }
    if (all) {
      forms.clear();
    } else if (forms.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot retry plan " + manifest.plan() + ": nothing is in quarantine");
    } else if (forms.size() > MOST) {
      throw new ErrataException(
          ErrorCode.LIMIT,
          "Cannot retry plan "
              + manifest.plan()
              + ": it left more than "
              + MOST
              + " keys in quarantine (a retry takes at most as many)",
          "Plan again with errata plan, which looks at every key.");
    }
    return new Retry(
        manifest,
        all ? KeySelection.ALL : KeySelection.of(forms),
        new RetrySection(
            manifest.plan(),
            all ? -1 : forms.size(),
            manifest.retry().map(RetrySection::live).orElse(manifest.rows().live())),
        new RetriedPlan(manifest.plan(), plan.seal(), plan.location()));
  }

  /**
   * What a run retried when it began, which may be nothing.
   *
   * @throws ErrataException INVALID_PLAN where the plan that it retries is no longer there as it
   *     was; UNAVAILABLE where its folder can't be reached
   */
  static Retry of(RunRecord run) {
    if (run.retried().isEmpty()) {
      return NONE;
    }
    RetriedPlan began = run.retried().get();
    PlanDirectory plan;
    try {
      plan = PlanDirectory.open(FlinkPlanStorage.at(began.location()));
      plan.verifySeal();
    } catch (ErrataException e) {
      throw new ErrataException(
          e.code(),
          "Cannot resume run "
              + run.id()
              + ": it retries plan "
              + began.plan()
              + ", which can't be read. "
              + e.getMessage(),
          "Bring that plan back, and resume again; errata resume "
              + run.id()
              + " --drop removes what it has kept.",
          e);
    }
    if (!plan.seal().equals(began.seal())) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot resume run "
              + run.id()
              + ": it retries plan "
              + began.plan()
              + " with seal "
              + began.seal()
              + " ("
              + began.location()
              + " has "
              + plan.seal()
              + ")",
          "Bring that plan back, or retry the one that is there; errata resume "
              + run.id()
              + " --drop removes what it has kept.");
    }
    return of(plan);
  }

  /** What a run has to keep of it. */
  Optional<RetriedPlan> place() {
    return Optional.ofNullable(place);
  }

  KeySelection keys() {
    return keys;
  }

  Optional<RetrySection> section() {
    return Optional.ofNullable(section);
  }

  /**
   * Sees that the keys are those of the same rows.
   *
   * @throws ErrataException INVALID_SPEC where window, table or key are others
   */
  void check(Preparation prepared) {
    if (retried == null) {
      return;
    }
    refuseOther(
        "window",
        retried.window().from() + " to " + retried.window().to(),
        prepared.window().from() + " to " + prepared.window().to());
    refuseOther("table", retried.table().description().name(), prepared.table().name());
    refuseOther("key", key(retried.table().description()), key(prepared.table()));
  }

  private static String key(TableDescription table) {
    return table.keySchema().columns().stream()
        .map(column -> column.name() + " " + column.type())
        .collect(Collectors.joining(", "));
  }

  private void refuseOther(String what, String planned, String asked) {
    if (retried != null && !planned.equals(asked)) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot retry plan "
              + retried.plan()
              + ": its "
              + what
              + " is "
              + planned
              + " (the spec's is "
              + asked
              + ")",
          "A retry looks at the keys of that plan alone. For anything else, plan again.");
    }
  }

  /** What the retried plan read and the source no longer has as it was. */
  List<Gap> changes(List<InputPart> inputs) {
    List<Gap> changes = new ArrayList<>();
    if (retried == null) {
      return changes;
    }
    Map<String, InputPart> now = byName(inputs);
    for (ReadPart then : retried.coverage().inputs()) {
      @Nullable String change = change(then, now.get(then.input()));
      if (change != null) {
        changes.add(new Gap(then.input(), change + " plan " + retried.plan() + " read it"));
      }
    }
    return changes;
  }

  private static Map<String, InputPart> byName(List<InputPart> inputs) {
    Map<String, InputPart> byName = new HashMap<>();
    inputs.forEach(part -> byName.put(part.name(), part));
    return byName;
  }

  private static @Nullable String change(ReadPart then, @Nullable InputPart now) {
    if (now == null) {
      return "it is no longer there as it was when";
    }
    if (!now.generation().equals(then.generation()) || now.bytes() != then.bytes()) {
      return "it was replaced since";
    }
    if (now.first() > then.first()) {
      return "it begins at " + now.first() + " now, and began at " + then.first() + " when";
    }
    long endNow = now.first() + now.rows();
    long endThen = then.first() + then.expected();
    return now.rows() >= 0 && then.expected() >= 0 && endNow < endThen
        ? "it ends at " + endNow + " now, and ended at " + endThen + " when"
        : null;
  }

  /** What the source has beyond what the retried plan read, for people. */
  Optional<String> additions(List<InputPart> inputs) {
    if (retried == null) {
      return Optional.empty();
    }
    Map<String, ReadPart> then = new HashMap<>();
    retried.coverage().inputs().forEach(part -> then.put(part.input(), part));
    long more =
        inputs.stream()
            .filter(
                part -> {
                  ReadPart before = then.get(part.name());
                  return before == null
                      || part.first() < before.first()
                      || (part.rows() >= 0 && part.rows() > before.expected());
                })
            .count();
    return more == 0
        ? Optional.empty()
        : Optional.of(
            more
                + (more == 1 ? " input of the window has" : " inputs of the window have")
                + " more than when plan "
                + retried.plan()
                + " was made; it is read too, as the live rows may have it by now.");
  }
}
