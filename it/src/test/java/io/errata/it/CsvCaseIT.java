package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of {@code examples/csv} as a person runs it: files in, files out, and no database.
 * Not even the driver and the binaries of PostgreSQL are there.
 */
class CsvCaseIT {
  private static final Path EXAMPLE = RepositoryFiles.root().resolve("examples/csv");
  private static final String TABLE = "existing_results.csv";
  private static final String LIST = "corrections_to_apply.csv";

  @TempDir Path folder;

  @BeforeEach
  void copyTheExample() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void example_isPlannedAppliedVerifiedAndTakenBack() throws IOException {
    String before = text(TABLE);
    assertThat(run("check", "spec.yaml").status()).isZero();
    assertThat(run("verify", "spec.yaml").status()).isEqualTo(3);
    // To verify is to look: nothing is listed.
    assertThat(folder.resolve(LIST)).doesNotExist();

    ErrataProcess.Ended planned = run("plan", "spec.yaml");
    assertThat(planned.status()).isZero();
    assertThat(planned.out())
        .contains("Events have no id and are told apart by where they lie")
        .contains("6 in the window, 6 used")
        .contains("The corrections are listed in " + LIST + ".");
    assertThat(text(LIST)).isEqualTo(output(LIST));
    assertThat(text(TABLE)).isEqualTo(before);
    JsonNode plan = run("plan", "spec.yaml", "--json", "--fail-on-drift").document("plan");
    assertThat(plan.at("/rows/update").asLong()).isEqualTo(1);
    assertThat(plan.at("/rows/insert").asLong()).isEqualTo(1);
    assertThat(plan.at("/rows/delete").asLong()).isZero();
    String directory = "plans/" + plan.get("plan").asText();

    ErrataProcess.Ended applied = run("apply", directory);
    assertThat(applied.status()).isZero();
    assertShown(planned.out().lines().limit(9).toList());
    assertShown(applied.out().lines().toList());
    assertThat(text(TABLE)).isEqualTo(output(TABLE));
    assertThat(run("verify", "spec.yaml").status()).isZero();
    JsonNode again = run("apply", directory, "--json").document("apply");
    assertThat(again.get("outcome").asText()).isEqualTo("already-applied");

    ErrataProcess.Ended takenBack = run("rollback", directory);
    assertThat(takenBack.status()).isZero();
    assertShown(takenBack.out().lines().toList());
    assertThat(text(TABLE)).isEqualTo(before);
    assertThat(run("history", "spec.yaml").out()).contains("rollback").contains("apply");
  }

  @Test
  void plan_thatFindsNothing_listsNothing() throws IOException {
    Files.writeString(folder.resolve(TABLE), output(TABLE));
    Files.writeString(folder.resolve(LIST), output(LIST));
    ErrataProcess.Ended planned = run("plan", "spec.yaml", "--fail-on-drift");
    assertThat(planned.status()).isZero();
    assertThat(planned.out()).contains("Nothing to apply.");
    assertThat(text(LIST)).isEqualTo("correction,user_id,value,value_before\n");
  }

  @Test
  void plan_thatHitsALimit_listsNothing() throws IOException {
    Files.writeString(folder.resolve(LIST), output(LIST));
    ErrataProcess.Ended planned = run("plan", "spec.yaml", "--set", "limits.corrections=1");
    assertThat(planned.status()).isEqualTo(4);
    assertThat(planned.out()).contains("its corrections are not listed");
    assertThat(folder.resolve(LIST)).doesNotExist();
  }

  @Test
  void plan_thatCantBeMade_leavesNoListOfAnother() throws IOException {
    Files.writeString(folder.resolve(LIST), output(LIST));
    Files.writeString(folder.resolve("archived_events.csv"), "timestamp,user_id\n");
    ErrataProcess.Ended planned = run("plan", "spec.yaml");
    assertThat(planned.status()).isEqualTo(2);
    assertThat(planned.err()).contains("value");
    assertThat(folder.resolve(LIST)).doesNotExist();

    Files.writeString(folder.resolve(LIST), output(LIST));
    Files.writeString(folder.resolve(TABLE), "");
    assertThat(run("plan", "spec.yaml").status()).isEqualTo(2);
    assertThat(folder.resolve(LIST)).doesNotExist();
  }

  @Test
  void row_thatWasWrittenSince_isAConflict() throws IOException {
    run("plan", "spec.yaml");
    String directory = "plans/" + onlyPlan();
    String live = text(TABLE).replace("bob,12.50", "bob,13.00");
    Files.writeString(folder.resolve(TABLE), live);
    ErrataProcess.Ended refused = run("apply", directory);
    assertThat(refused.status()).isEqualTo(5);
    assertThat(refused.out()).contains("user_id=bob: the row was changed");
    assertThat(text(TABLE)).isEqualTo(live);

    assertThat(run("apply", directory, "--set", "conflicts=skip").status()).isZero();
    assertThat(text(TABLE)).isEqualTo(live + "dave,3.00\n");
  }

  @Test
  void times_withoutAZone_areRejectedUnlessTheSpecNamesIt() throws IOException {
    String local =
        text("archived_events.csv")
            .replace("14:15:00+02:00", "12:15:00Z")
            .replace("12:10:00+02:00", "10:10:00Z")
            .replaceAll("T(..:..:..)Z", " $1");
    Files.writeString(folder.resolve("archived_events.csv"), local);
    ErrataProcess.Ended refused = run("plan", "spec.yaml");
    assertThat(refused.status()).isEqualTo(4);
    assertThat(refused.out()).contains("9 rejected");
    assertThat(folder.resolve(LIST)).doesNotExist();

    assertThat(run("plan", "spec.yaml", "--set", "events.fields.zone=UTC").status()).isZero();
    assertThat(text(LIST)).isEqualTo(output(LIST));
  }

  @Test
  void eventsInTwoFiles_countTwiceWhereTheyHaveNoId() throws IOException {
    Path archive = Files.createDirectory(folder.resolve("archive"));
    String events = text("archived_events.csv");
    Files.writeString(archive.resolve("a.csv"), events);
    Files.writeString(archive.resolve("b.csv"), events);
    run("plan", "spec.yaml", "--set", "events.archive.path=archive");
    assertThat(text(LIST)).contains("update,bob,20.00,12.50\n").contains("insert,dave,6.00,\n");
  }

  @Test
  void table_ofItsHeaderAlone_isRebuilt() throws IOException {
    Files.writeString(folder.resolve(TABLE), "user_id,value\n");
    assertThat(run("run", "spec.yaml", "--set", "table.owns=user_id is not null").status())
        .isZero();
    assertThat(text(TABLE))
        .isEqualTo("user_id,value\nalice,0.30\nbob,10.00\ndave,3.00\nfrank,6.00\n");
    assertThat(run("verify", "spec.yaml", "--set", "table.owns=user_id is not null").status())
        .isZero();
  }

  @Test
  void rollback_needsThePlansFolderAlone() throws IOException {
    String before = text(TABLE);
    assertThat(run("run", "spec.yaml").status()).isZero();
    Files.move(folder.resolve("plans").resolve(onlyPlan()), folder.resolve("copy"));
    Files.delete(folder.resolve(TABLE + ".errata-ledger.jsonl"));
    Files.delete(folder.resolve("archived_events.csv"));
    Files.delete(folder.resolve("spec.yaml"));
    ErrataProcess.Ended back = run("rollback", "copy");
    assertThat(back.status()).isZero();
    assertThat(back.out()).contains("Without the ledger: it has nothing about an apply");
    assertThat(text(TABLE)).isEqualTo(before);
  }

  @Test
  void rollback_whereTheLedgerWasLostAndBegunAnew_asksAPerson() throws IOException {
    String before = text(TABLE);
    assertThat(run("run", "spec.yaml").status()).isZero();
    String plan = "plans/" + onlyPlan();
    Files.delete(folder.resolve(TABLE + ".errata-ledger.jsonl"));
    String applied = text(TABLE);
    Files.writeString(folder.resolve(TABLE), applied.replace("frank,6.00", "frank,7.00"));
    assertThat(run("run", "spec.yaml").status()).isZero();
    assertThat(text(TABLE)).isEqualTo(applied);

    ErrataProcess.Ended refused = run("rollback", plan);
    assertThat(refused.status()).isZero();
    assertThat(refused.out()).contains("errata rollback " + plan + " --ledger-lost");
    assertThat(text(TABLE)).isEqualTo(applied);
    assertThat(run("rollback", plan, "--ledger-lost").status()).isZero();
    assertThat(text(TABLE)).isEqualTo(before);
  }

  @Test
  void page_showsTheFilesThatThereAre() throws IOException {
    String page = Files.readString(EXAMPLE.resolve("README.md"));
    for (String file :
        List.of(
            "archived_events.csv",
            TABLE,
            "spec.yaml",
            "replaced.py",
            "outputs/" + LIST,
            "outputs/" + TABLE,
            "outputs/replaced_corrections.csv")) {
      assertThat(page).as(file).contains("\n" + Files.readString(EXAMPLE.resolve(file)) + "```");
    }
    assertThat(Files.readString(EXAMPLE.resolve("spec.yaml")).lines().count())
        .isLessThanOrEqualTo(15);
  }

  private static void assertShown(List<String> lines) throws IOException {
    assertThat(Files.readString(EXAMPLE.resolve("README.md")).lines().map(String::strip))
        .containsAll(lines.stream().map(String::strip).toList());
  }

  private ErrataProcess.Ended run(String... args) {
    ErrataProcess.Ended ended =
        ErrataProcess.runWithout("postgres", folder, Map.of("PATH", "/nowhere"), args);
    assertThat(ended.err()).doesNotContain("Exception");
    return ended;
  }

  private String onlyPlan() throws IOException {
    try (Stream<Path> plans = Files.list(folder.resolve("plans"))) {
      return plans.toList().get(0).getFileName().toString();
    }
  }

  private String text(String file) {
    try {
      return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String output(String file) throws IOException {
    return Files.readString(EXAMPLE.resolve("outputs").resolve(file));
  }
}
