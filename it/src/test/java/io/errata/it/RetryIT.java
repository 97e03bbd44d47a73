package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.PlanManifest.RetrySection;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A retry looks at the keys that a plan left in quarantine, at all their events, and at no others.
 */
class RetryIT {
  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void writeEventsAndTable() throws IOException {
    write(
        "good.jsonl",
        event("e1", "ann", "1.50"),
        event("e2", "ben", "2"),
        event("e3", "cia", "3"),
        event("e4", "dan", "4"));
    write("bad.jsonl", event("e8", "ben", "800"), event("e9", "cia", "\"much\""));
    database = Database.create();
    database.execute(
        "CREATE TABLE totals (name text PRIMARY KEY, total numeric(14,2), events bigint)");
    database.execute("INSERT INTO totals VALUES ('ann', 0, 0), ('ben', 0, 0), ('eve', 9, 9)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void write(String file, String... lines) throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Files.writeString(folder.resolve("archive").resolve(file), String.join("\n", lines) + "\n");
  }

  private static String event(String id, String name, String amount) {
    return "{\"id\":\"%s\",\"ts\":\"2024-06-10T12:00:00Z\",\"name\":\"%s\",\"amount\":%s}"
        .formatted(id, name, amount);
  }

  private SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "decimal"))
        .set("events.rules.amount", Map.of("max", 100))
        .aggregate(Map.of("name", "name"), Map.of("total", "sum(amount)", "events", "count()"))
        .table("totals", List.of("name"), List.of("total", "events"))
        .set("table.owns", "true")
        .set("limits.quarantine", 2);
  }

  private SpecDraft withoutRules() {
    return draft().remove("events.rules");
  }

  private static PlanDirectory retry(SpecDraft draft, PlanDirectory retried) {
    try (Planner planner = new Planner(PlanProgress.NONE)) {
      return planner.retry(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ), retried);
    }
  }

  @Test
  void keyThatIsCleanNow_isCorrectedFromAllItsEvents_andNoOtherKey() {
    PlanDirectory plan = Runs.plan(draft());
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[ann]", "[dan]", "[eve]");
    PlanDirectory retried = retry(withoutRules(), plan);
    assertThat(Runs.corrections(retried))
        .as("not those that the first plan corrects, and that are as wrong as before")
        .isEqualTo(Map.of("[ben]", "update [ben, 802, 2]"));
    assertThat(Runs.quarantine(retried))
        .extracting(QuarantineEntry::key)
        .containsExactly("name=cia");
    assertThat(retried.manifest().retry()).contains(new RetrySection(plan.manifest().plan(), 2, 3));
    assertThat(retried.manifest().events().used()).as("e2 and e8, of ben; e3, of cia").isEqualTo(3);
    assertThat(Runs.apply(withoutRules(), retried).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(Runs.apply(draft(), plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("totals"))
        .containsExactly("ann\t1.50\t1", "ben\t802.00\t2", "dan\t4.00\t1");
  }

  @Test
  void retry_thatFindsTheSame_isAPlanOfItsOwn() {
    PlanDirectory plan = Runs.plan(draft());
    PlanDirectory first = retry(draft(), plan);
    assertThat(Runs.corrections(first)).isEmpty();
    assertThat(first.manifest().plan()).isNotEqualTo(plan.manifest().plan());
    assertThat(retry(draft(), plan).manifest().plan()).isEqualTo(first.manifest().plan());
    assertThat(retry(draft(), first).manifest().plan())
        .as("the plan that was retried is still there")
        .isNotEqualTo(first.manifest().plan());
    PlanDirectory second = retry(withoutRules(), first);
    assertThat(second.manifest().retry())
        .as("limits are taken of the rows of the plan that looked at all")
        .contains(new RetrySection(first.manifest().plan(), 2, 3));
    assertThat(Runs.corrections(second)).containsOnlyKeys("[ben]");
  }

  @Test
  void limitInPercent_isOfTheRowsOfTheFirstPlan() {
    PlanDirectory plan = Runs.plan(draft());
    assertThat(retry(withoutRules().set("limits.corrections", "34%"), plan).manifest().limits())
        .isEmpty();
    assertThat(retry(withoutRules().set("limits.corrections", "33%"), plan).manifest().limits())
        .extracting(LimitHit::limit)
        .containsExactly("corrections");
  }

  @Test
  void eventWhoseKeyWasNotKnown_hasEveryKeyRetried() throws IOException {
    write("bad.jsonl", "no JSON", event("e8", "ben", "8"));
    PlanDirectory plan = Runs.plan(draft());
    assertThat(Runs.corrections(plan)).isEmpty();
    PlanDirectory same = retry(draft(), plan);
    assertThat(Runs.corrections(same)).isEmpty();
    assertThat(same.manifest().limits()).extracting(LimitHit::found).containsExactly("all");
    write("bad.jsonl", event("e8", "ben", "8"));
    PlanDirectory mended = retry(draft().set("limits.missing-coverage", "allow"), plan);
    assertThat(Runs.corrections(mended))
        .containsOnlyKeys("[ann]", "[ben]", "[cia]", "[dan]", "[eve]");
    assertThat(mended.manifest().retry()).contains(new RetrySection(plan.manifest().plan(), -1, 3));
  }

  @Test
  void idWithTwoContents_isAConflictAlsoWhereOneOfItsKeysWasClean() throws IOException {
    PlanDirectory plan = Runs.plan(draft());
    // Of a key that is not retried, with the id of one that is.
    write("late.jsonl", event("e2", "ann", "2"));
    PlanDirectory retried = retry(withoutRules(), plan);
    assertThat(Runs.corrections(retried)).isEmpty();
    assertThat(Runs.quarantine(retried))
        .extracting(QuarantineEntry::key)
        .contains("name=ben")
        .doesNotContain("name=ann");
    assertThat(retried.manifest().warnings())
        .anySatisfy(warning -> assertThat(warning).contains("1 input of the window has more"));
  }

  @Test
  void sourceThatChangedSince_isAGap() throws IOException {
    PlanDirectory plan = Runs.plan(draft());
    Path good = folder.resolve("archive/good.jsonl");
    FileTime written = Files.getLastModifiedTime(good);
    Files.setLastModifiedTime(good, FileTime.fromMillis(written.toMillis() + 60_000));
    assertThatThrownBy(() -> retry(withoutRules(), plan))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE))
        .hasMessageContaining("it was replaced since plan " + plan.manifest().plan() + " read it");
    Files.delete(good);
    assertThatThrownBy(() -> retry(withoutRules(), plan))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("it is no longer there as it was when plan");
    PlanDirectory allowed = retry(withoutRules().set("limits.missing-coverage", "allow"), plan);
    assertThat(allowed.manifest().coverage().gaps()).hasSize(1);
  }

  @Test
  void anotherWindowTableOrKey_isRefused() {
    PlanDirectory plan = Runs.plan(draft());
    assertThatThrownBy(
            () -> retry(draft().window("2024-06-10T11:00:00Z", "2024-06-10T12:30:00Z"), plan))
        .isInstanceOf(ErrataException.class)
        .hasMessage(
            "Cannot retry plan "
                + plan.manifest().plan()
                + ": its window is 2024-06-10T12:00:00Z to 2024-06-10T12:30:00Z"
                + " (the spec's is 2024-06-10T11:00:00Z to 2024-06-10T12:30:00Z)");
    database.execute("CREATE TABLE others (LIKE totals INCLUDING ALL)");
    assertThatThrownBy(
            () -> retry(draft().table("others", List.of("name"), List.of("total")), plan))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("its table is public.totals (the spec's is public.others)");
    database.execute("ALTER TABLE totals ADD COLUMN number bigserial UNIQUE");
    assertThatThrownBy(
            () ->
                retry(
                    draft()
                        .aggregate(Map.of("number", "amount"), Map.of("total", "sum(amount)"))
                        .set("events.fields.types", Map.of("amount", "long"))
                        .table("totals", List.of("number"), List.of("total")),
                    plan))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("its key is name TEXT (the spec's is number LONG)");
  }

  @Test
  void command_takesTheSpecOfThePlan_andSaysWhatBecameOfTheKeys() throws IOException {
    PlanDirectory plan = Runs.plan(draft());
    ErrataProcess.Ended ended =
        ErrataProcess.run(
            folder,
            Map.of(),
            "retry",
            plan.manifest().plan(),
            "--set",
            "events.rules.amount={ max: 1000 }",
            "--json");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.document("retry").at("/retry/clean/keys/0").asText()).isEqualTo("name=ben");
    assertThat(ended.document("retry").at("/retry/quarantined/events/0/reason").asText())
        .startsWith("Cannot decode amount");
    assertThat(ended.document("retry").at("/rows/update").asInt()).isEqualTo(1);
    assertThat(ended.err())
        .contains(
            "2 keys retried.\nClean now: 1\n  name=ben\nStill in quarantine: 1\n  name=cia: event e9");
  }

  @Test
  void keyThatANewVersionOfTheWorkerTakes_isClean() throws IOException {
    Files.createDirectories(folder.resolve("payments"));
    Files.writeString(
        folder.resolve("payments/payments.jsonl"),
        """
        {"id":"p1","ts":"2024-06-10T12:00:00Z","type":"deposit","to_account":"ann","amount":5}
        {"id":"p2","ts":"2024-06-10T12:01:00Z","type":"transfer","from_account":"ann","to_account":"ben","amount":5}
        {"id":"p3","ts":"2024-06-10T12:02:00Z","type":"refund","from_account":"ann","to_account":"ben","amount":5}
        {"id":"p4","ts":"2024-06-10T12:03:00Z","type":"close","from_account":"ben"}
        """);
    database.execute(
        "CREATE TABLE ledger (account text PRIMARY KEY, balance numeric(14,2), movements bigint, refunded numeric(14,2))");
    database.execute("INSERT INTO ledger VALUES ('ann', 0, 0, 0), ('ben', 7, 7, 7)");
    SpecDraft ledger =
        SpecDraft.of(database, folder.resolve("plans"))
            .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
            .archive(folder.resolve("payments"), "", "jsonl")
            .set("events.fields.id", "id")
            .set("events.fields.time", "ts")
            .set("events.fields.type", "type")
            .set("worker.name", "ledger")
            .set("worker.version", 1)
            .set("limits.quarantine", 1)
            .table("ledger", List.of("account"), List.of("balance", "movements", "refunded"));
    PlanDirectory plan = Runs.plan(ledger);
    assertThat(Runs.quarantine(plan))
        .extracting(QuarantineEntry::key, QuarantineEntry::reason)
        .containsExactly(tuple("account=ben", "Cannot close an account that isn't empty"));
    PlanDirectory retried = retry(ledger.copy().set("worker.version", 2), plan);
    assertThat(Runs.quarantine(retried)).isEmpty();
    assertThat(Runs.corrections(retried))
        .as("ann has a share in the same events, and isn't retried")
        .isEqualTo(Map.of("[ben]", "delete"));
    assertThat(retried.manifest().worker().identity()).isEqualTo("ledger@2");
  }
}
