package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.Correction;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.Snapshot;
import io.errata.state.table.TableColumn;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the contract of all live tables doesn't say of a file: its bytes, its crashes, its refusals.
 */
class CsvTableTest {
  private static final String DRIFTED = "user_id,value\na,1\nb,2\nc,3\n";
  private static final String CORRECTED = "user_id,value\na,1\nb,20\nd,4\n";

  @TempDir Path folder;

  private static List<Correction> drift(CsvCase table) {
    return table.plan("a", "1", "b", "20", "c", "gone", "d", "4");
  }

  private static WriteResult apply(CsvCase table, String plan, List<Correction> corrections) {
    try (LiveTable live = table.open()) {
      return live.apply(table.request(plan, corrections));
    }
  }

  private static WriteResult rollback(CsvCase table, String plan, List<Correction> corrections) {
    try (LiveTable live = table.open()) {
      return live.rollback(table.request(plan, corrections));
    }
  }

  // --- bytes

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        // The order of the columns, and further ones with quotes and line ends in them.
        "note|user_id|value;x|a|1;`y\u0009`|b|2;%z~1%|c|3;,note|user_id|value;x|a|1;`y\u0009`|b|20;|d|4;",
        // Quotes stay where they were, and a new row has them where the first one has.
        "%user_id%|value;%a%|1.00;%b%|2.00;%c%|3.00;,%user_id%|value;%a%|1.00;%b%|20.00;%d%|4.00;",
        // The last line doesn't end.
        "user_id|value;a|1;b|2;c|3,user_id|value;a|1;b|20;d|4",
        "user_id|value;c|3;a|1;b|2,user_id|value;a|1;b|20;d|4",
        // Empty lines are nobody's.
        ";user_id|value;;a|1;;;b|2;c|3;;;,;user_id|value;;a|1;;;b|20;d|4;;;"
      })
  void apply_changesNoByteButThoseOfTheCorrections(String before, String after) {
    for (String lineEnd : List.of("\n", "\r\n", "\r")) {
      for (String mark : List.of("", "\uFEFF")) {
        CsvCase table = CsvCase.of(folder, mark + text(before, lineEnd));
        List<Correction> plan = drift(table);
        String id = Integer.toHexString((lineEnd + mark + before).hashCode());

        assertThat(apply(table, id, plan).counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
        assertThat(table.text()).isEqualTo(mark + text(after, lineEnd));

        assertThat(rollback(table, id, plan).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(table.text()).isEqualTo(mark + text(before, lineEnd));
      }
    }
  }

  private static String text(String drawn, String lineEnd) {
    return drawn.replace('|', ',').replace('%', '"').replace('~', '\n').replace(";", lineEnd);
  }

  @Test
  void apply_ofMixedLineEndsLeavesEachAsItWas() {
    CsvCase table = CsvCase.of(folder, "user_id,value\r\na,1\nb,2\r\n\nc,3\re,5");
    List<Correction> plan = drift(table);

    apply(table, "p", plan);
    assertThat(table.text()).isEqualTo("user_id,value\r\na,1\nb,20\re,5\rd,4");

    rollback(table, "p", plan);
    assertThat(table.text()).isEqualTo("user_id,value\r\na,1\nb,2\r\n\nc,3\re,5");
  }

  @Test
  void apply_toAFileOfAHeaderAloneBuildsTheTableInTheOrderOfItsKeys() {
    CsvCase table = CsvCase.of(folder, "value,user_id");
    List<Correction> plan = table.plan("b", "2", "a", "1", "\uD83D\uDE00", "3", "\uFB01", "null");

    apply(table, "p", plan);

    // By code point: the ligature comes before the emoji, whose first UTF-16 unit is less.
    assertThat(table.text()).isEqualTo("value,user_id\n1,a\n2,b\n,\uFB01\n3,\uD83D\uDE00");
    rollback(table, "p", plan);
    assertThat(table.text()).isEqualTo("value,user_id");
  }

  @Test
  void rollback_putsDeletedRowsBackWhereTheyWere() {
    CsvCase table = CsvCase.of(folder, "user_id,value\ne,5\nc,3\na,1\nd,4\nb,2\n");
    List<Correction> plan =
        table.plan("e", "gone", "c", "33", "a", "gone", "d", "gone", "b", "gone", "f", "6");

    apply(table, "p", plan);
    assertThat(table.text()).isEqualTo("user_id,value\nc,33\nf,6\n");

    rollback(table, "p", plan);
    assertThat(table.text()).isEqualTo("user_id,value\ne,5\nc,3\na,1\nd,4\nb,2\n");
  }

  @Test
  void rollback_leavesWhatOthersHaveWrittenSince() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    table.write(table.text().replace("a,1\n", "a,100\n") + "e,5\n");

    assertThat(rollback(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);

    assertThat(table.text()).isEqualTo("user_id,value\na,100\nb,2\nc,3\ne,5\n");
  }

  @Test
  void rows_thatMeanTheSameAreNoDriftAndStayAsTheyAre() {
    CsvCase table = CsvCase.of(folder, "user_id,value\na,1.00\n\"b\",\"2\"\nc,3e0\nd,\n");

    assertThat(table.plan("a", "1", "b", "2.0", "c", "3", "d", "null")).isEmpty();
  }

  @Test
  void types_decideWhatIsOneValue() {
    CsvCase table = CsvCase.of(folder, "user_id,value\n7,7.004\n007,7.0\n7.0,\n");

    // Keys are text unless somebody says more: three users.
    assertThat(table.rows()).hasSize(3);
    assertThat(table.plan("7", "7.0041")).hasSize(1);
    assertThat(table.typed("decimal(12,2)").plan("007", "7.0041")).isEmpty();
    assertThat(table.typed("text").rows())
        .extracting(row -> row.values().value("value"))
        .containsExactly("7.004", "7.0", null);
    assertRefused(
        () -> table.typed("long").rows(),
        ErrorCode.INVALID_TABLE,
        "Cannot read results.csv: in line 2, column value: it is not a whole number (long)",
        "table.csv.types");
  }

  @Test
  void apply_keepsRightsAndTheLinkThatLedToTheFile() throws IOException {
    CsvCase real = CsvCase.of(Files.createDirectory(folder.resolve("real")), DRIFTED);
    Files.setPosixFilePermissions(real.path(), PosixFilePermissions.fromString("rw-rw-r--"));
    Path link = Files.createSymbolicLink(folder.resolve("results.csv"), real.path());
    CsvCase table = new CsvCase(link, List.of("user_id"), "decimal", Duration.ofSeconds(5));

    apply(table, "p", drift(table));

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(real.text()).isEqualTo(CORRECTED);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real.path())))
        .isEqualTo("rw-rw-r--");
    assertThat(names(real.path().getParent()))
        .containsExactlyInAnyOrder(
            "results.csv", "results.csv.errata-ledger.jsonl", ".results.csv.errata-lock");
  }

  @Test
  void apply_writesNotWhereALinkInItsWayLeads() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Files.createSymbolicLink(folder.resolve(".results.csv.errata-draft"), victim);

    apply(table, "p", drift(table));

    assertThat(victim).hasContent("mine");
    assertThat(table.text()).isEqualTo(CORRECTED);
    assertThat(Files.isRegularFile(table.path(), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  // --- refusals

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``,Cannot read ?/results.csv: it has no header line",
        "`\n\n`,Cannot read ?/results.csv: it has no header line",
        "`user,value\n`,Cannot find column user_id of results.csv (table.key)",
        "`user_id,values\n`,Cannot find column value of results.csv (table.compare)",
        "`user_id,value,value\n`,Cannot read results.csv: its header names column value twice",
        "`user_id,value\na,1\nb,2,3\n`,Cannot read results.csv: line 3 has 3 fields (the header has 2)",
        "`user_id,value\n\na\n`,Cannot read results.csv: line 3 has 1 fields (the header has 2)",
        "`user_id,value\na,1\n,2\n`,`Cannot read results.csv: in line 3, key column user_id is null`",
        "`user_id,value\na,1\n\"b\"x,2\n`,Cannot read results.csv: it is not CSV behind line 3 (a quote is not closed",
        "`user_id,value\na,1\n\"b,2\n`,Cannot read results.csv: it is not CSV behind line 3 (a quote is not closed",
        "`user_id,value\na,one\n`,`Cannot read results.csv: in line 2, column value: it is not a decimal number (decimal)`",
        "`user_id,value\na,\"\"\n`,`Cannot read results.csv: in line 2, column value: it is not a decimal number (decimal)`",
        "`user_id,value\nb,1\na,1\nb,1\na,3\na,4\n`,`Cannot use the key of results.csv: two rows have one, user_id=b in lines 2 and 4; user_id=a in lines 3 and 5; user_id=a in lines 3 and 6`"
      })
  void file_thatIsNoTableIsRefused(String text, String message) {
    CsvCase table = CsvCase.of(folder, text);

    assertRefused(table::rows, ErrorCode.INVALID_TABLE, message.replace("?", folder.toString()));
    assertThat(names(folder)).containsExactly("results.csv");
  }

  @Test
  void file_thatIsNotUtf8IsRefused() {
    CsvCase table =
        CsvCase.of(folder, "")
            .write("user_id,value\n\u00e9,1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(
        table::rows, ErrorCode.INVALID_TABLE, "Cannot read results.csv: line 2 is not UTF-8");

    table.write("user_id,value\na,1\n".getBytes(StandardCharsets.UTF_16));
    assertRefused(table::rows, ErrorCode.INVALID_TABLE, "is not UTF-8");
  }

  @Test
  void file_thatIsNotThereIsRefusedAndTheNearestNamed() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    Files.move(table.path(), folder.resolve("result.csv"));
    assertRefused(
        table::describe,
        ErrorCode.INVALID_TABLE,
        "Cannot find table results.csv: there is no file " + table.path(),
        "Did you mean result.csv?");

    Files.createDirectory(table.path());
    assertRefused(table::describe, ErrorCode.INVALID_TABLE, "it is not a file");
  }

  @Test
  void copies_areFoundByWhatTheirKeysMean() {
    CsvCase table = CsvCase.of(folder, "user_id,value\nb,2\n\"b\",1\n");
    assertRefused(table::rows, ErrorCode.INVALID_TABLE, "user_id=b in lines 2 and 3");
  }

  @Test
  void keys_ofSeveralColumnsAreNotJoined() {
    CsvCase table =
        CsvCase.of(folder, "user_id,shop,value\n1,23,1\n12,3,1\n1-2,3,1\n1,2-3,1\n")
            .keyedBy("user_id", "shop");
    assertThat(table.rows()).hasSize(4);
  }

  @Test
  void columns_thatNobodyNamesMayHaveNoName() {
    // As pandas writes its index.
    CsvCase table = CsvCase.of(folder, ",user_id,value\n0,a,1\n1,b,2\n2,c,3\n");
    apply(table, "p", drift(table));
    assertThat(table.text()).isEqualTo(",user_id,value\n0,a,1\n1,b,20\n,d,4\n");
  }

  @Test
  void apply_toTwoRowsOfOneKeyIsRefused() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    table.write(DRIFTED + "b,2\n");

    assertRefused(
        () -> apply(table, "p", plan),
        ErrorCode.INVALID_TABLE,
        "Cannot apply plan p: two rows of results.csv have one key, user_id=b in lines 3 and 5");
    assertThat(table.text()).isEqualTo(DRIFTED + "b,2\n");
  }

  // --- one moment

  @Test
  void snapshot_isNamedByWhatItIs() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    try (LiveTable live = table.open();
        Snapshot snapshot = live.openSnapshot(Optional.empty(), 1)) {
      assertThat(snapshot.id())
          .matches("sha256 [0-9a-f]{64}, 26 bytes, modified 20.*Z")
          .contains(io.errata.state.digest.Digest.ofText(DRIFTED).hex());
      assertThat(snapshot.estimatedRows()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'a,1','a,9'",
    "1,2",
    "user_id,user-id",
    "'c,3',''",
    "'b,2','b,2,2'",
    "'c,3','\"c,3'"
  })
  void snapshot_ofAFileThatChangesIsNotReadToItsEnd(String old, String other) throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    FileTime time = Files.getLastModifiedTime(table.path());
    try (LiveTable live = table.open();
        Snapshot snapshot = live.openSnapshot(Optional.empty(), 1)) {
      table.write(DRIFTED.replace(old, other));
      // By size and time it may be the same.
      Files.setLastModifiedTime(table.path(), time);
      assertRefused(
          () -> {
            var reader = live.read(snapshot.splits().get(0));
            while (reader.next().isPresent()) {
              // to its end
            }
          },
          other.equals("user-id") ? ErrorCode.INVALID_TABLE : ErrorCode.UNAVAILABLE,
          other.equals("user-id") ? "Cannot find column user_id" : "was changed or replaced");
    }
  }

  @Test
  void snapshot_inAsManyPartsAsThereAreLinesHasEveryRow() {
    StringBuilder text = new StringBuilder("user_id,value\r\n");
    for (int i = 0; i < 200; i++) {
      text.append(i % 3 == 0 ? "\r\n" : "")
          .append("\"u\n")
          .append(i)
          .append("\",")
          .append(i)
          .append("\r\n");
    }
    CsvCase table = CsvCase.of(folder, text.toString());
    List<LiveRow> rows = new ArrayList<>();
    try (LiveTable live = table.open();
        Snapshot snapshot = live.openSnapshot(Optional.empty(), 1000)) {
      assertThat(snapshot.splits()).hasSizeGreaterThan(100);
      for (var split : snapshot.splits()) {
        try (var reader = live.read(split)) {
          reader.next().ifPresent(rows::add);
          assertThat(reader.next()).isEmpty();
          assertThat(reader.next()).isEmpty();
        }
      }
    }
    assertThat(rows)
        .extracting(row -> row.values().asText("user_id"))
        .doesNotHaveDuplicates()
        .hasSize(200);
    assertThat(rows.get(7).image().place()).isEqualTo("7 rn");
    assertThat(rows.get(9).image().place()).isEqualTo("9 rnrn");
  }

  @Test
  void line_ofAnErrorIsThatOfTheFile() {
    StringBuilder text = new StringBuilder("user_id,value\n");
    for (int i = 0; i < 200; i++) {
      text.append(i % 3 == 0 ? "\n" : "").append("u").append(i).append(i == 150 ? ",x\n" : ",1\n");
    }
    CsvCase table = CsvCase.of(folder, text.toString());
    assertRefused(table::rows, ErrorCode.INVALID_TABLE, "in line 203, column value");
  }

  // --- writers who know nothing of Errata

  @ParameterizedTest
  @EnumSource(
      value = CsvWrite.Step.class,
      names = {"DRAFT_BEGUN", "DRAFT_WRITTEN", "LEDGER_BEGUN", "LEDGER_WRITTEN"})
  void apply_toAFileThatIsWrittenMeanwhileOverwritesNothing(CsvWrite.Step step) {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    String later = DRIFTED.replace("a,1", "a,7");
    WriteRequest request = table.request("p", plan);
    try (LiveTable live = table.open(at(step, () -> table.write(later)))) {
      assertRefused(
          () -> live.apply(request),
          ErrorCode.UNAVAILABLE,
          "Cannot read results.csv: it was changed or replaced while it was written",
          "nothing was written");
    }
    assertThat(table.text()).isEqualTo(later);
    assertThat(table.open().history()).isEmpty();

    assertThat(apply(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(table.text()).isEqualTo(CORRECTED.replace("a,1", "a,7"));
  }

  @Test
  void readback_tellsWhatOthersHaveWrittenSince() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    WriteRequest request = table.request("p", plan);
    try (LiveTable live =
        table.open(
            at(CsvWrite.Step.COMMITTED, () -> table.write(CORRECTED.replace("b,20", "b,21"))))) {
      assertThat(live.apply(request).readback())
          .isEqualTo(new WriteResult.Readback(2, 1, List.of()));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CsvWrite.Step.class,
      names = {"LOCKED", "DRAFT_BEGUN", "DRAFT_WRITTEN", "LEDGER_BEGUN", "LEDGER_WRITTEN"})
  void close_duringAnApplyLeavesTheFileAsItWas(CsvWrite.Step step) {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    WriteRequest request = table.request("p", plan);
    LiveTable[] live = new LiveTable[1];
    live[0] = table.open(at(step, () -> live[0].close()));

    assertRefused(() -> live[0].apply(request), ErrorCode.CANCELLED, "was closed");

    assertThat(table.text()).isEqualTo(DRIFTED);
    assertThat(table.open().history()).isEmpty();
    assertThat(names(folder)).doesNotContain(".results.csv.errata-draft");
    assertThat(apply(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);
  }

  @Test
  void apply_waitsForAnotherAndGivesUpInTime() throws Exception {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    WriteRequest request = table.request("p", plan);
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<WriteResult> first =
        CompletableFuture.supplyAsync(
            () -> {
              try (LiveTable live =
                  table.open(
                      at(
                          CsvWrite.Step.LOCKED,
                          () -> {
                            locked.countDown();
                            await(done);
                          }))) {
                return live.apply(request);
              }
            });
    await(locked);

    assertRefused(
        () -> apply(table.within(Duration.ofMillis(50)), "p", plan),
        ErrorCode.UNAVAILABLE,
        "Cannot apply plan p: the lock was not to be had in time",
        "PT0.05S");
    done.countDown();
    assertThat(first.get().outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(apply(table, "p", plan).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static CsvWrite.Steps at(CsvWrite.Step wanted, Runnable action) {
    return step -> {
      if (step == wanted) {
        action.run();
      }
    };
  }

  // --- crashes

  /** Ends a write at a step as a crash would: nothing after it runs, not even what tidies up. */
  private void crash(CsvCase table, CsvWrite.Step step, List<Correction> plan) {
    Path copy = folder.resolve("crashed");
    WriteRequest request = table.request("p", plan);
    try (LiveTable live = table.open(at(step, () -> copyTo(copy)))) {
      live.apply(request);
    }
    // Back to the moment of the crash.
    restoreFrom(copy);
  }

  private void copyTo(Path copy) {
    try {
      Files.createDirectories(copy);
      for (String name : names(folder)) {
        if (!name.equals("crashed")) {
          Files.copy(folder.resolve(name), copy.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void restoreFrom(Path copy) {
    try {
      for (String name : names(folder)) {
        if (!name.equals("crashed")) {
          Files.delete(folder.resolve(name));
        }
      }
      for (String name : names(copy)) {
        Files.copy(copy.resolve(name), folder.resolve(name));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(CsvWrite.Step.class)
  void crash_atAnyStepIsSettledByTheNextApply(CsvWrite.Step step) {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    crash(table, step, plan);
    boolean replaced = step.compareTo(CsvWrite.Step.REPLACED) >= 0;

    assertThat(table.text()).isEqualTo(replaced ? CORRECTED : DRIFTED);
    try (LiveTable live = table.open()) {
      assertThat(live.history()).hasSize(replaced ? 1 : 0);
    }
    assertThat(apply(table, "p", plan).outcome())
        .isEqualTo(replaced ? Outcome.ALREADY_APPLIED : Outcome.APPLIED);
    assertThat(table.text()).isEqualTo(CORRECTED);
    assertThat(names(folder)).doesNotContain(".results.csv.errata-draft");
    assertThat(rollback(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(table.text()).isEqualTo(DRIFTED);
    try (LiveTable live = table.open()) {
      assertThat(live.history())
          .extracting(LedgerEntry::action)
          .containsExactly(LedgerEntry.Action.ROLLBACK, LedgerEntry.Action.APPLY);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CsvWrite.Step.class,
      names = {"LEDGER_BEGUN", "LEDGER_WRITTEN", "REPLACED"})
  void crash_isSettledAlthoughOthersHaveWrittenSince(CsvWrite.Step step) {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    crash(table, step, plan);
    boolean replaced = step == CsvWrite.Step.REPLACED;
    table.write(table.text().replace("a,1", "a,7"));

    assertThat(apply(table, "p", plan).outcome())
        .isEqualTo(replaced ? Outcome.ALREADY_APPLIED : Outcome.APPLIED);
    assertThat(table.text()).isEqualTo(CORRECTED.replace("a,1", "a,7"));
  }

  @Test
  void crash_ofAWriteThatOnlyDeletesIsSettled() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = table.plan("b", "gone", "c", "gone");
    crash(table, CsvWrite.Step.REPLACED, plan);
    table.write(table.text() + "e,5\n");

    assertThat(apply(table, "p", plan).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);

    CsvCase other = CsvCase.of(folder, DRIFTED);
    assertThat(other.text()).isEqualTo(DRIFTED);
  }

  // --- the ledger

  @Test
  void ledger_hasALineForEachWriteAndEachRow() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    apply(table, "p", drift(table));

    List<String> lines = Files.readAllLines(table.ledger());

    assertThat(lines).hasSize(5);
    assertThat(lines.get(0))
        .startsWith("{\"id\":1,\"plan\":\"p\",\"action\":\"APPLY\",\"seal\":\"seal of p\"")
        .contains("\"table\":\"results.csv\"", "\"written_at\":\"2024-06-11T03:00:00Z\"")
        .contains("\"inserted\":1,\"updated\":1,\"deleted\":1,\"conflicts\":0");
    assertThat(lines.subList(1, 4))
        .allMatch(line -> line.matches("\\{\"ledger\":1,\"key\":\"[0-9a-f]{64}\",\"after\":.*}"))
        .filteredOn(line -> line.endsWith("\"after\":null}"))
        .hasSize(1);
    assertThat(lines.get(4)).isEqualTo("{\"ledger\":1,\"outcome\":\"committed\"}");
    // No values of rows.
    assertThat(String.join("", lines)).doesNotContain("20\"", ":20");
  }

  @Test
  void ledger_thatIsLostLeavesThePlanToRollBackBy() throws IOException {
    CsvCase table = CsvCase.of(folder, "user_id,note,value\na,x,1\nb,\"y\",2.0\nc,z,3\n");
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    Files.delete(table.ledger());

    assertThat(rollback(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(table.text()).isEqualTo("user_id,note,value\na,x,1\nb,\"y\",2.0\nc,z,3\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'b,20', 'b,21', user_id=b",
    "'d,4', 'd,5', user_id=d",
    "'d,4\n', 'd,4\nc,9\n', user_id=c"
  })
  void ledger_thatIsLostStillKeepsLaterWrites(String written, String later, String key)
      throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    Files.delete(table.ledger());
    String text = CORRECTED.replace(written, later);
    table.write(text);

    WriteResult result = rollback(table, "p", plan);

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(result.conflicts()).extracting(WriteResult.Conflict::key).containsExactly(key);
    assertThat(table.text()).isEqualTo(text);
  }

  @Test
  void ledger_thatIsLostKnowsAPlanThatWasNeverApplied() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    assertThat(rollback(table, "p", drift(table)).outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
  }

  @Test
  void ledger_whoseRowsAreLostIsNotTakenForOneThatSkippedThem() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    List<String> lines = new ArrayList<>(Files.readAllLines(table.ledger()));
    lines.remove(2);
    Files.writeString(table.ledger(), String.join("\n", lines) + "\n");

    assertThat(rollback(table, "p", plan).counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
    assertThat(table.text()).isEqualTo(DRIFTED);
  }

  @Test
  void ledger_thatSomebodyHasEditedIsRefused() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    Files.writeString(table.ledger(), "{\"id\":1,\n{}\n");

    assertRefused(
        () -> rollback(table, "p", plan),
        ErrorCode.INVALID_TABLE,
        "Cannot read the ledger " + table.ledger() + ": line 1 is not one of its lines",
        "move it away");
    assertThat(table.text()).isEqualTo(CORRECTED);
  }

  @Test
  void ledger_lineThatACrashHasCutOffIsNone() throws IOException {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    apply(table, "p", plan);
    String ledger = Files.readString(table.ledger());
    Files.writeString(table.ledger(), ledger + "{\"id\":2,\"plan\":\"q");

    assertThat(apply(table, "p", plan).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    assertThat(rollback(table, "p", plan).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(Files.readString(table.ledger())).startsWith(ledger + "{\"id\":2,\"plan\":\"p\"");
  }

  @Test
  void planning_leavesNothingBesideTheFile() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    table.rows();
    try (LiveTable live = table.open()) {
      assertThat(live.history()).isEmpty();
    }
    assertThat(names(folder)).containsExactly("results.csv");
  }

  @Test
  void apply_inAFolderThatMayNotBeWrittenIsRefused() throws IOException {
    assumeThat(System.getProperty("user.name")).as("root may write anywhere").isNotEqualTo("root");
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertRefused(
          () -> apply(table, "p", plan), ErrorCode.FORBIDDEN, "the file system refuses it");
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void apply_thatSkipsWritesTheOthersAndListsTheRow() {
    CsvCase table = CsvCase.of(folder, DRIFTED);
    List<Correction> plan = drift(table);
    table.write(DRIFTED.replace("b,2", "b,2.0"));

    WriteResult result;
    try (LiveTable live = table.open()) {
      result = live.apply(table.request("p", plan, ConflictPolicy.SKIP));
    }

    assertThat(result.counts()).isEqualTo(new WriteCounts(1, 0, 1, 1));
    assertThat(table.text()).isEqualTo("user_id,value\na,1\nb,2.0\nd,4\n");
  }

  @Test
  void description_hasTheTypesThatTheSpecGives() {
    CsvCase table = CsvCase.of(folder, "user_id,value,note\n").typed("decimal(12,2)");
    assertThat(table.describe().columns())
        .extracting(TableColumn::name, TableColumn::sqlType, TableColumn::nullable)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("user_id", "text", false),
            org.assertj.core.groups.Tuple.tuple("value", "decimal(12,2)", true),
            org.assertj.core.groups.Tuple.tuple("note", "text", true));
    assertThat(table.describe().name()).isEqualTo("results.csv");
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertRefused(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.getMessage() + " " + e.next()).contains(parts);
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.next()).isNotEmpty();
            });
  }
}
