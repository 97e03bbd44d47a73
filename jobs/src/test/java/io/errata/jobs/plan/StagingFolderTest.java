package io.errata.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingFolderTest {
  private static final String PLAN = "0123456789abcdef0123456789abcdef";

  @TempDir Path plans;

  @BeforeEach
  void processesAreKnown() {
    assumeThat(ProcessIdentity.current()).as("a system with /proc").isPresent();
  }

  @Test
  void folder_ofARunThatEnds_isGone() {
    try (StagingFolder staging = take("mine")) {
      assertThat(plans.resolve(".staging-mine/lease")).content().contains(me().toString());
      assertThat(staging.files()).isEqualTo(".staging-mine/files");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void folder_ofAProcessThatIsGone_isRemoved() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("cat").start();
    ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();
    left("killed", identity.toString(), "");
    try (StagingFolder staging = take("one")) {
      assertThat(names()).containsExactly(".staging-killed", ".staging-one");
    }
    process.destroyForcibly().waitFor();
    try (StagingFolder staging = take("two")) {
      assertThat(names()).containsExactly(".staging-two");
    }
  }

  @Test
  void folder_ofAProcessWhoseNumberIsUsedAgain_isRemoved() throws IOException {
    ProcessIdentity me = me();
    left("killed", new ProcessIdentity(me.boot(), me.namespace(), me.number(), "1").toString(), "");
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).containsExactly(".staging-mine");
    }
  }

  @Test
  void folder_ofAnotherMachine_isRemovedOnlyWhenItsLeaseIsOld() throws IOException {
    ProcessIdentity me = me();
    for (ProcessIdentity other :
        List.of(
            new ProcessIdentity("another-boot", me.namespace(), 1L << 40, "1"),
            new ProcessIdentity(me.boot(), "pid:[1]", 1L << 40, "1"))) {
      left("elsewhere", other.toString(), "");
      try (StagingFolder staging = take("mine")) {
        assertThat(names()).containsExactly(".staging-elsewhere", ".staging-mine");
      }
      age(plans.resolve(".staging-elsewhere"));
      try (StagingFolder staging = take("mine")) {
        assertThat(names()).containsExactly(".staging-mine");
      }
    }
  }

  @Test
  void folder_thatIsOldButIsStillWrittenTo_stays() throws IOException {
    left("elsewhere", "", "");
    age(plans.resolve(".staging-elsewhere"));
    Files.writeString(plans.resolve(".staging-elsewhere/files/corrections/0.parquet"), "more");
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).contains(".staging-elsewhere");
    }
  }

  @Test
  void folder_withoutALease_isRemovedOnlyWhenItIsOld() throws IOException {
    left("unleased", "", "");
    Files.delete(plans.resolve(".staging-unleased/lease"));
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).contains(".staging-unleased");
    }
    age(plans.resolve(".staging-unleased"));
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).containsExactly(".staging-mine");
    }
  }

  @Test
  void planWithoutManifest_ofARunThatIsGone_isRemoved() throws IOException {
    left("killed", gone(), PLAN);
    Files.createDirectories(plans.resolve(PLAN + "/corrections"));
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).containsExactly(".staging-mine");
    }
  }

  @Test
  void planWithManifest_ofARunThatIsGone_stays() throws IOException {
    left("killed", gone(), PLAN);
    Files.createDirectories(plans.resolve(PLAN));
    Files.writeString(plans.resolve(PLAN + "/manifest.json"), "{}");
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).containsExactly(".staging-mine", PLAN);
    }
  }

  @Test
  void planWithoutManifest_thatALivingRunSeals_stays() throws IOException {
    left("killed", gone(), PLAN);
    left("living", me().toString(), PLAN);
    Files.createDirectories(plans.resolve(PLAN + "/corrections"));
    try (StagingFolder staging = take("mine")) {
      assertThat(names()).containsExactly(".staging-living", ".staging-mine", PLAN);
    }
  }

  @Test
  void leaseThatLeadsOut_removesNothing() throws IOException {
    Path kept = Files.createDirectories(plans.resolve("kept"));
    left("killed", gone(), "kept");
    left("killed-too", gone(), "../" + plans.getFileName() + "/kept");
    try (StagingFolder staging = take("mine")) {
      assertThat(kept).exists();
    }
  }

  @Test
  void seal_notesThePlan() {
    try (StagingFolder staging = take("mine")) {
      staging.seal(PLAN);
      assertThat(plans.resolve(".staging-mine/lease")).content().endsWith("\n" + PLAN + "\n");
    }
  }

  @Test
  void seal_afterTheFolderWasTakenForGone_isRefused() throws IOException {
    try (StagingFolder staging = take("mine")) {
      Files.delete(plans.resolve(".staging-mine/lease"));
      assertThatExceptionOfType(ErrataException.class)
          .isThrownBy(() -> staging.seal(PLAN))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .withMessageStartingWith(
              "Cannot seal plan "
                  + PLAN
                  + ": another run took this one for gone and removed its files");
    }
  }

  private StagingFolder take(String run) {
    return StagingFolder.take(FlinkPlanStorage.at(plans.toString()), run);
  }

  private static ProcessIdentity me() {
    return ProcessIdentity.current().orElseThrow();
  }

  /** Of this machine, with a number that no process has. */
  private static String gone() {
    return new ProcessIdentity(me().boot(), me().namespace(), 1L << 40, "1").toString();
  }

  private void left(String run, String process, String plan) throws IOException {
    Path folder = plans.resolve(".staging-" + run);
    Files.createDirectories(folder.resolve("files/corrections"));
    Files.writeString(folder.resolve("files/corrections/0.parquet"), "half");
    Files.writeString(folder.resolve("lease"), process + "\n" + plan + "\n");
  }

  private static void age(Path folder) throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(plans)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
