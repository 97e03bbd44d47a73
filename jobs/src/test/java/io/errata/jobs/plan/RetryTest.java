package io.errata.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.jobs.report.SamplePlan;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.RetrySection;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.plan.QuarantineFileWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetryTest {
  private static final PlanManifest SAMPLE = SamplePlan.manifest();

  @TempDir private Path folder;

  private PlanDirectory plan(Stream<QuarantineEntry> quarantined) {
    PlanStorage storage = LocalPlanStorage.of(folder);
    QuarantineFileWriter writer =
        QuarantineFileWriter.open(storage, "staging/quarantine/0.parquet");
    quarantined.forEach(writer::write);
    PlanFile file = writer.close();
    return PlanDirectory.staged(
        storage,
        "staging",
        SAMPLE.withFiles(
            List.of(
                new PlanFile("quarantine/0.parquet", file.rows(), file.bytes(), file.sha256()))));
  }

  private static QuarantineEntry entry(String key) {
    return new QuarantineEntry("user_id=" + key, key, "e1", "a", 7, "no amount");
  }

  private static List<InputPart> inputs() {
    List<InputPart> inputs = new ArrayList<>();
    SAMPLE
        .coverage()
        .inputs()
        .forEach(
            part ->
                inputs.add(
                    new InputPart(
                        part.input(),
                        part.first(),
                        part.expected(),
                        part.bytes(),
                        part.generation())));
    return inputs;
  }

  @Test
  void keys_areCountedOnce() {
    Retry retry = Retry.of(plan(Stream.of(entry("a"), entry("b"), entry("a"))));
    assertThat(retry.section()).contains(new RetrySection(SAMPLE.plan(), 2, SAMPLE.rows().live()));
    assertThat(retry.keys().isAll()).isFalse();
  }

  @Test
  void eventWithoutAKey_standsForAll() {
    QuarantineEntry unkeyed = new QuarantineEntry(null, null, null, "a", 7, "no JSON");
    Retry retry = Retry.of(plan(Stream.of(entry("a"), unkeyed, entry("b"))));
    assertThat(retry.section()).map(RetrySection::keys).contains(-1L);
    assertThat(retry.keys().isAll()).isTrue();
  }

  @Test
  void moreKeysThanAreKeptInMemory_areRefused() {
    Stream<QuarantineEntry> many =
        IntStream.rangeClosed(0, Retry.MOST).mapToObj(i -> entry("k" + i));
    PlanDirectory plan = plan(many);
    assertThatThrownBy(() -> Retry.of(plan))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT))
        .hasMessage(
            "Cannot retry plan "
                + SAMPLE.plan()
                + ": it left more than 100000 keys in quarantine (a retry takes at most as many)");
  }

  @Test
  void planWithoutQuarantine_hasNothingToRetry() {
    PlanDirectory plan = plan(Stream.of());
    assertThatThrownBy(() -> Retry.of(plan))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing is in quarantine");
  }

  @Test
  void inputsThatAreAsTheyWere_areNoChange() {
    Retry retry = Retry.of(plan(Stream.of(entry("a"))));
    assertThat(retry.changes(inputs())).isEmpty();
    assertThat(retry.additions(inputs())).isEmpty();
    assertThat(Retry.NONE.changes(inputs())).isEmpty();
    assertThat(Retry.NONE.additions(inputs())).isEmpty();
  }

  @Test
  void inputsThatLostSomething_areGaps() {
    Retry retry = Retry.of(plan(Stream.of(entry("a"))));
    List<InputPart> inputs = inputs();
    InputPart of = inputs.get(0);
    inputs.set(0, new InputPart(of.name(), 5, 41_662, of.bytes(), of.generation()));
    inputs.set(
        1, new InputPart(inputs.get(1).name(), 0, 9, inputs.get(1).bytes(), of.generation()));
    inputs.set(2, new InputPart(inputs.get(2).name(), 0, 41_667, 7, of.generation()));
    inputs.set(3, new InputPart(inputs.get(3).name(), 0, 41_667, inputs.get(3).bytes(), "1"));
    inputs.remove(23);
    assertThat(retry.changes(inputs))
        .extracting(Gap::reason)
        .containsExactly(
            "it begins at 5 now, and began at 0 when plan " + SAMPLE.plan() + " read it",
            "it ends at 9 now, and ended at 41667 when plan " + SAMPLE.plan() + " read it",
            "it was replaced since plan " + SAMPLE.plan() + " read it",
            "it was replaced since plan " + SAMPLE.plan() + " read it",
            "it is no longer there as it was when plan " + SAMPLE.plan() + " read it");
  }

  @Test
  void inputsThatHaveMore_areTold() {
    Retry retry = Retry.of(plan(Stream.of(entry("a"))));
    List<InputPart> inputs = inputs();
    InputPart of = inputs.get(0);
    inputs.set(0, new InputPart(of.name(), 0, 50_000, of.bytes(), of.generation()));
    inputs.add(new InputPart("late", 0, 1, 1, "1"));
    assertThat(retry.changes(inputs)).isEmpty();
    assertThat(retry.additions(inputs))
        .contains(
            "2 inputs of the window have more than when plan "
                + SAMPLE.plan()
                + " was made; it is read too, as the live rows may have it by now.");
  }
}
