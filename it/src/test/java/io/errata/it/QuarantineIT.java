package io.errata.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.errata.api.Bytes;
import io.errata.api.ErrataException;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No guess: an event that can't be used keeps its keys from being corrected, and no others. */
class QuarantineIT {
  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void writeEventsAndTable() throws IOException {
    write(
        "good.jsonl",
        event("e1", "2024-06-10T12:00:00Z", "ann", "1.50"),
        event("e2", "2024-06-10T12:01:00Z", "ben", "2"),
        event("e3", "2024-06-10T12:02:00Z", "cia", "3"),
        event("e4", "2024-06-10T12:03:00Z", "ann", "4"));
    database = Database.create();
    database.execute(
        "CREATE TABLE totals (name text PRIMARY KEY, total numeric(14,2), events bigint)");
    database.execute(
        "INSERT INTO totals VALUES ('ann', 0, 0), ('ben', 0, 0), ('cia', 3, 1), ('dan', 9, 9)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void write(String file, String... lines) throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Files.writeString(folder.resolve("archive").resolve(file), String.join("\n", lines) + "\n");
  }

  private static String event(String id, String time, String name, String amount) {
    return "{\"id\":\"%s\",\"ts\":\"%s\",\"name\":\"%s\",\"amount\":%s}"
        .formatted(id, time, name, amount);
  }

  SpecDraft draft() {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "decimal"))
        .aggregate(Map.of("name", "name"), Map.of("total", "sum(amount)", "events", "count()"))
        .table("totals", List.of("name"), List.of("total", "events"))
        .set("table.owns", "true");
  }

  private PlanDirectory plan() {
    return Runs.plan(draft());
  }

  private static List<String> keys(PlanDirectory plan) {
    return Runs.quarantine(plan).stream().map(QuarantineEntry::key).distinct().sorted().toList();
  }

  @Test
  void nothingIsInQuarantine_whereEveryEventCanBeUsed() {
    PlanDirectory plan = plan();
    assertThat(Runs.quarantine(plan)).isEmpty();
    assertThat(plan.manifest().limits()).isEmpty();
    assertThat(Runs.corrections(plan))
        .isEqualTo(
            Map.of(
                "[ann]", "update [ann, 5.5, 2]", "[ben]", "update [ben, 2, 1]", "[dan]", "delete"));
  }

  @Test
  void undecodableEventWithAKey_keepsItsKeyAlone() throws IOException {
    write("bad.jsonl", event("e9", "2024-06-10T12:10:00Z", "ben", "\"much\""));
    PlanDirectory plan = plan();
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[ann]", "[dan]");
    assertThat(Runs.quarantine(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("name=ben");
              assertThat(entry.eventId()).isEqualTo("e9");
              assertThat(entry.source()).endsWith("bad.jsonl");
              assertThat(entry.reason()).contains("amount").doesNotContain("much");
            });
    assertThat(plan.manifest().rows().quarantined()).isEqualTo(1);
    assertThat(plan.manifest().limits()).extracting(LimitHit::limit).containsExactly("quarantine");
  }

  @Test
  void otherKeys_areCorrected_whereTheLimitAllows() throws IOException {
    write("bad.jsonl", event("e9", "2024-06-10T12:10:00Z", "ben", "\"much\""));
    SpecDraft allowed = draft().set("limits.quarantine", 1);
    PlanDirectory plan = Runs.plan(allowed);
    assertThat(plan.manifest().limits()).isEmpty();
    assertThat(Runs.apply(allowed, plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(database.dump("totals"))
        .containsExactly("ann\t5.50\t2", "ben\t0.00\t0", "cia\t3.00\t1");
    assertThat(Runs.corrections(Runs.plan(allowed))).isEmpty();
  }

  @Test
  void rowOfAKeyInQuarantine_isNotDeletedEither() throws IOException {
    write("bad.jsonl", event("e9", "2024-06-10T12:10:00Z", "dan", "\"much\""));
    assertThat(Runs.corrections(plan())).containsOnlyKeys("[ann]", "[ben]");
  }

  @Test
  void keyInQuarantineWithoutARow_isNotInserted() throws IOException {
    write(
        "bad.jsonl",
        event("e8", "2024-06-10T12:09:00Z", "eva", "5"),
        event("e9", "2024-06-10T12:10:00Z", "eva", "\"much\""));
    PlanDirectory plan = plan();
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[ann]", "[ben]", "[dan]");
    assertThat(plan.manifest().rows().quarantined()).isEqualTo(1);
  }

  @Test
  void eventWithoutAReadableTime_keepsItsKey_sinceItMayBelongToTheWindow() throws IOException {
    write("bad.jsonl", event("e9", "yesterday", "ben", "1"));
    assertThat(Runs.corrections(plan())).containsOnlyKeys("[ann]", "[dan]");
  }

  @Test
  void eventWithoutAnId_keepsItsKey() throws IOException {
    write("bad.jsonl", "{\"ts\":\"2024-06-10T12:10:00Z\",\"name\":\"ben\",\"amount\":1}");
    assertThat(Runs.corrections(plan())).containsOnlyKeys("[ann]", "[dan]");
  }

  @Test
  void lineThatIsNoEvent_keepsEveryKey() throws IOException {
    write("bad.jsonl", "{\"id\":\"e9\",\"ts\":\"2024-06-10T12:10:00Z\",\"na");
    PlanDirectory plan = Runs.plan(draft().set("limits.quarantine", "100%"));
    assertThat(Runs.corrections(plan)).isEmpty();
    assertThat(Runs.quarantine(plan)).singleElement().satisfies(e -> assertThat(e.key()).isNull());
    assertThat(plan.manifest().limits())
        .as("no share of rows in quarantine allows a plan that knows nothing")
        .singleElement()
        .satisfies(hit -> assertThat(hit.found()).isEqualTo("all"));
  }

  @Test
  void nullKey_keepsEveryKey() throws IOException {
    write(
        "bad.jsonl", "{\"id\":\"e9\",\"ts\":\"2024-06-10T12:10:00Z\",\"name\":null,\"amount\":1}");
    assertThat(Runs.corrections(plan())).isEmpty();
    assertThat(Runs.corrections(Runs.plan(draft().set("filter.where", "name is not null"))))
        .containsOnlyKeys("[ann]", "[ben]", "[dan]");
  }

  @Test
  void undecodableEventWithoutItsBucket_keepsEveryKey() throws IOException {
    database.execute(
        "CREATE TABLE days (name text, day date, total numeric(14,2), PRIMARY KEY (name, day))");
    write("bad.jsonl", event("e9", "yesterday", "ben", "1"));
    SpecDraft daily =
        draft()
            .aggregate(
                Map.of("name", "name", "day", "day(ts, UTC)"), Map.of("total", "sum(amount)"))
            .table("days", List.of("name", "day"), List.of("total"));
    assertThat(Runs.corrections(Runs.plan(daily))).isEmpty();
  }

  @Test
  void oneIdWithTwoContents_keepsTheKeysOfBoth() throws IOException {
    write("again.jsonl", event("e2", "2024-06-10T12:01:00Z", "ann", "2"));
    PlanDirectory plan = plan();
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[dan]");
    assertThat(keys(plan)).containsExactly("name=ann", "name=ben");
    assertThat(plan.manifest().events().duplicates()).isZero();
  }

  @Test
  void oneIdWithTwoAmounts_keepsItsKeyAlone() throws IOException {
    write("again.jsonl", event("e2", "2024-06-10T12:01:00Z", "ben", "2.01"));
    assertThat(Runs.corrections(plan())).containsOnlyKeys("[ann]", "[dan]");
  }

  @Test
  void oneIdTwiceWithEqualContent_isADuplicateHoweverItIsWritten() throws IOException {
    write("again.jsonl", event("e2", "2024-06-10T14:01:00+02:00", "ben", "2.00"));
    PlanDirectory plan = plan();
    assertThat(Runs.quarantine(plan)).isEmpty();
    assertThat(plan.manifest().events().duplicates()).isEqualTo(1);
    assertThat(Runs.corrections(plan)).containsEntry("[ben]", "update [ben, 2, 1]");
  }

  @Test
  void sumBeyondTheColumn_keepsItsKey() throws IOException {
    write("large.jsonl", event("e9", "2024-06-10T12:10:00Z", "ben", "999999999999"));
    PlanDirectory plan = plan();
    assertThat(Runs.corrections(plan)).containsOnlyKeys("[ann]", "[dan]");
    assertThat(Runs.quarantine(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("name=ben");
              assertThat(entry.reason()).contains("total").doesNotContain("999999999999");
            });
  }

  @Test
  void eventThatTheWorkerRejects_keepsItsKeyAlone() throws IOException {
    Files.createDirectories(folder.resolve("payments"));
    Files.writeString(
        folder.resolve("payments/payments.jsonl"),
        """
        {"id":"p1","ts":"2024-06-10T12:00:00Z","type":"deposit","to_account":"ann","amount":1}
        {"id":"p2","ts":"2024-06-10T12:01:00Z","type":"deposit","to_account":"ben","amount":2}
        {"id":"p3","ts":"2024-06-10T12:02:00Z","type":"close","from_account":"ben"}
        {"id":"p4","ts":"2024-06-10T12:03:00Z","type":"deposit","to_account":"ben","amount":3}
        """);
    database.execute(
        "CREATE TABLE ledger (account text PRIMARY KEY, balance numeric(14,2), movements bigint, refunded numeric(14,2))");
    SpecDraft ledger =
        SpecDraft.of(database, folder.resolve("plans"))
            .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
            .archive(folder.resolve("payments"), "", "jsonl")
            .set("events.fields.id", "id")
            .set("events.fields.time", "ts")
            .set("events.fields.type", "type")
            .set("worker.name", "ledger")
            .set("worker.version", 2)
            .table("ledger", List.of("account"), List.of("balance", "movements", "refunded"));
    PlanDirectory plan = Runs.plan(ledger);
    assertThat(Runs.corrections(plan)).isEqualTo(Map.of("[ann]", "insert [ann, 1, 1, 0]"));
    assertThat(Runs.quarantine(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("account=ben");
              assertThat(entry.eventId()).isEqualTo("p3");
              assertThat(entry.reason()).isEqualTo("Cannot close an account that isn't empty");
            });
  }

  @Test
  void lineThatIsNoJson_liesInQuarantineWithAllItsBytes() throws IOException {
    // Longer than what is kept of events that can be decoded.
    String poison = "{\"id\":\"e9\",\"name\":\"" + "ä".repeat(5 << 20);
    write("bad.jsonl", event("e8", "2024-06-10T12:09:00Z", "ben", "5"), poison);
    PlanDirectory plan = plan();
    assertThat(Runs.deadLetters(plan))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.reason()).contains("not JSON").doesNotContain("ää");
              assertThat(entry.rawSize()).isEqualTo(poison.getBytes(UTF_8).length);
              assertThat(entry.raw()).isEqualTo(Bytes.of(poison.getBytes(UTF_8)));
              assertThat(entry.rawKey()).isNull();
            });
    assertThat(Runs.quarantine(plan))
        .as("who doesn't ask for the bytes never has them in memory")
        .singleElement()
        .satisfies(entry -> assertThat(entry.raw()).isNull());
    assertThat(Path.of(plan.location(), "report.html")).content().doesNotContain("ää");
  }

  @Test
  void firstLineBehindAByteOrderMark_liesInQuarantineAsItStandsThere() throws IOException {
    write("bad.jsonl", "\uFEFF{\"id\":", event("e8", "2024-06-10T12:09:00Z", "ben", "5"));
    assertThat(Runs.deadLetters(plan()))
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.raw()).isEqualTo(Bytes.of("{\"id\":".getBytes(UTF_8))));
  }

  @Test
  void eventThatWasDecodedInPart_liesInQuarantineWithItsFirstBytes() throws IOException {
    String line =
        event("e9", "2024-06-10T12:10:00Z", "ben", "\"much\", \"note\":\"" + "n".repeat(70_000))
            .replace("}", "\"}");
    write("bad.jsonl", line);
    assertThat(Runs.deadLetters(plan()))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.key()).isEqualTo("name=ben");
              assertThat(entry.rawSize()).isEqualTo(line.length());
              assertThat(entry.raw())
                  .isEqualTo(Bytes.of(line.substring(0, 64 << 10).getBytes(UTF_8)));
            });
  }

  @Test
  void eventThatWasDecoded_liesInQuarantineWithoutBytes() throws IOException {
    write("same.jsonl", event("e1", "2024-06-10T12:00:00Z", "ann", "7"));
    assertThat(Runs.deadLetters(plan()))
        .hasSize(2)
        .allSatisfy(
            entry -> {
              assertThat(entry.raw()).isNull();
              assertThat(entry.rawSize()).isZero();
            });
  }

  @Test
  void rowOfCsv_liesInQuarantineAsItStandsThere() throws IOException {
    String partly = "e2,\"2024-06-10T12:01:00Z\",\"b\"\"e,n\",\"mü\nch\"";
    String notAtAll = "e3,2024-06-10T12:02:00Z,ben,1,\"5\"";
    Files.createDirectories(folder.resolve("csv"));
    Files.writeString(
        folder.resolve("csv/events.csv"),
        "id,ts,name,amount\ne1,2024-06-10T12:00:00Z,ann,1\n%s\r\n%s\r\n"
            .formatted(partly, notAtAll));
    PlanDirectory plan = Runs.plan(draft().archive(folder.resolve("csv"), "", "csv"));
    assertThat(Runs.deadLetters(plan))
        .extracting(entry -> new String(entry.raw().toArray(), UTF_8))
        .containsExactlyInAnyOrder(partly, notAtAll);
  }

  @Test
  void rowOfAvro_liesInQuarantineAsItIsEncoded() throws IOException {
    Schema schema =
        SchemaBuilder.record("event")
            .fields()
            .requiredString("id")
            .requiredString("ts")
            .requiredString("name")
            .requiredLong("amount")
            .endRecord();
    Files.createDirectories(folder.resolve("avro"));
    GenericRecord bad = new GenericData.Record(schema);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      writer.create(schema, folder.resolve("avro/events.avro").toFile());
      for (String time : List.of("2024-06-10T12:00:00Z", "yesterday", "2024-06-10T12:02:00Z")) {
        bad.put("id", "e-" + time);
        bad.put("ts", time);
        bad.put("name", "b" + time.charAt(0));
        bad.put("amount", (long) time.length());
        writer.append(bad);
      }
    }
    QuarantineEntry entry =
        Runs.deadLetters(Runs.plan(draft().archive(folder.resolve("avro"), "", "avro"))).get(0);
    GenericRecord found =
        new GenericDatumReader<GenericRecord>(schema)
            .read(null, DecoderFactory.get().binaryDecoder(entry.raw().toArray(), null));
    assertThat(found.toString())
        .isEqualTo(
            "{\"id\": \"e-yesterday\", \"ts\": \"yesterday\", \"name\": \"by\", \"amount\": 9}");
    assertThat(entry.rawSize()).isEqualTo(entry.raw().length());
  }

  @Test
  void eventThatBreaksARule_keepsItsKeyAlone() throws IOException {
    write(
        "bad.jsonl",
        "{\"id\":\"e7\",\"ts\":\"2024-06-10T12:10:00Z\",\"name\":\"ben\",\"amount\":7.25,\"by\":\"shop\"}",
        "{\"id\":\"e8\",\"ts\":\"2024-06-10T12:10:00Z\",\"name\":\"cia\",\"amount\":1,\"by\":\"nobody\"}",
        "{\"id\":\"e9\",\"ts\":\"2024-06-10T12:40:00Z\",\"name\":\"ann\",\"amount\":99,\"by\":\"nobody\"}");
    PlanDirectory plan =
        Runs.plan(
            draft()
                .set("events.rules.amount", Map.of("required", true, "max", 7))
                .set("events.rules.by", Map.of("one-of", List.of("shop", "phone"))));
    assertThat(Runs.corrections(plan))
        .as("one outside of the window is none of its business")
        .containsOnlyKeys("[ann]", "[dan]");
    assertThat(Runs.deadLetters(plan))
        .extracting(QuarantineEntry::key, QuarantineEntry::reason)
        .containsExactlyInAnyOrder(
            tuple("name=ben", "Cannot use amount: it is more than events.rules allows (max)"),
            tuple("name=cia", "Cannot use by: it is none of the values of events.rules (one-of)"));
    assertThat(Runs.deadLetters(plan)).allSatisfy(entry -> assertThat(entry.raw()).isNotNull());
    assertThat(plan.manifest().events().rejected()).isEqualTo(2);
  }

  @Test
  void eventThatTheFilterLeavesOut_needKeepToNoRule() throws IOException {
    SpecDraft ruled = draft().set("events.rules", Map.of("amount", Map.of("max", 2)));
    assertThat(keys(Runs.plan(ruled))).containsExactly("name=ann", "name=cia");
    assertThat(keys(Runs.plan(ruled.set("filter.where", "amount < 4"))))
        .containsExactly("name=cia");
  }

  @Test
  void ruleThatDoesntFitItsField_isRefusedBeforeAnythingIsRead() {
    assertThatThrownBy(
            () -> Runs.plan(draft().set("events.rules", Map.of("name", Map.of("min", 2)))))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot compare \"name\" with 2: their types are TEXT and DECIMAL");
    assertThatThrownBy(
            () -> Runs.plan(draft().set("events.rules", Map.of("nam", Map.of("required", true)))))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("Cannot find field: nam");
  }
}
