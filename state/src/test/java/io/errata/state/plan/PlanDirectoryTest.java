package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.digest.SetDigest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanDirectoryTest {
  @TempDir private Path folder;

  @Test
  void seal_ofStagedFiles_holdsAllThatWasWritten() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanManifest manifest = Plans.stage(plans, Plans.STAGING, Plans.corrections());

    PlanDirectory sealed = PlanDirectory.seal(plans, Plans.STAGING, manifest);

    assertThat(folder).isDirectoryNotContaining(path -> path.endsWith(Plans.STAGING));
    assertThat(PlanDirectory.find(plans)).containsExactly(manifest.plan());
    for (PlanDirectory plan :
        List.of(
            sealed,
            PlanDirectory.open(plans, manifest.plan()),
            PlanDirectory.open(LocalPlanStorage.of(folder.resolve(manifest.plan()))))) {
      plan.verifySeal();
      assertThat(plan.location()).isEqualTo(folder.resolve(manifest.plan()).toString());
      assertThat(plan.seal()).isEqualTo(sealed.seal()).hasSize(64);
      assertThat(plan.manifest()).isEqualTo(manifest);
      assertThat(plan.corrections().counts()).isEqualTo(new CorrectionCounts(1, 2, 1));
      assertThat(Plans.drain(plan.corrections().open()))
          .containsExactlyInAnyOrderElementsOf(Plans.corrections());
      assertThat(Plans.drain(plan.quarantine()))
          .containsExactly(
              new QuarantineEntry(
                  "user_id=eve", "t3:eve", null, "a.parquet", 7, "it has no amount"));
      assertThat(Plans.drain(plan.effects()))
          .containsExactly(
              new EffectEntry("user_id=bob", "e1", "totals@2", "mail", "bob", "hello"));
      assertThat(plan.read("report.html")).hasContent("<html></html>");
    }
  }

  @Test
  void open_withoutManifest_saysThatItIsNoPlan() {
    assertRefused(
        () -> PlanDirectory.open(LocalPlanStorage.of(folder)), "there is no manifest.json in it");
    assertRefused(
        () -> PlanDirectory.open(LocalPlanStorage.of(folder.resolve("nowhere"))),
        "there is no manifest.json in it");
  }

  @Test
  void verifySeal_ofEditedFile_namesIt() throws IOException {
    PlanDirectory plan = plan();
    Path file = Path.of(plan.location(), "corrections/part-1.parquet");
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
    assertRefused(plan::verifySeal, "corrections/part-1.parquet was changed after it was sealed");
  }

  @Test
  void verifySeal_ofMissingFile_namesIt() throws IOException {
    PlanDirectory plan = plan();
    Files.delete(Path.of(plan.location(), "quarantine/part-0.parquet"));
    assertRefused(plan::verifySeal, "quarantine/part-0.parquet is missing");
  }

  @Test
  void verifySeal_ofAddedFile_namesIt() throws IOException {
    PlanDirectory plan = plan();
    Files.writeString(Path.of(plan.location(), "effects/more.parquet"), "x");
    assertRefused(plan::verifySeal, "effects/more.parquet was added after it was sealed");
  }

  @Test
  void verifySeal_ofLinkedFile_refusesTheLink() throws IOException {
    PlanDirectory plan = plan();
    Path file = Path.of(plan.location(), "effects/part-0.parquet");
    Path outside = folder.resolve("outside.parquet");
    Files.move(file, outside);
    Files.createSymbolicLink(file, outside);
    assertRefused(plan::verifySeal, "is a symbolic link");
  }

  @Test
  void corrections_ofTruncatedFile_areRefusedWhereverItEnds() throws IOException {
    PlanDirectory plan = plan();
    Path file = Path.of(plan.location(), "corrections/part-0.parquet");
    byte[] content = Files.readAllBytes(file);
    for (int length = 0; length < content.length; length += 1 + content.length / 40) {
      Files.write(file, Arrays.copyOf(content, length));
      assertRefused(() -> Plans.drain(plan.corrections().open()), "corrections/part-0.parquet");
      assertRefused(plan::verifySeal, "corrections/part-0.parquet was changed");
    }
  }

  @Test
  void corrections_ofOtherFileWithFittingName_areRefusedAtTheEnd() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanDirectory plan = plan();
    CorrectionFileWriter writer =
        CorrectionFileWriter.open(
            plans, plan.manifest().plan() + "/corrections/part-0.parquet", Tables.totals());
    writer.write(Plans.insert("ann", 1));
    writer.write(Plans.delete("cyd", 5));
    writer.close();
    assertRefused(
        () -> Plans.drain(plan.corrections().open()),
        "they are not those that its manifest counts");
  }

  @Test
  void corrections_ofOtherNumberOfRows_areRefused() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanDirectory plan = plan();
    CorrectionFileWriter writer =
        CorrectionFileWriter.open(
            plans, plan.manifest().plan() + "/corrections/part-0.parquet", Tables.totals());
    writer.write(Plans.insert("ann", 1));
    writer.close();
    assertRefused(
        () -> Plans.drain(plan.corrections().open()), "it has 1 rows (the manifest says 2)");
  }

  @Test
  void corrections_ofOtherTable_areRefused() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanDirectory plan = plan();
    CorrectionFileWriter.open(
            plans, plan.manifest().plan() + "/corrections/part-0.parquet", Tables.everyType())
        .close();
    assertRefused(() -> Plans.drain(plan.corrections().open()), "its columns are not those");
  }

  @Test
  void open_ofEditedManifest_isRefused() throws IOException {
    PlanDirectory plan = plan();
    edit(plan, "\"update\" : 2", "\"update\" : 3");
    assertRefused(() -> reopen(plan), "it was changed after it was sealed");
  }

  @Test
  void seal_whereThePlanIsThere_keepsTheOldOne() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanDirectory old = plan();
    PlanManifest again = Plans.stage(plans, "staging-2", reversed());
    assertThat(again.plan()).isEqualTo(old.manifest().plan());
    assertThat(again.files()).isNotEqualTo(old.manifest().files());

    assertThat(PlanDirectory.seal(plans, "staging-2", again).seal()).isEqualTo(old.seal());
    assertThat(folder).isDirectoryNotContaining(path -> path.endsWith("staging-2"));
    reopen(old).verifySeal();
  }

  @Test
  void seal_whereTheOldPlanIsBroken_replacesIt() throws IOException {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanDirectory old = plan();
    Files.writeString(Path.of(old.location(), "corrections/part-0.parquet"), "x");
    Files.writeString(Path.of(old.location(), "corrections/part-9.parquet"), "x");

    PlanManifest again = Plans.stage(plans, "staging-2", reversed());
    PlanDirectory fresh = PlanDirectory.seal(plans, "staging-2", again);
    fresh.verifySeal();
    assertThat(reopen(fresh).manifest()).isEqualTo(again);
  }

  @Test
  void seal_whereTheOldPlanSaysOtherwise_replacesIt() {
    assertThat(replaces(Plans.withGap(staged(1)), staged(2))).isTrue();
    assertThat(replaces(Plans.withLimit(staged(3)), staged(4))).isTrue();
    assertThat(replaces(Plans.withUrl(staged(5), "jdbc:postgresql://old/app"), staged(6))).isTrue();
    assertThat(replaces(staged(7), Plans.withGap(staged(8)))).isTrue();
    assertThat(replaces(staged(9), Plans.withLimit(staged(10)))).isTrue();
    assertThat(replaces(staged(11), Plans.withQuarantined(staged(12)))).isTrue();
    assertThat(replaces(staged(13), Plans.withSpec(staged(14), "conflicts: skip"))).isTrue();
    assertThat(replaces(Plans.withGap(staged(15)), Plans.withGap(staged(16)))).isFalse();
  }

  @Test
  void seal_ofFilesThatDontFit_isRefused() throws IOException {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanManifest manifest = Plans.stage(plans, Plans.STAGING, Plans.corrections());
    Files.writeString(folder.resolve(Plans.STAGING).resolve("corrections/more.parquet"), "x");
    assertThatThrownBy(() -> PlanDirectory.seal(plans, Plans.STAGING, manifest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("corrections/more.parquet");
    assertThat(PlanDirectory.find(plans)).isEmpty();
  }

  @Test
  void seal_whereAnotherRunTakesItsFiles_isNoSuccess() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanManifest manifest = Plans.stage(plans, Plans.STAGING, Plans.corrections());
    PlanStorage shared =
        (PlanStorage)
            Proxy.newProxyInstance(
                PlanStorage.class.getClassLoader(),
                new Class<?>[] {PlanStorage.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("move")
                      && arguments[1].toString().endsWith(PlanDirectory.MANIFEST)) {
                    plans.delete(manifest.plan() + "/corrections");
                  }
                  return method.invoke(plans, arguments);
                });
    assertThatThrownBy(() -> PlanDirectory.seal(shared, Plans.STAGING, manifest))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("another run wrote to it at the same time")
        .extracting(e -> ((ErrataException) e).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void plan_ofNoCorrections_canBeSealedAndRead() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    PlanManifest manifest = Plans.manifest(CorrectionCounts.NONE, SetDigest.EMPTY, List.of());
    PlanDirectory plan = PlanDirectory.seal(plans, "staging-0", manifest);
    plan.verifySeal();
    assertThat(Plans.drain(plan.corrections().open())).isEmpty();
    assertThat(Plans.drain(plan.quarantine())).isEmpty();
  }

  private int staging;

  private PlanManifest staged(int number) {
    staging = number;
    return Plans.stage(
        LocalPlanStorage.of(folder),
        "staged-" + number,
        number % 2 == 0 ? reversed() : Plans.corrections());
  }

  /**
   * Seals both, which were staged right before, and tells whether the second one is there
   * afterwards.
   */
  private boolean replaces(PlanManifest old, PlanManifest fresh) {
    PlanStorage plans = LocalPlanStorage.of(folder);
    plans.delete(fresh.plan());
    PlanDirectory.seal(plans, "staged-" + (staging - 1), old);
    PlanDirectory sealed = PlanDirectory.seal(plans, "staged-" + staging, fresh);
    sealed.verifySeal();
    assertThat(reopen(sealed).seal()).isEqualTo(sealed.seal());
    assertThat(sealed.manifest()).isIn(old, fresh);
    return sealed.manifest().equals(fresh);
  }

  private static List<Correction> reversed() {
    List<Correction> corrections = Plans.corrections();
    return List.of(corrections.get(3), corrections.get(2), corrections.get(1), corrections.get(0));
  }

  private PlanDirectory plan() {
    PlanStorage plans = LocalPlanStorage.of(folder);
    return PlanDirectory.seal(
        plans, Plans.STAGING, Plans.stage(plans, Plans.STAGING, Plans.corrections()));
  }

  private PlanDirectory reopen(PlanDirectory plan) {
    return PlanDirectory.open(LocalPlanStorage.of(Path.of(plan.location())));
  }

  private static void edit(PlanDirectory plan, String from, String to) throws IOException {
    Path manifest = Path.of(plan.location(), PlanDirectory.MANIFEST);
    String json = Files.readString(manifest, StandardCharsets.UTF_8);
    assertThat(json).contains(from);
    Files.writeString(manifest, json.replace(from, to), StandardCharsets.UTF_8);
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((ErrataException) e).code())
        .isEqualTo(ErrorCode.INVALID_PLAN);
  }
}
