package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Window;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.Finding;
import io.errata.jobs.plan.Finding.Level;
import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.RunProgress;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.RunStatus.State;
import io.errata.jobs.report.SamplePlan;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Conflict;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.state.table.WriteResult.Readback;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final WriteResult APPLIED =
      new WriteResult(
          Outcome.APPLIED,
          new WriteCounts(60, 900, 1, 0),
          Optional.of(7L),
          List.of(),
          new Readback(961, 0, List.of()));

  @TempDir Path folder;

  private final FakeOperations operations = new FakeOperations();
  private final Cancellation cancellation = new Cancellation();
  private final Map<String, String> environment = new HashMap<>();
  private Terminal terminal = Terminal.NONE;

  private Path plans;

  @BeforeEach
  void nameTheFolderOfPlans() {
    plans = folder.resolve("plans");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check",
        "plan",
        "status",
        "cancel",
        "pause",
        "resume",
        "show",
        "apply",
        "rollback",
        "run",
        "verify",
        "history"
      })
  void help_ofEachVerb_hasAnExample(String verb) {
    Ran ran = run(verb, "--help");
    assertThat(ran.status).isZero();
    assertThat(ran.out)
        .contains("Usage: errata " + verb)
        .contains("Example:")
        .contains("  errata " + verb);
    assertThat(ran.err).isEmpty();
    assertThat(run().out).contains("\n  " + verb + " ");
  }

  @Test
  void errataAlone_showsTheVerbsOfThisRelease() {
    Ran ran = run();
    assertThat(ran.status).isZero();
    assertThat(ran.out).isEqualTo(run("--help").out).doesNotContain("explain", "compare");
    assertThat(run("--version").out).startsWith("errata ");
  }

  @Test
  void unknownVerb_namesTheNearest() {
    Ran ran = run("rolback", "x");
    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.err)
        .contains("Cannot find verb: rolback (errata has no such verb)")
        .contains("Did you mean rollback?");
    assertThat(ran.out).isEmpty();
    assertThat(run("explain", "x").status).isEqualTo(2);
  }

  @Test
  void unknownOption_namesTheNearest() {
    Ran ran = run("plan", "spec.yaml", "--fail-on-drfit");
    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.err)
        .contains("Cannot use option: --fail-on-drfit")
        .contains("Did you mean --fail-on-drift?");
  }

  @Test
  void wrongUsage_withJson_isOneDocument() {
    assertThat(run("plan", "--json").document("error").at("/error/code").asText())
        .isEqualTo("USAGE");
    assertThat(run("--json").document("error").at("/error/message").asText())
        .contains("before the verb");
    assertThat(run("plan", "a", "b", "--json").status).isEqualTo(2);
    assertThat(run("show", "x", "--limit", "ten", "--json").document("show").has("error")).isTrue();
    assertThat(
            run("plan", "a", "--parallelism", "0", "--json")
                .document("plan")
                .at("/error/message")
                .asText())
        .isEqualTo("Cannot use --parallelism 0 (1 to 1024)");
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void error_hasTheExitStatusOfItsCode(ErrorCode code) {
    operations.spec =
        () -> {
          throw new IllegalArgumentException(
              "wrapped as frameworks do", new ErrataException(code, "Cannot do it", "Do that."));
        };
    Ran ran = run("plan", "spec.yaml", "--json", "--debug");
    assertThat(ran.status).isEqualTo(code.exitStatus());
    JsonNode error = ran.document("plan").get("error");
    assertThat(error.get("code").asText()).isEqualTo(code.name());
    assertThat(error.get("message").asText()).isEqualTo("Cannot do it");
    assertThat(error.get("next").asText()).isEqualTo("Do that.");
    assertThat(ran.err).contains("errata: Cannot do it").contains("Do that.");
  }

  @ParameterizedTest
  @CsvSource({
    "USAGE, 2",
    "INVALID_SPEC, 2",
    "INVALID_WORKER, 2",
    "INVALID_TABLE, 2",
    "INVALID_SOURCE, 2",
    "INVALID_PLAN, 2",
    "FORBIDDEN, 2",
    "LIMIT, 4",
    "MISSING_COVERAGE, 4",
    "CONFLICT, 5",
    "UNAVAILABLE, 6",
    "UNKNOWN_OUTCOME, 6",
    "INVALID_VALUE, 1",
    "CANCELLED, 1",
    "INTERNAL, 1"
  })
  void exitStatus_ofEachCode_isThatOfTheContract(ErrorCode code, int status) {
    assertThat(code.exitStatus()).isEqualTo(status);
  }

  @Test
  void bug_saysWhereTheStackTraceIs() throws IOException {
    operations.spec =
        () -> {
          throw new NullPointerException("payload=secret");
        };
    Ran ran = run("plan", "spec.yaml", "--json");
    assertThat(ran.status).isEqualTo(1);
    assertThat(ran.document("plan").at("/error/code").asText()).isEqualTo("INTERNAL");
    assertThat(ran.out + ran.err)
        .contains("a bug in Errata")
        .doesNotContain("secret")
        .doesNotContain("\tat ");
    Path trace = Path.of(ran.err.substring(ran.err.indexOf("is in ") + 6).strip());
    assertThat(Files.readString(trace)).contains("NullPointerException").contains("\tat ");
    Files.delete(trace);
    assertThat(run("plan", "spec.yaml", "--debug").err).contains("\tat ");
  }

  @Test
  void plan_printsWhatItFound() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections()));
    Ran ran = run("plan", "spec.yaml", "--set", "window.from=2024-06-10T12:00:00Z");
    assertThat(ran.status).isZero();
    assertThat(operations.overrides).containsExactly("window.from=2024-06-10T12:00:00Z");
    assertThat(ran.out)
        .contains("Applying this plan corrects 961 rows of public.daily_totals")
        .contains(
            "1,000,008 read, 998,800 in the window, 1,200 filtered out, 640 duplicates, 2 rejected, 996,958 used")
        .contains("961: 900 updates, 60 inserts, 1 delete")
        .contains("asked for 2024-06-10T12:00:00Z to 2024-06-10T12:30:00Z")
        .contains("Next: errata show plans/");
    assertThat(ran.err).isEmpty();
  }

  @Test
  void plan_withJson_isOneDocumentAsItsSchemaSays() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    planIs(plan);
    Ran ran = run("plan", "spec.yaml", "--json");
    JsonNode document = ran.document("plan");
    assertThat(ran.status).isZero();
    assertThat(document.fieldNames())
        .toIterable()
        .containsExactly(
            "plan", "directory", "events", "rows", "coverage", "effects", "limits", "seconds");
    assertThat(document.get("plan").asText()).isEqualTo(plan.manifest().plan());
    assertThat(document.at("/events/in_window").asLong()).isEqualTo(998_800);
    assertThat(document.at("/rows/update").asLong()).isEqualTo(900);
    assertThat(document.at("/effects/suppressed").asLong()).isEqualTo(1_204);
    assertThat(ran.err).contains("Applying this plan");
    assertThat(run("plan", "spec.yaml", "--json", "--quiet").err).isEmpty();
  }

  @Test
  void retry_saysWhichKeysAreCleanNow_andWhichAreNotAndWhy() {
    PlanDirectory retried = StoredPlan.write(plans, List.of());
    PlanDirectory plan =
        StoredPlan.retry(
            plans, retried, SamplePlan.corrections(), SamplePlan.quarantined().subList(1, 2));
    planIs(plan);
    String id = retried.manifest().plan();
    Ran ran = run("retry", id, "--set", "worker.version=3", "--json");
    assertThat(ran.status).isZero();
    assertThat(operations.overrides).containsExactly("worker.version=3");
    JsonNode document = ran.document("retry");
    assertThat(document.get("plan").asText()).isEqualTo(plan.manifest().plan());
    JsonNode retry = document.get("retry");
    assertThat(retry.get("of").asText()).isEqualTo(id);
    assertThat(retry.get("keys").asInt()).isEqualTo(2);
    assertThat(retry.at("/clean/keys/0").asText()).isEqualTo("user_id=user-312, day=2024-06-10");
    assertThat(retry.at("/clean/count").asInt()).isEqualTo(1);
    assertThat(retry.at("/quarantined/count").asInt()).isEqualTo(1);
    assertThat(retry.at("/quarantined/events/0/key").asText())
        .isEqualTo("user_id=user-9, day=2024-06-10");
    assertThat(
            run("show", plan.manifest().plan(), "--json").document("show").get("retry_of").asText())
        .isEqualTo(id);
    assertThat(run("retry", id, "spec.yaml").out)
        .contains("of plan " + id + ": only the 2 keys that it left in quarantine")
        .contains(
            "2 keys retried.\nClean now: 1\n  user_id=user-312, day=2024-06-10\nStill in quarantine: 1\n")
        .contains("  user_id=user-9, day=2024-06-10: event without a readable id at gs://")
        .contains("Next: errata show plans/");
    assertThat(run("retry", id, "--limit", "0").out)
        .contains("Clean now: 1\n  … 1 more with --limit\n");
  }

  @Test
  void retry_whereEveryKeyWasInQuarantine_countsNone() {
    QuarantineEntry unkeyed = new QuarantineEntry(null, null, null, "a", 7, "it is not JSON");
    PlanDirectory retried =
        StoredPlan.write(plans, List.of(), List.of(unkeyed), Optional.empty(), List.of());
    planIs(StoredPlan.retry(plans, retried, SamplePlan.corrections(), List.of(unkeyed)));
    Ran still = run("retry", retried.location(), "--json");
    assertThat(still.document("retry").at("/retry/keys").isNull()).isTrue();
    assertThat(still.document("retry").at("/retry/quarantined/count").isNull()).isTrue();
    assertThat(run("retry", retried.location()).out)
        .contains("Still in quarantine: every key, as the key of an event can't be known.")
        .contains("every key: event without a readable id at a row 7: it is not JSON");
    planIs(StoredPlan.retry(plans, retried, SamplePlan.corrections(), List.of()));
    assertThat(
            run("retry", retried.location(), "--json")
                .document("retry")
                .at("/retry/clean/count")
                .isNull())
        .isTrue();
    assertThat(run("retry", retried.location()).out).contains("Every key is clean now.");
  }

  @Test
  void retry_ofAPlanThatLeftNothingOut_makesNone() {
    PlanDirectory plan = StoredPlan.write(plans, List.of(), List.of(), Optional.empty(), List.of());
    Ran ran = run("retry", plan.location(), "--json");
    assertThat(ran.status).isZero();
    assertThat(ran.document("retry").at("/retry/keys").asInt()).isZero();
    assertThat(ran.document("retry").has("plan")).isFalse();
    assertThat(ran.err).contains("Nothing to retry: plan " + plan.manifest().plan());
    assertThat(operations.planned).isEmpty();
  }

  @Test
  void plan_failsOnDrift_onlyWhereAsked() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections()));
    assertThat(run("plan", "spec.yaml", "--fail-on-drift").status).isEqualTo(3);
    planIs(StoredPlan.write(plans, List.of()));
    assertThat(run("plan", "spec.yaml", "--fail-on-drift").status).isZero();
  }

  @Test
  void plan_withALimitHit_isWrittenAndExitsWith4() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections(), StoredPlan.DELETES));
    Ran ran = run("plan", "spec.yaml", "--fail-on-drift", "--json");
    assertThat(ran.status).isEqualTo(4);
    assertThat(ran.document("plan").at("/limits/0/limit").asText()).isEqualTo("deletes");
    assertThat(ran.document("plan").has("error")).isFalse();
  }

  @Test
  void plan_showsProgressOnStandardErrorUnlessQuiet() {
    PlanDirectory plan = StoredPlan.write(plans, List.of());
    operations.planner =
        (spec, progress) -> {
          progress.stage("recompute and compare");
          progress.advance(1, 10);
          return plan;
        };
    assertThat(run("plan", "spec.yaml").err).isEqualTo("recompute and compare\n");
    assertThat(run("plan", "spec.yaml", "--quiet").err).isEmpty();
    terminal = new Terminal(false, false, true, true, 80);
    assertThat(run("plan", "spec.yaml").err)
        .isEqualTo("\r\u001b[Krecompute and compare …\r\u001b[K");
  }

  @Test
  void json_onATerminal_hasNoColours() {
    terminal = new Terminal(false, true, true, true, 80);
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections(), StoredPlan.DELETES);
    planIs(plan);
    assertThat(run("plan", "spec.yaml").out).contains("\u001b[");
    Ran ran = run("show", plan.location(), "--json");
    assertThat(ran.out).doesNotContain("\u001b");
    assertThat(ran.err).contains("\u001b[");
    terminal = new Terminal(false, true, true, false, 80);
    assertThat(run("plan", "spec.yaml").out).doesNotContain("\u001b");
  }

  @Test
  void show_findsAPlanByFolderByIdAndByTheBeginningOfIt() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    String id = plan.manifest().plan();
    String expected = run("show", plan.location()).out;
    assertThat(expected).contains("Largest corrections");
    assertThat(run("show", "plans/" + id).out).isEqualTo(expected);
    assertThat(run("show", id).out).isEqualTo(expected);
    assertThat(run("show", id.substring(0, 8)).out).isEqualTo(expected);
    assertThat(run("show", id, "--plans", plans.toString()).out).isEqualTo(expected);

    Ran elsewhere = run("show", id, "--plans", "other");
    assertThat(elsewhere.status).isEqualTo(2);
    assertThat(elsewhere.err)
        .contains(
            "Cannot find plan " + id + " (looked for an id in " + folder.resolve("other") + ")");
    assertThat(run("show", id.substring(0, 5)).status).isEqualTo(2);
    assertThat(run("show", "plans").err).contains("there is no manifest.json in it");
  }

  @Test
  void show_ofABeginningThatSeveralPlansHave_isRefused() throws IOException {
    PlanDirectory plan = StoredPlan.write(plans, List.of());
    String id = plan.manifest().plan();
    String other = id.substring(0, 31) + (id.endsWith("0") ? "1" : "0");
    Files.createDirectory(plans.resolve(other));
    Files.copy(
        plans.resolve(id).resolve("manifest.json"), plans.resolve(other).resolve("manifest.json"));

    Ran ran = run("show", id.substring(0, 31));
    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.err).contains("2 ids begin with " + id.substring(0, 31)).contains(id, other);
    assertThat(run("show", id).status).isZero();
  }

  @Test
  void show_withJson_isOneDocumentAsItsSchemaSays() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    JsonNode document = run("show", plan.location(), "--json", "--limit", "3").document("show");
    assertThat(document.get("largest")).hasSize(3);
    assertThat(document.at("/largest/0/before/total").isTextual()).isTrue();
    assertThat(document.get("quarantine")).hasSize(2);
    assertThat(document.at("/warnings/0").asText()).isEqualTo("Take care.");
  }

  @Test
  void show_html_printsWhereTheReportIsWhereNothingCanOpenIt() {
    PlanDirectory plan = StoredPlan.write(plans, List.of());
    Ran ran = run("show", plan.location(), "--html", "--json");
    assertThat(ran.document("show").get("report").asText())
        .isEqualTo(plan.location() + "/report.html");
  }

  @Test
  void editedPlan_isRefusedByEveryVerb() throws IOException {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    Path file = Path.of(plan.location(), "corrections", "0.parquet");
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
    for (String verb : List.of("show", "apply", "rollback")) {
      Ran ran = run(verb, plan.location(), "--json");
      assertThat(ran.status).isEqualTo(2);
      assertThat(ran.document(verb).at("/error/code").asText()).isEqualTo("INVALID_PLAN");
      assertThat(ran.err).contains("corrections/0.parquet was changed after it was sealed");
    }
  }

  @Test
  void apply_writesThePlanAndPrintsTheLedgerRow() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    FakeLiveTable table = tableIs(APPLIED);
    Ran ran = run("apply", plan.location());
    assertThat(ran.status).isZero();
    assertThat(ran.out)
        .contains(
            "Applied: 961 rows (900 updated, 60 inserted, 1 deleted) in one transaction, ledger row 7")
        .contains("Read back and verified: 961 rows.");
    assertThat(table.applied).hasSize(1);
    assertThat(table.applied.get(0).plan()).isEqualTo(plan.manifest().plan());
    assertThat(table.applied.get(0).seal()).isEqualTo(plan.seal());
    assertThat(table.applied.get(0).fingerprint()).isEqualTo(SamplePlan.TABLE.fingerprint());
    assertThat(table.closed).isTrue();

    JsonNode document = run("apply", plan.location(), "--json").document("apply");
    assertThat(document.fieldNames())
        .toIterable()
        .containsExactly("plan", "outcome", "rows", "ledger", "readback");
    assertThat(document.get("outcome").asText()).isEqualTo("applied");
    assertThat(document.get("readback").asText()).isEqualTo("verified");
    assertThat(document.get("ledger").asLong()).isEqualTo(7);
  }

  @Test
  void apply_again_saysThatItWasDone() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    tableIs(
        new WriteResult(
            Outcome.ALREADY_APPLIED, WriteCounts.NONE, Optional.of(7L), List.of(), Readback.NONE));
    Ran ran = run("apply", plan.location(), "--json");
    assertThat(ran.status).isZero();
    assertThat(ran.document("apply").get("outcome").asText()).isEqualTo("already-applied");
    assertThat(ran.document("apply").get("readback").isNull()).isTrue();
  }

  @Test
  void apply_inConflict_listsTheKeysAndExitsWith5() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    tableIs(
        new WriteResult(
            Outcome.CONFLICT,
            new WriteCounts(0, 0, 0, 1),
            Optional.empty(),
            List.of(new Conflict("user_id=u\u001b[31m, day=2024-06-10", "the row was changed")),
            Readback.NONE));
    Ran ran = run("apply", plan.location(), "--json");
    assertThat(ran.status).isEqualTo(5);
    JsonNode document = ran.document("apply");
    assertThat(document.get("outcome").asText()).isEqualTo("conflict");
    assertThat(document.at("/conflicts/0/reason").asText()).isEqualTo("the row was changed");
    assertThat(document.get("ledger").isNull()).isTrue();
    assertThat(ran.err)
        .contains("1 row is no longer as the plan saw it; nothing was written")
        .as("a key can't steer the terminal")
        .doesNotContain("\u001b");
  }

  @Test
  void apply_whoseRowsDifferWhenReadBack_isNoSuccess() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    tableIs(
        new WriteResult(
            Outcome.APPLIED,
            new WriteCounts(60, 900, 1, 0),
            Optional.of(7L),
            List.of(),
            new Readback(960, 0, List.of("user_id=u"))));
    Ran ran = run("apply", plan.location(), "--json");
    assertThat(ran.status).isEqualTo(1);
    assertThat(ran.document("apply").at("/readback/differing/0").asText()).isEqualTo("user_id=u");
  }

  @Test
  void apply_ofAPlanThatHitALimit_isRefusedUnlessEachIsOverridden() {
    LimitHit quarantine = new LimitHit("quarantine", "0", "2", "2 keys are in quarantine.");
    PlanDirectory plan =
        StoredPlan.write(plans, SamplePlan.corrections(), StoredPlan.DELETES, quarantine);
    FakeLiveTable table = tableIs(APPLIED);

    Ran refused = run("apply", plan.location(), "--json");
    assertThat(refused.status).isEqualTo(4);
    assertThat(refused.document("apply").get("outcome").asText()).isEqualTo("refused");
    assertThat(refused.document("apply").get("limits")).hasSize(2);
    assertThat(refused.err).contains("--override deletes --override quarantine");
    assertThat(run("apply", plan.location(), "--override", "deletes").status).isEqualTo(4);
    assertThat(table.applied).isEmpty();

    assertThat(
            run(
                    "apply",
                    plan.location(),
                    "--override",
                    "deletes",
                    "--override",
                    "limits.quarantine")
                .status)
        .isZero();
    assertThat(table.applied).hasSize(1);
  }

  @Test
  void apply_ofAPlanFromPartOfTheEvents_isRefusedWhateverIsOverridden() {
    LimitHit part = new LimitHit("filter.first", "all", "3", "From the first 3 events alone.");
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections(), part);
    FakeLiveTable table = tableIs(APPLIED);
    Ran refused = run("apply", plan.location(), "--override", "filter.first");
    assertThat(refused.status).isEqualTo(4);
    assertThat(refused.out).contains("From the first 3 events alone").doesNotContain("--override");
    assertThat(table.applied).isEmpty();
  }

  @Test
  void apply_overridingALimitThatThereIsNot_namesTheNearest() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    Ran ran = run("apply", plan.location(), "--override", "delets");
    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.err)
        .contains("Cannot override delets")
        .contains("Did you mean --override deletes?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "table.key=[id]",
        "table.name=other",
        "window.from=2024-01-01T00:00:00Z",
        "limits.deletes=9",
        "table={}",
        "table.jdbc={}"
      })
  void apply_withAnotherTableOrKey_isRefused(String override) {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    for (String verb : List.of("apply", "rollback")) {
      Ran ran = run(verb, plan.location(), "--set", override);
      assertThat(ran.status).isEqualTo(2);
      assertThat(ran.err)
          .contains("Cannot set " + override.substring(0, override.indexOf('=')) + " of a plan");
    }
  }

  @Test
  void apply_takesAnotherPassword_andNeverPrintsIt() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    tableIs(APPLIED);
    Ran ran = run("apply", plan.location(), "--set", "table.jdbc.password=hunter2", "--json");
    assertThat(ran.status).isZero();
    assertThat(operations.overrides).containsExactly("table.jdbc.password=hunter2");
    assertThat(ran.out + ran.err).doesNotContain("hunter2");
  }

  @Test
  void rollback_takesThePlanBack() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections(), StoredPlan.DELETES);
    FakeLiveTable table = tableIs(APPLIED);
    Ran ran = run("rollback", plan.location(), "--json");
    assertThat(ran.status).isZero();
    assertThat(ran.document("rollback").get("outcome").asText()).isEqualTo("applied");
    assertThat(ran.err).contains("Rolled back: 961 rows");
    assertThat(table.rolledBack).hasSize(1);
    assertThat(table.applied).isEmpty();
  }

  @Test
  void run_plansAndApplies_withBothDocuments() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections()));
    FakeLiveTable table = tableIs(APPLIED);
    Ran ran = run("run", "spec.yaml", "--json");
    assertThat(ran.status).isZero();
    assertThat(ran.document("run").at("/plan/rows/update").asLong()).isEqualTo(900);
    assertThat(ran.document("run").at("/apply/outcome").asText()).isEqualTo("applied");
    assertThat(table.applied).hasSize(1);
  }

  @Test
  void run_whereALimitSaysSo_stopsBeforeTheApply() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections(), StoredPlan.DELETES));
    FakeLiveTable table = tableIs(APPLIED);
    Ran ran = run("run", "spec.yaml", "--json");
    assertThat(ran.status).isEqualTo(4);
    assertThat(ran.document("run").at("/apply/outcome").asText()).isEqualTo("refused");
    assertThat(table.applied).isEmpty();
  }

  @Test
  void run_whoseApplyFails_stillTellsOfThePlan() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections()));
    operations.table =
        () -> {
          throw new ErrataException(
              ErrorCode.UNAVAILABLE, "Cannot reach the database", "Start it.");
        };
    Ran ran = run("run", "spec.yaml", "--json");
    assertThat(ran.status).isEqualTo(6);
    JsonNode document = ran.document("run");
    assertThat(document.at("/plan/rows/update").asLong()).isEqualTo(900);
    assertThat(document.has("apply")).isFalse();
    assertThat(document.at("/error/code").asText()).isEqualTo("UNAVAILABLE");
  }

  @Test
  void verify_exitsWith0OnlyWhereNothingDiffers() {
    List<String> folders = new ArrayList<>();
    operations.planner =
        (spec, progress) -> {
          folders.add(spec.plans());
          return StoredPlan.write(Path.of(spec.plans()), List.of());
        };
    Ran same = run("verify", "spec.yaml", "--json");
    assertThat(same.status).isZero();
    assertThat(same.document("verify").get("verified").asBoolean()).isTrue();

    operations.planner =
        (spec, progress) -> StoredPlan.write(Path.of(spec.plans()), SamplePlan.corrections());
    Ran other = run("verify", "spec.yaml", "--json");
    assertThat(other.status).isEqualTo(3);
    assertThat(other.document("verify").get("verified").asBoolean()).isFalse();
    assertThat(other.document("verify").get("largest")).hasSize(10);
    assertThat(other.err).contains("Differs: 961 of 200,000 rows").contains("~ user_id=");

    operations.planner =
        (spec, progress) ->
            StoredPlan.write(
                Path.of(spec.plans()), List.of(), new LimitHit("quarantine", "0", "2", "2 keys."));
    Ran limited = run("verify", "spec.yaml", "--json");
    assertThat(limited.status).isEqualTo(4);
    assertThat(limited.document("verify").get("verified").asBoolean()).isFalse();

    assertThat(folders).allSatisfy(f -> assertThat(Path.of(f).getParent()).doesNotExist());
    assertThat(plans).doesNotExist();
  }

  private static EventComparison comparison(long rejected, EventComparison.Hour... hours) {
    SetDigest digest = SetDigest.EMPTY.add(Digest.ofText("a"));
    Window window =
        new Window(Instant.parse("2024-06-10T00:00:00Z"), Instant.parse("2024-06-11T00:00:00Z"));
    return new EventComparison(
        window,
        new EventComparison.Side("archive data", 3, 0, 0, 2, digest),
        new EventComparison.Side("kafka b:9092 topic t", 1, 0, rejected, 0, digest),
        List.of(),
        24,
        List.of(hours));
  }

  @Test
  void verify_events_exitsWith0OnlyWhereKafkaAndTheArchiveHoldTheSame() {
    operations.comparison = () -> comparison(0);
    Ran same = run("verify", "spec.yaml", "--events", "--json");
    assertThat(same.status).isZero();
    assertThat(same.document("verify").get("verified").asBoolean()).isTrue();
    assertThat(same.document("verify").at("/sources/archive/duplicates").asLong()).isEqualTo(2);
    assertThat(same.err)
        .contains("The same: Kafka and the archive hold the same 1 event of [2024-06-10T00:00:00Z")
        .contains("the same digest in each of 24 hours")
        .contains("archive data: 1 event, 3 read, 2 duplicates");

    operations.comparison = () -> comparison(1);
    Ran rejected = run("verify", "spec.yaml", "--events", "--json");
    assertThat(rejected.status).isEqualTo(4);
    assertThat(rejected.document("verify").at("/sources/same").asBoolean()).isFalse();
    assertThat(rejected.err).contains("1 that can't be decoded, and so can't be compared");

    operations.comparison =
        () ->
            comparison(
                0,
                new EventComparison.Hour(
                    Instant.parse("2024-06-10T11:00:00Z"),
                    SetDigest.EMPTY,
                    SetDigest.EMPTY.add(Digest.ofText("a")),
                    0,
                    1,
                    0));
    Ran other = run("verify", "spec.yaml", "--events", "--json");
    assertThat(other.status).isEqualTo(4);
    assertThat(other.document("verify").at("/sources/differences/0/only_in_kafka").asLong())
        .isEqualTo(1);
    assertThat(other.err)
        .contains("Not the same: it is not proved")
        .contains(
            "2024-06-10T11:00:00Z  0 in the archive, 1 in Kafka: 1 only in Kafka; the digests differ");

    Ran usage = run("verify", "spec.yaml", "--events", "--determinism");
    assertThat(usage.status).isEqualTo(2);
    assertThat(usage.err).contains("Cannot verify events and determinism at once");
  }

  @Test
  void verify_determinism_plansAgainInAnotherOrderAndCompares() {
    operations.planner = (spec, progress) -> StoredPlan.write(Path.of(spec.plans()), List.of());
    Ran same = run("verify", "spec.yaml", "--determinism", "--parallelism", "2", "--json");
    assertThat(same.status).isZero();
    assertThat(same.document("verify").at("/determinism/same").asBoolean()).isTrue();
    assertThat(operations.planned.get(0).parallelism()).isEqualTo(2);
    assertThat(operations.planned.get(1).parallelism()).isNotEqualTo(2);
    assertThat(operations.planned.get(1).order()).isEqualTo(InputOrder.SCATTERED);

    operations.planner =
        (spec, progress) ->
            StoredPlan.write(
                Path.of(spec.plans()),
                spec.plans().endsWith("second") ? SamplePlan.corrections() : List.of());
    Ran other = run("verify", "spec.yaml", "--determinism", "--json");
    assertThat(other.status).isEqualTo(2);
    assertThat(other.document("verify").at("/determinism/same").asBoolean()).isFalse();
    assertThat(other.document("verify").at("/error/code").asText()).isEqualTo("INVALID_WORKER");
  }

  private static final String PLAN = "2f0c1d7be3a94f6c8b5a1e07d4c3b2a1";

  private static RunStatus status(String id, State state, String plan) {
    return new RunStatus(
        id,
        "daily-totals",
        "plans/.run-" + id,
        state,
        Instant.parse("2024-06-10T14:10:00Z"),
        Optional.of(plan).filter(p -> !p.isEmpty()));
  }

  @Test
  void resume_withoutARun_listsThem() {
    assertThat(run("resume").out).contains("No runs in plans and errata-demo/plans.");
    operations.runs.put(
        plans.toString(),
        List.of(
            status("3f2a91c07d5e1b44", State.INTERRUPTED, ""),
            status("4e2a91c07d5e1b44", State.ENDED, PLAN)));
    assertThat(run("resume").out)
        .contains(
            "3f2a91c07d5e1b44  2024-06-10T14:10:00Z  interrupted  plans/.run-3f2a91c07d5e1b44")
        .contains("4e2a91c07d5e1b44  2024-06-10T14:10:00Z  ended with plan " + PLAN);
    JsonNode document = run("resume", "--json").document("resume");
    assertThat(document.at("/runs/0/state").asText()).isEqualTo("interrupted");
    assertThat(document.at("/runs/1/plan").asText()).isEqualTo(PLAN);
    assertThat(run("resume", "--drop").status).isEqualTo(2);
  }

  @Test
  void resume_findsTheRunByItsIdOrFolder() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    operations.planner =
        (spec, progress) -> {
          progress.resumable("3f2a91c07d5e1b44", plans.resolve(".run-3f2a91c07d5e1b44").toString());
          return plan;
        };
    operations.runs.put(
        plans.toString(),
        List.of(
            status("3f2a91c07d5e1b44", State.INTERRUPTED, ""),
            status("3f2a92c07d5e1b44", State.INTERRUPTED, "")));
    for (String typed : List.of("3f2a91", "3f2a91c07d5e1b44", "plans/.run-3f2a91c07d5e1b44/")) {
      Ran ran = run("resume", typed, "--json");
      assertThat(ran.status).isZero();
      assertThat(ran.document("resume").get("plan").asText()).isEqualTo(plan.manifest().plan());
      assertThat(ran.document("resume").get("run").asText()).isEqualTo("3f2a91c07d5e1b44");
    }
    assertThat(operations.resumed).hasSize(3).containsOnly(plans + " 3f2a91c07d5e1b44");
    assertThat(run("plan", "spec.yaml").err)
        .contains(
            "Run 3f2a91c07d5e1b44; should it be interrupted: errata resume plans/.run-3f2a91c07d5e1b44");

    assertThat(run("resume", "3f2a9").err).contains("Cannot find run 3f2a9");
    assertThat(run("resume", "3f2a91", "--on", "kubernetes").err)
        .contains("Cannot run this verb on kubernetes (plan, run and verify can)");
    operations.runs.put(
        folder.resolve("errata-demo/plans").toString(),
        List.of(status("3f2a91ffffffffff", State.INTERRUPTED, "")));
    assertThat(run("resume", "3f2a91").err)
        .contains("Cannot choose a run: 2 ids begin with 3f2a91");
    assertThat(run("resume", "3f2a92", "--drop").out).contains("Dropped");
    assertThat(operations.dropped).containsExactly(plans + " 3f2a92c07d5e1b44");
  }

  @Test
  void history_listsTheLedger() {
    FakeLiveTable table = tableIs(APPLIED);
    assertThat(run("history", "spec.yaml").out)
        .contains("Nothing was applied to public.daily_totals");
    table.history =
        List.of(
            new LedgerEntry(
                8,
                SamplePlan.ID,
                LedgerEntry.Action.ROLLBACK,
                "seal",
                "public.daily_totals",
                "daily-totals@2",
                Instant.parse("2024-06-10T00:00:00Z"),
                Instant.parse("2024-06-11T00:00:00Z"),
                new WriteCounts(1, 900, 60, 0),
                Instant.parse("2024-06-10T14:10:00Z"),
                "app"));
    assertThat(run("history", "spec.yaml").out).contains("rollback").contains("~900 +1 -60");
    JsonNode document = run("history", "spec.yaml", "--json").document("history");
    assertThat(document.at("/history/0/action").asText()).isEqualTo("rollback");
  }

  @Test
  void check_listsAllFindings_andExitsWith2WhereOneIsAnError() {
    operations.findings = () -> List.of(new Finding(Level.OK, "table", "It answers.", ""));
    assertThat(run("check", "spec.yaml").status).isZero();
    operations.findings =
        () ->
            List.of(
                new Finding(Level.WARNING, "rows", "No bucket.", "Add one."),
                new Finding(
                    Level.ERROR, "worker", "It reads the clock.", "Take it from the event."));
    Ran ran = run("check", "spec.yaml", "--json");
    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.document("check").get("findings")).hasSize(2);
    assertThat(ran.document("check").get("errors").asLong()).isEqualTo(1);
    assertThat(ran.err).contains("error    worker: It reads the clock.");
  }

  @Test
  void check_exitsWith6_whereNothingIsWrongButAStoreThatCannotBeReached() {
    Finding unreachable =
        new Finding(
            Level.ERROR,
            "table",
            "Cannot connect.",
            "Start it.",
            Optional.of(ErrorCode.UNAVAILABLE));
    operations.findings = () -> List.of(new Finding(Level.OK, "events", "", ""), unreachable);
    Ran ran = run("check", "spec.yaml", "--json");
    assertThat(ran.status).isEqualTo(6);
    assertThat(ran.document("check").at("/findings/1/code").asText()).isEqualTo("UNAVAILABLE");
    operations.findings =
        () ->
            List.of(
                unreachable,
                new Finding(
                    Level.ERROR, "spec", "No.", "Write.", Optional.of(ErrorCode.INVALID_SPEC)));
    assertThat(run("check", "spec.yaml").status).isEqualTo(2);
  }

  @Test
  void cancelled_whatever_itIsWorkedOn_isToldAsSuch() {
    PlanDirectory plan = StoredPlan.write(plans, SamplePlan.corrections());
    FakeLiveTable table =
        new FakeLiveTable(
            request -> {
              cancellation.cancel();
              throw new ErrataException(
                  ErrorCode.UNAVAILABLE, "Cannot go on: the connection was closed", "");
            });
    operations.table = () -> table;
    Ran ran = run("apply", plan.location(), "--json");
    assertThat(ran.document("apply").at("/error/code").asText()).isEqualTo("CANCELLED");
    assertThat(table.closed).isTrue();
    assertThat(run("plan", "spec.yaml", "--json").status).isEqualTo(1);
  }

  @Test
  void on_saysWhereTheJobRuns() {
    planIs(StoredPlan.write(plans, SamplePlan.corrections()));
    assertThat(run("plan", "spec.yaml").status).isZero();
    assertThat(run("plan", "spec.yaml", "--on", "session", "--cluster", "http://jm:8081/").status)
        .isZero();
    environment.put("ERRATA_CLUSTER", "http://other:8082");
    assertThat(run("run", "spec.yaml", "--on=session", "--worker-jar", "w.jar").status)
        .isNotEqualTo(2);
    assertThat(run("plan", "spec.yaml").status).isZero();
    assertThat(operations.planned)
        .extracting(options -> options.place())
        .containsExactly(
            JobPlace.HERE,
            new JobPlace(Optional.of(new ClusterAddress("jm", 8081)), List.of()),
            new JobPlace(
                Optional.of(new ClusterAddress("other", 8082)), List.of(folder.resolve("w.jar"))),
            JobPlace.HERE);
  }

  @Test
  void on_anythingElse_isWrongUsage() {
    assertThat(wrongPlace("--on", "yarn"))
        .isEqualTo("Cannot run on yarn (--on is local, session or kubernetes)");
    assertThat(wrongPlace("--on", "application"))
        .isEqualTo(
            "Cannot run on application: nothing here makes a cluster for one plan but Kubernetes");
    assertThat(wrongPlace("--on", "kubernetes"))
        .isEqualTo("Cannot run on Kubernetes: no deployment is named");
    assertThat(wrongPlace("--on", "kubernetes", "--deployment", "d.yaml"))
        .isEqualTo(
            "Cannot launch from "
                + folder.resolve("d.yaml")
                + ": it can't be read as YAML (NoSuchFileException)");
    assertThat(
            wrongPlace("--on", "kubernetes", "--deployment", "d.yaml", "--cluster", "http://j:1"))
        .isEqualTo("Cannot use --cluster with --on kubernetes");
    assertThat(wrongPlace("--on", "kubernetes", "--deployment", "d.yaml", "--worker-jar", "w.jar"))
        .startsWith("Cannot use --worker-jar with --on kubernetes: ");
    assertThat(wrongPlace("--deployment", "d.yaml"))
        .isEqualTo("Cannot use --deployment with --on local");
    assertThat(wrongPlace("--on", "session"))
        .isEqualTo("Cannot run on a session cluster: none is named");
    assertThat(wrongPlace("--cluster", "http://jm:8081"))
        .isEqualTo("Cannot use --cluster with --on local");
    for (String url : List.of("jm:8081", "http://jm", "https://jm:8081", "http://u:secret@jm:1")) {
      assertThat(wrongPlace("--on", "session", "--cluster", url))
          .isEqualTo("Cannot read the address of the cluster (http://host:port)");
    }
    assertThat(operations.planned).isEmpty();
  }

  private String wrongPlace(String... options) {
    List<String> line = new ArrayList<>(List.of("plan", "spec.yaml", "--json"));
    line.addAll(List.of(options));
    Ran ran = run(line.toArray(String[]::new));
    assertThat(ran.status).isEqualTo(2);
    return ran.document("plan").at("/error/message").asText();
  }

  @Test
  void verify_onACluster_isBelowTheFolderOfPlans() {
    operations.spec = () -> SampleSpec.spec().withPlans(plans.toString());
    List<String> places = new ArrayList<>();
    operations.planner =
        (spec, progress) -> {
          places.add(spec.plans());
          return StoredPlan.write(Path.of(spec.plans()), List.of());
        };
    assertThat(run("verify", "spec.yaml", "--on=session", "--cluster=http://jm:8081").status)
        .isZero();
    assertThat(run("verify", "spec.yaml").status).isZero();
    assertThat(places.get(0)).startsWith(plans + "/.verify-");
    assertThat(Path.of(places.get(0)).getParent()).doesNotExist();
    assertThat(places.get(1)).doesNotContain("/.verify-");
  }

  @Test
  void status_isOfFoldersAndClusterTogether() {
    Instant start = Instant.parse("2024-06-10T12:00:00Z");
    String shared = "0123456789abcdef";
    operations.runs.put(
        plans.toString(),
        List.of(
            working("fedcba9876543210", start, Optional.empty()),
            working(shared, start.plusSeconds(1), Optional.of("http://jm:8081"))));
    operations.jobs.put(
        new ClusterAddress("jm", 8081),
        List.of(
            job("a".repeat(32), Optional.of(shared), "running", start.plusSeconds(2)),
            job("b".repeat(32), Optional.empty(), "running", start.plusSeconds(3)),
            job("c".repeat(32), Optional.empty(), "failed", start.plusSeconds(4))));

    Ran local = run("status", "--json");
    assertThat(local.status).isZero();
    JsonNode alone = local.document("status").path("runs");
    assertThat(alone).hasSize(2);
    assertThat(alone.at("/0/cluster").asText()).isEqualTo("http://jm:8081");
    assertThat(alone.at("/1/percent").asLong()).isEqualTo(25);
    assertThat(alone.at("/1/rate").asDouble()).isEqualTo(5.0);
    assertThat(alone.at("/1/seconds_left").asLong()).isEqualTo(150);

    JsonNode both =
        run("status", "--cluster", "http://jm:8081", "--json").document("status").path("runs");
    assertThat(both)
        .extracting(run -> run.path("job").asText())
        .containsExactly("b".repeat(32), "a".repeat(32), "");
    assertThat(both.at("/1/run").asText()).isEqualTo(shared);
    assertThat(both.at("/1/processed").asLong()).isEqualTo(400);
    environment.put("ERRATA_CLUSTER", "http://jm:8081");
    Ran all = run("status", "--all");
    assertThat(all.out.lines())
        .hasSize(6)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(shared)
                    .contains(
                        "http://jm:8081", "running", "events", "400", "40 %", "4/s", "2:30 min"));
    assertThat(all.out).contains("error  " + "c".repeat(32) + ": Cannot read it");
    operations.jobs.clear();
    assertThat(run("status", "--plans", "none").out)
        .isEqualTo("Nothing is under way in none or on http://jm:8081." + System.lineSeparator());
  }

  @Test
  void statusThatIsWatched_isShownUntilItIsStopped() {
    operations.runs.put(
        plans.toString(),
        List.of(
            working("fedcba9876543210", Instant.parse("2024-06-10T12:00:00Z"), Optional.empty())));
    List<String> asked = new ArrayList<>();
    operations.onUnderWay =
        folder -> {
          asked.add(folder);
          cancellation.cancel();
        };
    terminal = new Terminal(false, true, true, false, 80);
    Ran watched = run("status", "--watch", "3600", "--plans", plans.toString());
    assertThat(watched.status).isZero();
    assertThat(watched.out).startsWith("\u001b[H\u001b[2Jrun ").contains("fedcba9876543210");
    assertThat(asked).hasSize(1);
  }

  @Test
  void statusThatIsWatched_ends_whenNothingIsUnderWay() {
    Ran watched = run("status", "--watch", "3600", "--plans", "none");
    assertThat(watched.status).isZero();
    assertThat(watched.out).isEqualTo("Nothing is under way in none." + System.lineSeparator());
    assertThat(run("status", "--watch", "--json").err).contains("Cannot watch with --json");
    assertThat(run("status", "--watch", "0").err).contains("Cannot use --watch 0 (1 to 3600");
  }

  @Test
  void cancel_ofAJobOrAProcess() {
    Instant start = Instant.parse("2024-06-10T12:00:00Z");
    operations.runs.put(
        plans.toString(),
        List.of(
            working("0123456789abcdef", start, Optional.of("http://jm:8081")),
            working("0123456fffffffff", start, Optional.empty())));
    operations.jobs.put(
        new ClusterAddress("jm", 8081),
        List.of(job("a".repeat(32), Optional.of("0123456789abcdef"), "running", start)));
    assertThat(run("cancel", "0123456f", "--json").document("cancel").path("cancelled").asBoolean())
        .isTrue();
    assertThat(operations.stopped).containsExactly(77L);
    Ran job = run("cancel", "01234567", "--cluster", "http://jm:8081", "--json");
    assertThat(job.document("cancel").path("job").asText()).isEqualTo("a".repeat(32));
    assertThat(operations.cancelled).containsExactly("http://jm:8081 " + "a".repeat(32));
    assertThat(run("cancel", "012345").err)
        .contains("Cannot choose a run: 2 ids begin with 012345");
    assertThat(run("cancel", "fffffff").status).isEqualTo(2);
    assertThat(run("cancel", "0").err).contains("Cannot find run 0");
    operations.runs.put(
        plans.toString(),
        List.of(
            new RunStatus(
                "0123456789abcdef",
                "x",
                "f",
                RunStatus.State.INTERRUPTED,
                start,
                Optional.empty())));
    Ran interrupted = run("cancel", "012345");
    assertThat(interrupted.status).isEqualTo(2);
    assertThat(interrupted.err).contains("no process of this machine", "errata resume");
  }

  private RunStatus ofRun(String id, State state) {
    RunStatus run = status(id, state, "");
    return new RunStatus(
        id, run.name(), plans.resolve(".run-" + id).toString(), state, run.startedAt(), run.plan());
  }

  @Test
  void pause_ofARunInStreamingExecution() {
    String id = "0123456789abcdef";
    operations.runs.put(plans.toString(), List.of(ofRun(id, State.ALIVE)));
    Ran paused = run("pause", "012345", "--json");
    assertThat(paused.status).isZero();
    assertThat(paused.document("pause").path("paused").asBoolean()).isTrue();
    assertThat(paused.document("pause").path("resume").asText())
        .isEqualTo("errata resume plans/.run-" + id);
    assertThat(operations.paused).containsExactly(plans + " " + id);
    assertThat(run("pause", id).out)
        .contains("Paused: run " + id, "Next: errata resume plans/.run-" + id);

    operations.afterPause = State.ALIVE;
    Ran late = run("pause", id, "--json");
    assertThat(late.status).isEqualTo(6);
    assertThat(late.document("pause").at("/error/message").asText())
        .isEqualTo("Cannot pause run " + id + ": it has not made a checkpoint within a minute");
    operations.afterPause = State.INTERRUPTED;
    assertThat(run("pause", id).err).contains("it was interrupted before it could be");
    operations.runs.put(
        plans.toString(),
        List.of(
            new RunStatus(
                id,
                "totals",
                plans.resolve(".run-" + id).toString(),
                State.ALIVE,
                Instant.EPOCH,
                Optional.of(PLAN))));
    operations.afterPause = State.ENDED;
    Ran ended = run("pause", id);
    assertThat(ended.status).isEqualTo(2);
    assertThat(ended.err).contains("it has ended, with plan " + PLAN, "errata show " + PLAN);
  }

  @Test
  void pause_whereThereIsNothingToPause() {
    String id = "0123456789abcdef";
    operations.runs.put(
        plans.toString(),
        List.of(working(id, Instant.parse("2024-06-10T12:00:00Z"), Optional.empty())));
    Ran batch = run("pause", id);
    assertThat(batch.status).isEqualTo(2);
    assertThat(batch.err).contains("it is in batch execution", "execution.mode: streaming");
    operations.runs.put(plans.toString(), List.of(ofRun(id, State.INTERRUPTED)));
    assertThat(run("pause", id).err).contains("nobody works on it", "errata resume " + id);
    operations.runs.put(plans.toString(), List.of(ofRun(id, State.PAUSED)));
    assertThat(run("pause", id, "--json").document("pause").path("paused").asBoolean()).isTrue();
    assertThat(operations.paused).isEmpty();
    Ran status = run("status", "--json");
    assertThat(status.document("status").at("/runs/0/state").asText()).isEqualTo("paused");
    assertThat(status.document("status").at("/runs/0/resume").asText())
        .isEqualTo("errata resume plans/.run-" + id);
    assertThat(run("status").out).contains("paused  " + id + ": errata resume plans/.run-" + id);
    Ran cancel = run("cancel", id);
    assertThat(cancel.status).isEqualTo(2);
    assertThat(cancel.err).contains("It was paused before; errata resume goes on with it");
    operations.runs.put(
        plans.toString(),
        List.of(
            new RunStatus(
                id,
                "totals",
                plans.resolve(".run-" + id).toString(),
                State.LEFT,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.of("http://jm:8081"),
                OptionalLong.empty())));
    assertThat(run("pause", id).err)
        .contains("nobody waits for its job, which goes on at http://jm:8081")
        .containsPattern("; errata cancel \\S+ --cluster http://jm:8081 ends it\\.");
    assertThat(run("cancel", id).err).contains("with --cluster http://jm:8081.");
    Ran left = run("status", "--json");
    assertThat(left.document("status").at("/runs/0/state").asText()).isEqualTo("left");
    assertThat(left.document("status").at("/runs/0/cluster").asText()).isEqualTo("http://jm:8081");
    assertThat(left.document("status").at("/runs/0/resume").asText())
        .isEqualTo("errata resume plans/.run-" + id + " --on session --cluster http://jm:8081");
    operations.runs.clear();
    operations.jobs.put(
        new ClusterAddress("jm", 8081),
        List.of(job("a".repeat(32), Optional.of(id), "running", Instant.EPOCH)));
    Ran elsewhere = run("pause", id, "--cluster", "http://jm:8081");
    assertThat(elsewhere.status).isEqualTo(2);
    assertThat(elsewhere.err)
        .contains("its folder is not in plans or errata-demo/plans", "--plans");
  }

  private RunStatus working(String id, Instant start, Optional<String> cluster) {
    return new RunStatus(
        id,
        "totals",
        plans.resolve(".staging-" + id).toString(),
        RunStatus.State.ALIVE,
        start,
        Optional.empty(),
        Optional.of(
            new RunProgress(
                id,
                "totals",
                start,
                cluster,
                Optional.empty(),
                "recompute and compare",
                start.plusSeconds(10),
                250,
                1000,
                Optional.empty(),
                start.plusSeconds(60))),
        Optional.empty(),
        OptionalLong.of(77));
  }

  private static ClusterJob job(String id, Optional<String> run, String state, Instant start) {
    return new ClusterJob(
        id,
        run,
        "totals",
        state,
        "events, intake",
        start,
        Duration.ofSeconds(100),
        400,
        1000,
        state.equals("failed") ? List.of("Cannot read it") : List.of());
  }

  private void planIs(PlanDirectory plan) {
    operations.planner = (spec, progress) -> plan;
  }

  private FakeLiveTable tableIs(WriteResult result) {
    FakeLiveTable table = new FakeLiveTable(request -> result);
    operations.table = () -> table;
    return table;
  }

  /** At a port only where a test asks for one. */
  private Telemetry telemetry() {
    Map<String, String> watched = new HashMap<>(environment);
    watched.putIfAbsent("ERRATA_METRICS", "off");
    return new Telemetry(watched, Clock.systemUTC());
  }

  private Ran run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            operations,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new ErrorStream(err, StandardCharsets.UTF_8),
            terminal,
            cancellation,
            folder,
            environment,
            telemetry());
    int status = new Cli(session).run(args);
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** How a command ended. */
  private record Ran(int status, String out, String err) {
    /** The one document on standard output, checked against its schema. */
    JsonNode document(String schema) {
      try {
        JsonNode document = JSON.readTree(out);
        assertThat(schema(schema).validate(document)).isEmpty();
        return document;
      } catch (IOException e) {
        throw new AssertionError("not one JSON document: " + out, e);
      }
    }
  }

  private static JsonSchema schema(String name) throws IOException {
    Path file = Path.of("../docs/json/" + name + ".schema.json");
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(JSON.readTree(Files.readString(file)));
  }
}
