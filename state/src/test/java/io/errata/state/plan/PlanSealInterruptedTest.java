package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ErrataException;
import io.errata.state.plan.FailingPlanStorage.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever step of sealing is the last one that happens, there is a whole plan or none. */
class PlanSealInterruptedTest {
  private static final int MANY = 100;

  @TempDir private Path folder;

  private final Map<Path, PlanManifest> manifests = new HashMap<>();
  private int runs;

  @ParameterizedTest
  @EnumSource(Done.class)
  void seal_interruptedWherePlanIsNew_leavesItOrNone(Done done) throws IOException {
    assertWholeOrNone(done, null);
  }

  @ParameterizedTest
  @EnumSource(Done.class)
  void seal_interruptedWherePlanIsKept_leavesIt(Done done) throws IOException {
    int steps = assertWholeOrNone(done, manifest -> manifest);
    assertThat(steps).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Done.class)
  void seal_interruptedWherePlanIsReplaced_leavesOneOrNone(Done done) throws IOException {
    assertWholeOrNone(done, Plans::withGap);
  }

  private interface Old {
    PlanManifest of(PlanManifest manifest);
  }

  private int assertWholeOrNone(Done done, @Nullable Old old) throws IOException {
    for (int n = 0; n < MANY; n++) {
      Path root = folder.resolve(done + "-" + n);
      PlanStorage plans = LocalPlanStorage.of(root);
      String oldSeal = "";
      if (old != null) {
        oldSeal =
            PlanDirectory.seal(plans, "staging-old", old.of(stage(plans, "staging-old"))).seal();
      }
      PlanManifest manifest = stage(plans, "staging-new");
      boolean interrupted = false;
      try {
        PlanDirectory.seal(new FailingPlanStorage(plans, n, done), "staging-new", manifest);
      } catch (ErrataException e) {
        interrupted = true;
      }

      List<String> found = PlanDirectory.find(plans);
      for (String plan : found) {
        PlanDirectory there = PlanDirectory.open(plans, plan);
        there.verifySeal();
        assertThat(there.seal().equals(oldSeal) || there.manifest().equals(manifest)).isTrue();
      }

      PlanManifest again = stage(plans, "staging-again");
      PlanDirectory next = PlanDirectory.seal(plans, "staging-again", again);
      next.verifySeal();
      assertThat(next.manifest().coverage().complete()).isTrue();
      try (var files = Files.list(root.resolve(manifest.plan()))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder(
                "corrections", "effects", "quarantine", "report.html", "manifest.json");
      }
      if (!interrupted) {
        return n;
      }
    }
    throw new AssertionError("Sealing took more than " + MANY + " steps");
  }

  /**
   * Two runs that find the same in other files; made once and copied, as there are hundreds of
   * tries.
   */
  private PlanManifest stage(PlanStorage plans, String staging) throws IOException {
    Path template = folder.resolve("template-" + runs++ % 2);
    PlanManifest manifest = manifests.get(template);
    if (manifest == null) {
      List<Correction> corrections = new ArrayList<>(Plans.corrections());
      Collections.rotate(corrections, manifests.size());
      manifest = Plans.stage(LocalPlanStorage.of(template), "files", corrections);
      manifests.put(template, manifest);
    }
    for (PlanFile file : manifest.files()) {
      Path copy = Path.of(plans.location(), staging, file.path());
      Files.createDirectories(copy.getParent());
      Files.copy(template.resolve("files").resolve(file.path()), copy);
    }
    return manifest;
  }
}
