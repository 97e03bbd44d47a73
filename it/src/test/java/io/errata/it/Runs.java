package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Row;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.EntryReader;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTables;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The steps of a run, as the commands take them. */
final class Runs {
  private Runs() {}

  static PlanDirectory plan(SpecDraft draft) {
    return plan(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
  }

  static PlanDirectory plan(Spec spec, PlannerOptions options) {
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      return planner.plan(spec, options);
    }
  }

  static WriteResult apply(SpecDraft draft, PlanDirectory plan) {
    return apply(draft.parse(), plan);
  }

  static WriteResult apply(Spec spec, PlanDirectory plan) {
    try (LiveTable table = LiveTables.open(spec.table())) {
      return table.apply(request(spec, plan));
    }
  }

  static WriteResult rollback(SpecDraft draft, PlanDirectory plan) {
    return rollback(draft.parse(), plan);
  }

  static WriteResult rollback(Spec spec, PlanDirectory plan) {
    try (LiveTable table = LiveTables.open(spec.table())) {
      return table.rollback(request(spec, plan));
    }
  }

  private static WriteRequest request(Spec spec, PlanDirectory plan) {
    plan.verifySeal();
    return new WriteRequest(
        plan.manifest().plan(),
        plan.seal(),
        plan.manifest().table().description().fingerprint(),
        plan.manifest().worker().identity(),
        plan.manifest().window().from(),
        plan.manifest().window().to(),
        plan.corrections(),
        spec.conflicts());
  }

  /**
   * The key of each correction, and what it does: {@code insert}, {@code update} with the values
   * after, {@code delete}.
   */
  static TreeMap<String, String> corrections(PlanDirectory plan) {
    List<String> key = plan.manifest().table().description().key();
    TreeMap<String, String> found = new TreeMap<>();
    try (CorrectionReader reader = plan.corrections().open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        Correction correction = next.get();
        String what;
        if (correction instanceof Correction.Insert insert) {
          what = "insert " + texts(insert.after());
        } else if (correction instanceof Correction.Update update) {
          what = "update " + texts(update.after());
        } else {
          what = "delete";
        }
        String before = found.put(texts(correction.key(key)).toString(), what);
        if (before != null) {
          throw new AssertionError("Two corrections of one key: " + before + " and " + what);
        }
      }
    }
    return found;
  }

  static List<@Nullable String> texts(Row row) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < row.schema().size(); i++) {
      Object value = row.value(i);
      texts.add(DuckDb.text(value instanceof Instant time ? time.toString() : value));
    }
    return texts;
  }

  static List<QuarantineEntry> quarantine(PlanDirectory plan) {
    return all(plan.quarantine());
  }

  /** With their bytes. */
  static List<QuarantineEntry> deadLetters(PlanDirectory plan) {
    return all(plan.deadLetters());
  }

  static List<EffectEntry> effects(PlanDirectory plan) {
    return all(plan.effects());
  }

  /** The number of the last checkpoint below a folder that is complete, or 0. */
  static long lastCheckpoint(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.endsWith("_metadata"))
          .map(path -> path.getParent().getFileName().toString())
          // A savepoint's name has no number.
          .filter(name -> name.startsWith("chk-"))
          .mapToLong(name -> Long.parseLong(name.substring(4)))
          .max()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      // A folder that isn't there yet, or a file that was there when its folder was listed.
      return 0;
    }
  }

  /** Fails where a plan differs from what was expected in its id or in what it counts. */
  static void assertSame(PlanDirectory plan, PlanManifest expected) {
    plan.verifySeal();
    PlanManifest manifest = plan.manifest();
    assertThat(manifest.plan()).isEqualTo(expected.plan());
    assertThat(manifest.events()).isEqualTo(expected.events());
    assertThat(manifest.rows()).isEqualTo(expected.rows());
    assertThat(manifest.coverage()).isEqualTo(expected.coverage());
    assertThat(manifest.limits()).isEqualTo(expected.limits());
  }

  private static <T> List<T> all(EntryReader<T> reader) {
    List<T> entries = new ArrayList<>();
    try (reader) {
      for (Optional<T> next = reader.next(); next.isPresent(); next = reader.next()) {
        entries.add(next.get());
      }
    }
    return entries;
  }
}
