package io.errata.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.plan.Diff;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTables;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.testkit.LiveStore.Feature;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link LiveTable} does. A subclass supplies the store; each test gets a fresh one, or
 * one in which no table of an earlier test has the same name.
 */
public abstract class LiveTableContract {
  protected static final LocalDate DAY = LocalDate.parse("2024-06-10");
  private static final Instant FROM = Instant.parse("2024-06-10T12:00:00Z");
  private static final Instant TO = Instant.parse("2024-06-10T12:30:00Z");

  private LiveStore store;
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** Starts a store, or takes one that is running. */
  protected abstract LiveStore openStore() throws Exception;

  @BeforeEach
  final void start() throws Exception {
    store = openStore();
  }

  @AfterEach
  final void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    store.close();
  }

  /** The store of the running test. */
  protected final LiveStore store() {
    return store;
  }

  // --- describe

  @Test
  void description_hasColumnsInOrderWithTheirLimits() {
    StoredTable daily = daily();
    TableDescription description = open(daily).describe();

    assertThat(description.columns()).isEqualTo(daily.columns());
    assertThat(description.values().names()).containsExactly("user_id", "day", "total", "events");
    assertThat(description.fingerprint()).isEqualTo(open(daily).describe().fingerprint());
  }

  @Test
  void description_ofMissingTableNamesTheNearest() {
    LiveTableOptions options = store.options(daily());
    LiveTableOptions misspelt =
        with(
            options,
            options.name().replace("daily", "dialy"),
            options.key(),
            options.compare(),
            null,
            Map.of());

    assertRefused(
        () -> open(misspelt).describe(),
        ErrorCode.INVALID_TABLE,
        "Cannot find table",
        "daily_totals");
  }

  @Test
  void description_ofMissingKeyColumnNamesTheNearest() {
    LiveTableOptions options = store.options(daily());
    LiveTableOptions misspelt =
        with(options, options.name(), List.of("user_id", "dya"), options.compare(), null, Map.of());

    assertRefused(
        () -> open(misspelt).describe(), ErrorCode.INVALID_TABLE, "Cannot find column dya", "day");
  }

  @Test
  void description_ofMissingComparedColumnNamesTheNearest() {
    LiveTableOptions options = store.options(daily());
    LiveTableOptions misspelt =
        with(options, options.name(), options.key(), List.of("totl", "events"), null, Map.of());

    assertRefused(
        () -> open(misspelt).describe(),
        ErrorCode.INVALID_TABLE,
        "Cannot find column totl",
        "total");
  }

  @Test
  void description_ofKeyThatIsNotUniqueIsRefused() {
    assumeTrue(store.features().contains(Feature.CONSTRAINTS));
    LiveTableOptions options = store.options(daily());
    LiveTableOptions half =
        with(options, options.name(), List.of("user_id"), options.compare(), null, Map.of());

    assertRefused(
        () -> open(half).describe(),
        ErrorCode.INVALID_TABLE,
        "user_id",
        "duplicate keys could not be told apart");
  }

  @Test
  void snapshot_ofTwoRowsWithOneKeyIsRefusedWhereNothingKeepsThemApart() {
    assumeTrue(!store.features().contains(Feature.CONSTRAINTS));
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(
            row(1, "2024-06-10", "1.00", "1", null),
            row(2, "2024-06-10", "1.00", "1", null),
            row(1, "2024-06-11", "1.00", "1", null)));
    LiveTableOptions options = store.options(daily);
    LiveTableOptions half =
        with(options, options.name(), List.of("user_id"), options.compare(), null, Map.of());

    assertRefused(
        () -> open(half).openSnapshot(Optional.empty(), 2),
        ErrorCode.INVALID_TABLE,
        "two rows have one",
        "user_id=1");
  }

  @Test
  void description_ofSetColumnThatIsMissingIsRefused() {
    assumeTrue(store.features().contains(Feature.SET));
    LiveTableOptions options = store.options(daily());
    LiveTableOptions misspelt =
        with(
            options, options.name(), options.key(), options.compare(), null, Map.of("noet", "'x'"));

    assertRefused(
        () -> open(misspelt).describe(),
        ErrorCode.INVALID_TABLE,
        "Cannot find column noet",
        "note");
  }

  @Test
  void description_ofStoreWithoutSetRefusesIt() {
    assumeTrue(!store.features().contains(Feature.SET));
    LiveTableOptions options = store.options(daily());

    assertRefused(
        () ->
            open(with(
                    options,
                    options.name(),
                    options.key(),
                    options.compare(),
                    null,
                    Map.of("note", "'x'")))
                .describe(),
        ErrorCode.INVALID_SPEC,
        "set");
  }

  // --- snapshot

  @Test
  void snapshot_ofEmptyTableHasNoRows() {
    assertThat(read(open(daily()), 4)).isEmpty();
  }

  @Test
  void snapshot_hasEveryRowOnceOverItsSplits() {
    StoredTable daily = daily();
    List<Map<String, @Nullable String>> rows = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      rows.add(row(i, "2024-06-10", i + ".25", i % 7 + "", "note of row " + i));
    }
    store.insert(daily, rows);
    LiveTable table = open(daily);

    try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 5)) {
      assertThat(snapshot.splits()).isNotEmpty();
      assertThat(snapshot.splits().stream().map(SnapshotSplit::id)).doesNotHaveDuplicates();
      Map<Long, Integer> seen = new TreeMap<>();
      for (SnapshotSplit split : snapshot.splits()) {
        for (LiveRow row : read(table, split)) {
          seen.merge((Long) row.values().value("user_id"), 1, Integer::sum);
        }
      }
      assertThat(seen).hasSize(6000);
      assertThat(seen.values()).containsOnly(1);
    }
  }

  @Test
  void snapshot_staysAsItWasWhileTheTableChanges() {
    assumeTrue(store.features().contains(Feature.HELD_SNAPSHOT));
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(row(1, "2024-06-10", "1.00", "1", null), row(2, "2024-06-10", "2.00", "2", null)));
    LiveTable table = open(daily);
    LiveTable elsewhere = open(daily);

    try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 3)) {
      store.update(daily, Map.of("user_id", "1", "day", "2024-06-10"), Map.of("total", "9.00"));
      store.delete(daily, Map.of("user_id", "2", "day", "2024-06-10"));
      store.insert(daily, List.of(row(3, "2024-06-10", "3.00", "3", null)));

      List<BigDecimal> totals = new ArrayList<>();
      for (SnapshotSplit split : snapshot.splits()) {
        for (LiveRow row : read(elsewhere, split)) {
          totals.add((BigDecimal) row.values().value("total"));
        }
      }
      assertThat(totals).containsExactlyInAnyOrder(new BigDecimal("1.00"), new BigDecimal("2.00"));
    }
  }

  @Test
  void snapshot_thatCanNotBeHeldIsRefusedOnceTheTableHasChanged() {
    assumeTrue(!store.features().contains(Feature.HELD_SNAPSHOT));
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(row(1, "2024-06-10", "1.00", "1", null), row(2, "2024-06-10", "2.00", "2", null)));
    LiveTable table = open(daily);
    LiveTable elsewhere = open(daily);

    try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 1)) {
      // As long as before, and for all that a clock tells it may be as old.
      store.update(daily, Map.of("user_id", "1", "day", "2024-06-10"), Map.of("total", "9.00"));

      SnapshotSplit split = snapshot.splits().get(0);
      assertRefused(
          () -> read(elsewhere, split), ErrorCode.UNAVAILABLE, "was changed or replaced", "again");
    }
  }

  @Test
  void snapshot_ofARangeHasOnlyItsRows() {
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(
            row(1, "2024-06-09", "1.00", "1", null),
            row(1, "2024-06-10", "2.00", "2", null),
            row(1, "2024-06-11", "3.00", "3", null)));

    List<LiveRow> rows =
        read(open(daily), Optional.of(new KeyRange("day", DAY, DAY.plusDays(1))), 2);

    assertThat(rows).extracting(r -> r.values().value("day")).containsExactly(DAY);
  }

  @Test
  void snapshot_hasOnlyTheRowsThatTheWindowOwns() {
    assumeTrue(store.features().contains(Feature.OWNS));
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(
            row(1, "2024-06-09", "1.00", "1", null),
            row(1, "2024-06-10", "2.00", "2", null),
            row(2, "2024-06-10", "2.00", null, null)));
    LiveTable table = open(owning(daily, "day = date '2024-06-10' and events > 0"));

    assertThat(read(table, 1)).extracting(r -> r.values().value("user_id")).containsExactly(1L);
  }

  @Test
  void snapshot_withAPredicateThatTheStoreDoesNotKnowIsRefused() {
    assumeTrue(!store.features().contains(Feature.OWNS));

    assertRefused(
        () -> read(open(owning(daily(), "day = now()")), 1), ErrorCode.INVALID_SPEC, "owns");
  }

  @Test
  void outsideOwns_namesTheInsertsThatThePredicateExcludes() {
    assumeTrue(store.features().contains(Feature.OWNS));
    StoredTable daily = daily();
    LiveTable table = open(owning(daily, "day = date '2024-06-10'"));
    Correction.Insert inside = new Correction.Insert(dailyRow(table, 1, DAY, "1", 1));
    Correction.Insert outside =
        new Correction.Insert(dailyRow(table, 1, DAY.plusDays(1), null, null));

    assertThat(table.outsideOwns(List.of(inside, outside))).containsExactly(outside);
    assertThat(open(daily).outsideOwns(List.of(inside, outside))).isEmpty();
  }

  @Test
  void values_ofEveryTypeAreReadAndWrittenExactly() {
    StoredTable types = types();
    store.insert(types, typeRows());
    LiveTable table = open(types);
    List<LiveRow> live = read(table, 1);
    List<List<@Nullable String>> before = store.rows(types);

    LiveRow first = byId(live, 1);
    assertThat(first.values().value("flag")).isEqualTo(true);
    assertThat(first.values().value("small")).isEqualTo(-32768);
    assertThat(first.values().value("number")).isEqualTo(Integer.MAX_VALUE);
    assertThat(first.values().value("big")).isEqualTo(Long.MAX_VALUE);
    assertThat((BigDecimal) first.values().value("amount")).isEqualByComparingTo("-12345678.90");
    assertThat((BigDecimal) first.values().value("exact"))
        .isEqualByComparingTo("0.000000000000000000001");
    assertThat(first.values().value("single")).isEqualTo((double) 0.1f);
    assertThat(first.values().value("precise")).isEqualTo(Double.MIN_VALUE);
    assertThat(first.values().value("label")).isEqualTo("a\tb\nc\\d'\"😀e\u0301");
    assertThat(first.values().value("body")).isEqualTo(Bytes.ofHex("00ff5c"));
    assertThat(first.values().value("day")).isEqualTo(LocalDate.parse("-0043-03-15"));
    assertThat(first.values().value("moment"))
        .isEqualTo(Instant.parse("2024-06-10T12:00:00.000001Z"));
    assertThat(first.values().value("local"))
        .isEqualTo(Instant.parse("1582-10-04T23:59:59.999999Z"));
    assertThat(first.values().value("identity"))
        .isEqualTo(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    LiveRow empty = byId(live, 2);
    assertThat(empty.values().value("label")).isEqualTo("");
    assertThat(byId(live, 3).values().value("label")).isNull();

    // Deleting all rows, and undoing it, has to bring back every byte of them.
    List<Correction> deletes = live.stream().<Correction>map(Correction.Delete::new).toList();
    assertThat(table.apply(request(table, "a", deletes)).counts())
        .isEqualTo(new WriteCounts(0, 0, 3, 0));
    assertThat(store.rows(types)).isEmpty();
    WriteResult undone = table.rollback(request(table, "a", deletes));
    assertThat(undone.counts()).isEqualTo(new WriteCounts(3, 0, 0, 0));
    assertThat(undone.readback().verified()).isEqualTo(3);
    assertThat(store.rows(types)).isEqualTo(before);

    // The same values, inserted as computed ones, are the same rows.
    List<Correction> inserts =
        live.stream().<Correction>map(r -> new Correction.Insert(r.values())).toList();
    table.apply(request(table, "b", deletes));
    WriteResult written = table.apply(request(table, "c", inserts));
    assertThat(written.readback()).isEqualTo(new WriteResult.Readback(3, 0, List.of()));
    assertThat(store.rows(types)).isEqualTo(before);
  }

  @Test
  void computedRow_conformsToWhatTheTableStores() {
    TableDescription description = open(daily()).describe();
    Row computed =
        Row.of(
            RowSchema.builder()
                .column("events", ColumnType.LONG)
                .column("total", ColumnType.DECIMAL)
                .column("day", ColumnType.DATE)
                .column("user_id", ColumnType.INT)
                .build(),
            3L,
            new BigDecimal("1.005"),
            DAY,
            7);

    Row stored = description.conform(computed);

    assertThat(stored).isEqualTo(Row.of(description.values(), 7L, DAY, new BigDecimal("1.01"), 3));
  }

  @Test
  void row_withANullKeyIsRefusedWhenRead() {
    List<TableColumn> columns = new ArrayList<>(daily("null_key").columns());
    columns.set(1, column("day", Storage.DATE, "date", true));
    StoredTable table =
        create(
            new StoredTable(
                "", "null_keys", columns, List.of("user_id", "day"), List.of("total"), Map.of()));
    store.insert(table, List.of(row(1, null, "1.00", "1", null)));

    assertRefused(() -> read(open(table), 1), ErrorCode.INVALID_TABLE, "key column day", "null");
  }

  // --- apply

  @Test
  void apply_writesExactlyTheCorrections() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);

    WriteResult result = table.apply(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(result.counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
    assertThat(result.conflicts()).isEmpty();
    assertThat(result.readback()).isEqualTo(new WriteResult.Readback(3, 0, List.of()));
    assertThat(store.rows(daily))
        .containsExactly(
            texts("1", "2024-06-10", "1.00", "1", "right"),
            texts("2", "2024-06-10", "20.00", "2", "wrong total"),
            texts("4", "2024-06-10", "4.00", "4", null));
  }

  @Test
  void apply_isDoneOnce() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    WriteResult first = table.apply(request(table, "p", plan));

    WriteResult second = open(daily).apply(request(table, "p", plan));

    assertThat(second.outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    assertThat(second.counts()).isEqualTo(WriteCounts.NONE);
    assertThat(second.ledger()).isEqualTo(first.ledger());
  }

  @Test
  void apply_byTwoAtOnceIsDoneOnce() {
    StoredTable daily = drifted();
    LiveTable one = open(daily);
    LiveTable other = open(daily);
    WriteRequest request = request(one, "p", plan(one));

    CompletableFuture<WriteResult> first = CompletableFuture.supplyAsync(() -> one.apply(request));
    CompletableFuture<WriteResult> second =
        CompletableFuture.supplyAsync(() -> other.apply(request));

    assertThat(List.of(first.join().outcome(), second.join().outcome()))
        .containsExactlyInAnyOrder(Outcome.APPLIED, Outcome.ALREADY_APPLIED);
    assertThat(one.history()).hasSize(1);
  }

  @Test
  void apply_ofNoCorrectionsDoesNothing() {
    LiveTable table = open(drifted());

    assertThat(table.apply(request(table, "p", List.of())).outcome())
        .isEqualTo(Outcome.NOTHING_TO_DO);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void apply_toAChangedRowWritesNothing() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    // Not a compared column: the guard is on the whole row.
    store.update(daily, key(2), Map.of("note", "changed since"));
    List<List<@Nullable String>> before = store.rows(daily);

    WriteResult result = table.apply(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(result.counts()).isEqualTo(new WriteCounts(0, 0, 0, 1));
    assertThat(result.ledger()).isEmpty();
    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=2, day=2024-06-10", "the row was changed"));
    assertThat(store.rows(daily)).isEqualTo(before);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void apply_listsConflictsOfEveryKindInKeyOrder() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    store.delete(daily, key(2));
    store.update(daily, key(3), Map.of("events", "33"));
    store.insert(daily, List.of(row(4, "2024-06-10", "4.00", "4", null)));

    WriteResult result = table.apply(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=2, day=2024-06-10", "the row is gone"),
            new WriteResult.Conflict("user_id=3, day=2024-06-10", "the row was changed"),
            new WriteResult.Conflict("user_id=4, day=2024-06-10", "there is a row already"));
  }

  @Test
  void apply_thatSkipsLeavesTheChangedRowAndWritesTheOthers() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    store.update(daily, key(2), Map.of("note", "changed since"));

    WriteResult result = table.apply(request(table, "p", plan, ConflictPolicy.SKIP));

    assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(result.counts()).isEqualTo(new WriteCounts(1, 0, 1, 1));
    assertThat(result.conflicts())
        .extracting(WriteResult.Conflict::key)
        .containsExactly("user_id=2, day=2024-06-10");
    assertThat(result.readback().verified()).isEqualTo(2);
    assertThat(store.rows(daily))
        .containsExactly(
            texts("1", "2024-06-10", "1.00", "1", "right"),
            texts("2", "2024-06-10", "2.00", "2", "changed since"),
            texts("4", "2024-06-10", "4.00", "4", null));
  }

  @Test
  void apply_thatSkipsEveryRowWritesNothing() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan =
        plan(table).stream().filter(c -> c instanceof Correction.Update).toList();
    store.delete(daily, key(2));

    WriteResult result = table.apply(request(table, "p", plan, ConflictPolicy.SKIP));

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void apply_afterTheTableWasAlteredIsRefused() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    WriteRequest request = request(table, "p", plan(table));
    store.changeSchema(daily);

    assertRefused(
        () -> open(daily).apply(request),
        ErrorCode.INVALID_PLAN,
        "Cannot apply plan p",
        "was altered");
    assertThat(open(daily).history()).isEmpty();
  }

  @Test
  void apply_ofCorrectionsThatAreNotThoseOfThePlanIsRefused() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    WriteRequest good = request(table, "p", plan);
    WriteRequest bad =
        new WriteRequest(
            good.plan(),
            good.seal(),
            good.fingerprint(),
            good.worker(),
            good.from(),
            good.to(),
            new FalseCorrections(new ListedCorrections(plan)),
            good.policy());
    List<List<@Nullable String>> before = store.rows(daily);

    assertRefused(
        () -> table.apply(bad), ErrorCode.INVALID_PLAN, "Cannot apply plan p", "corrections");
    assertThat(store.rows(daily)).isEqualTo(before);
  }

  @Test
  void apply_writesSetColumnsWithACorrectionOnly() {
    assumeTrue(store.features().contains(Feature.SET));
    StoredTable daily = drifted();
    LiveTable table = open(setting(daily, Map.of("note", "'corrected'")));
    List<Correction> plan = plan(table);

    assertThat(table.apply(request(table, "p", plan)).readback().verified()).isEqualTo(3);

    assertThat(store.rows(daily))
        .containsExactly(
            texts("1", "2024-06-10", "1.00", "1", "right"),
            texts("2", "2024-06-10", "20.00", "2", "corrected"),
            texts("4", "2024-06-10", "4.00", "4", "corrected"));
  }

  @Test
  void apply_leavesGeneratedAndIdentityColumnsToTheStore() {
    assumeTrue(store.features().contains(Feature.GENERATED));
    StoredTable numbered = numbered();
    store.insert(
        numbered, List.of(Map.of("name", "a", "total", "1"), Map.of("name", "b", "total", "2")));
    LiveTable table = open(numbered);
    List<List<@Nullable String>> before = store.rows(numbered);
    TableDescription description = table.describe();
    List<Correction> plan =
        diff(
            table,
            List.of(
                Row.of(description.values(), "a", new BigDecimal("10")),
                Row.of(description.values(), "c", new BigDecimal("3"))));

    assertThat(table.apply(request(table, "p", plan)).readback().verified()).isEqualTo(3);
    assertThat(store.rows(numbered))
        .containsExactly(texts("1", "a", "10", "20"), texts("3", "c", "3", "6"));

    assertThat(table.rollback(request(table, "p", plan)).readback().verified()).isEqualTo(3);
    assertThat(store.rows(numbered)).isEqualTo(before);
  }

  // --- rollback

  @Test
  void rollback_restoresEveryByte() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<List<@Nullable String>> before = store.rows(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));

    WriteResult result = table.rollback(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(result.counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
    assertThat(result.readback()).isEqualTo(new WriteResult.Readback(3, 0, List.of()));
    assertThat(store.rows(daily)).isEqualTo(before);
  }

  @Test
  void rollback_restoresColumnsOfOtherTypes() {
    assumeTrue(store.features().contains(Feature.OTHER_TYPES));
    List<TableColumn> columns = new ArrayList<>(daily("opaque_source").columns());
    columns.add(column("doc", Storage.OTHER, "jsonb", true));
    columns.add(column("tags", Storage.OTHER, "text[]", true));
    StoredTable opaque =
        create(
            new StoredTable(
                "",
                "opaque",
                columns,
                List.of("user_id", "day"),
                List.of("total", "events"),
                Map.of()));
    Map<String, @Nullable String> row =
        new LinkedHashMap<>(row(3, "2024-06-10", "3.00", "3", "note"));
    row.put("doc", "{\"a\": [1, null, \"b\\\\c\"]}");
    row.put("tags", "{a,\"b c\",NULL,\"\\\"\"}");
    store.insert(opaque, List.of(row));
    LiveTable table = open(opaque);
    List<List<@Nullable String>> before = store.rows(opaque);
    List<Correction> plan = diff(table, List.of());
    table.apply(request(table, "p", plan));
    assertThat(store.rows(opaque)).isEmpty();

    table.rollback(request(table, "p", plan));

    assertThat(store.rows(opaque)).isEqualTo(before);
  }

  @Test
  void rollback_isDoneOnce() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    WriteResult first = table.rollback(request(table, "p", plan));

    WriteResult second = table.rollback(request(table, "p", plan));

    assertThat(second.outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    assertThat(second.ledger()).isEqualTo(first.ledger());
  }

  @Test
  void rollback_ofAPlanThatWasNotAppliedDoesNothing() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<List<@Nullable String>> before = store.rows(daily);

    assertThat(table.rollback(request(table, "p", plan(table))).outcome())
        .isEqualTo(Outcome.NOTHING_TO_DO);
    assertThat(store.rows(daily)).isEqualTo(before);
  }

  @Test
  void rollback_thatSkipsNeverTakesBackWhatLiveTrafficMadeRight() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    // The plan would have done the same.
    store.delete(daily, key(3));
    List<List<@Nullable String>> before = store.rows(daily);

    WriteResult result = table.rollback(request(table, "p", plan, ConflictPolicy.SKIP));

    assertThat(result.outcome()).isIn(Outcome.NOTHING_TO_DO, Outcome.CONFLICT);
    assertThat(store.rows(daily)).isEqualTo(before);
    assertThat(table.history()).isEmpty();
  }

  @Test
  void apply_afterARollbackIsDoneAgain() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    List<List<@Nullable String>> corrected = store.rows(daily);
    table.rollback(request(table, "p", plan));

    assertThat(table.apply(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(store.rows(daily)).isEqualTo(corrected);
    assertThat(table.rollback(request(table, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(table.history()).hasSize(4);
  }

  @Test
  void rollback_afterALaterLiveWriteWritesNothing() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));
    store.update(daily, key(2), Map.of("note", "later"));
    store.update(daily, key(4), Map.of("events", "44"));
    store.insert(daily, List.of(row(3, "2024-06-10", "9.00", "9", "again")));
    List<List<@Nullable String>> before = store.rows(daily);

    WriteResult result = table.rollback(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
    assertThat(result.conflicts())
        .containsExactly(
            new WriteResult.Conflict("user_id=2, day=2024-06-10", "the row was changed"),
            new WriteResult.Conflict("user_id=3, day=2024-06-10", "there is a row already"),
            new WriteResult.Conflict("user_id=4, day=2024-06-10", "the row was changed"));
    assertThat(store.rows(daily)).isEqualTo(before);
  }

  @Test
  void rollback_leavesRowsThatTheApplySkipped() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    List<Correction> plan = plan(table);
    store.update(daily, key(2), Map.of("note", "changed since"));
    List<List<@Nullable String>> before = store.rows(daily);
    table.apply(request(table, "p", plan, ConflictPolicy.SKIP));

    WriteResult result = table.rollback(request(table, "p", plan));

    assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(result.counts()).isEqualTo(new WriteCounts(1, 0, 1, 0));
    assertThat(store.rows(daily)).isEqualTo(before);
  }

  @Test
  void rollback_restoresSetColumns() {
    assumeTrue(store.features().contains(Feature.SET));
    StoredTable daily = drifted();
    LiveTable table = open(setting(daily, Map.of("note", "'corrected'")));
    List<List<@Nullable String>> before = store.rows(daily);
    List<Correction> plan = plan(table);
    table.apply(request(table, "p", plan));

    table.rollback(request(table, "p", plan));

    assertThat(store.rows(daily)).isEqualTo(before);
  }

  // --- names, keys, ledger

  @Test
  void names_withCapitalsQuotesAndBlanksAreKept() {
    List<TableColumn> columns =
        List.of(
            column("User Id", Storage.INT64, "bigint", false),
            column("a\"b", Storage.TEXT, "text", true),
            column("select", Storage.INT32, "integer", true));
    StoredTable table =
        create(
            new StoredTable(
                "Mixed Case",
                "T.1 \"x\"",
                columns,
                List.of("User Id"),
                List.of("select", "a\"b"),
                Map.of()));
    store.insert(table, List.of(Map.of("User Id", "1", "a\"b", "x", "select", "1")));
    LiveTable live = open(table);
    List<List<@Nullable String>> before = store.rows(table);
    List<Correction> plan =
        diff(
            live,
            List.of(
                Row.of(live.describe().values(), 1L, 2, "y"),
                Row.of(live.describe().values(), 2L, 2, null)));

    assertThat(live.apply(request(live, "p", plan)).readback().verified()).isEqualTo(2);
    assertThat(store.rows(table)).containsExactly(texts("1", "y", "2"), texts("2", null, "2"));
    assertThat(live.rollback(request(live, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(store.rows(table)).isEqualTo(before);
  }

  @Test
  void keys_ofAwkwardTextsAreToldApart() {
    List<TableColumn> columns =
        List.of(
            column("a", Storage.TEXT, "text", false),
            column("b", Storage.TEXT, "text", false),
            column("n", Storage.INT32, "integer", true));
    StoredTable table =
        create(new StoredTable("", "awkward", columns, List.of("a", "b"), List.of("n"), Map.of()));
    List<String> texts =
        List.of(
            "", "1-23", "12-3", "'", "\"", "a\tb", "a\nb", "a\\nb", "\\N", "\\.", "😀", "e\u0301",
            "\u00e9", " ", "a,b", "\r");
    List<Map<String, @Nullable String>> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(Map.of("a", text, "b", "x", "n", "1"));
      rows.add(Map.of("a", "x", "b", text, "n", "1"));
    }
    store.insert(table, rows);
    LiveTable live = open(table);
    List<List<@Nullable String>> before = store.rows(table);
    List<Row> recomputed = new ArrayList<>();
    for (String text : texts) {
      recomputed.add(Row.of(live.describe().values(), text, "x", 2));
      recomputed.add(Row.of(live.describe().values(), text, "y", 3));
    }
    List<Correction> plan = diff(live, recomputed);

    WriteResult result = live.apply(request(live, "p", plan));

    assertThat(result.counts())
        .isEqualTo(new WriteCounts(texts.size(), texts.size(), texts.size(), 0));
    assertThat(result.readback().verified()).isEqualTo(3L * texts.size());
    assertThat(diff(live, recomputed)).isEmpty();
    assertThat(live.rollback(request(live, "p", plan)).outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(store.rows(table)).isEqualTo(before);
  }

  @Test
  void history_hasOneEntryForEachWriteNewestFirst() {
    StoredTable daily = drifted();
    LiveTable table = open(daily);
    assertThat(table.history()).isEmpty();
    List<Correction> plan = plan(table);
    WriteResult applied = table.apply(request(table, "p", plan));
    WriteResult undone = table.rollback(request(table, "p", plan));

    List<LedgerEntry> history = open(daily).history();

    assertThat(history)
        .extracting(LedgerEntry::action)
        .containsExactly(LedgerEntry.Action.ROLLBACK, LedgerEntry.Action.APPLY);
    assertThat(history)
        .extracting(e -> Optional.of(e.id()))
        .containsExactly(undone.ledger(), applied.ledger());
    LedgerEntry entry = history.get(1);
    assertThat(entry.plan()).isEqualTo("p");
    assertThat(entry.seal()).isEqualTo("seal of p");
    assertThat(entry.table()).isEqualTo(table.describe().name());
    assertThat(entry.worker()).isEqualTo("daily-totals@2");
    assertThat(entry.from()).isEqualTo(FROM);
    assertThat(entry.to()).isEqualTo(TO);
    assertThat(entry.counts()).isEqualTo(new WriteCounts(1, 1, 1, 0));
    assertThat(entry.writtenBy()).isNotEmpty();
    assertThat(table.find("p")).contains(history.get(0));
    assertThat(table.find("q")).isEmpty();
  }

  // --- what the tests are made of

  /** {@code daily_totals(user_id, day, total, events, note)}, without rows. */
  protected final StoredTable daily() {
    return create(daily("daily_totals"));
  }

  private static StoredTable daily(String name) {
    return new StoredTable(
        "",
        name,
        List.of(
            column("user_id", Storage.INT64, "bigint", false),
            column("day", Storage.DATE, "date", false),
            new TableColumn(
                "total", Storage.DECIMAL, "numeric(12,2)", 12, 2, 0, true, Origin.WRITTEN),
            column("events", Storage.INT32, "integer", true),
            column("note", Storage.TEXT, "text", true)),
        List.of("user_id", "day"),
        List.of("total", "events"),
        Map.of());
  }

  /** The daily table with a row that is right, one that is wrong, one too many, and one missing. */
  protected final StoredTable drifted() {
    StoredTable daily = daily();
    store.insert(
        daily,
        List.of(
            row(1, "2024-06-10", "1.00", "1", "right"),
            row(2, "2024-06-10", "2.00", "2", "wrong total"),
            row(3, "2024-06-10", "3.00", "3", "too much")));
    return daily;
  }

  /** What is to be corrected of {@link #drifted()}: user 2 is updated, 3 deleted, 4 inserted. */
  protected final List<Correction> plan(LiveTable table) {
    return diff(
        table,
        List.of(
            dailyRow(table, 1, DAY, "1", 1),
            dailyRow(table, 2, DAY, "20", 2),
            dailyRow(table, 4, DAY, "4", 4)));
  }

  /** A computed row of the daily table. */
  protected final Row dailyRow(
      LiveTable table, long user, LocalDate day, @Nullable String total, @Nullable Integer events) {
    return Row.of(
        table.describe().values(), user, day, total == null ? null : new BigDecimal(total), events);
  }

  private StoredTable numbered() {
    return create(
        new StoredTable(
            "",
            "numbered",
            List.of(
                new TableColumn("id", Storage.INT64, "bigint", 0, 0, 0, false, Origin.IDENTITY),
                column("name", Storage.TEXT, "text", false),
                column("total", Storage.DECIMAL, "numeric", true),
                new TableColumn(
                    "twice", Storage.DECIMAL, "numeric", 0, 0, 0, true, Origin.GENERATED)),
            List.of("name"),
            List.of("total"),
            Map.of("twice", "total * 2")));
  }

  private StoredTable types() {
    return create(
        new StoredTable(
            "",
            "types",
            List.of(
                column("id", Storage.INT64, "bigint", false),
                column("flag", Storage.BOOLEAN, "boolean", true),
                column("small", Storage.INT16, "smallint", true),
                column("number", Storage.INT32, "integer", true),
                column("big", Storage.INT64, "bigint", true),
                new TableColumn(
                    "amount", Storage.DECIMAL, "numeric(12,2)", 12, 2, 0, true, Origin.WRITTEN),
                column("exact", Storage.DECIMAL, "numeric", true),
                column("single", Storage.FLOAT32, "real", true),
                column("precise", Storage.FLOAT64, "double precision", true),
                column("label", Storage.TEXT, "text", true),
                new TableColumn(
                    "short", Storage.TEXT, "character varying(5)", 0, 0, 5, true, Origin.WRITTEN),
                new TableColumn(
                    "padded", Storage.PADDED_TEXT, "character(4)", 0, 0, 4, true, Origin.WRITTEN),
                column("body", Storage.BYTES, "bytea", true),
                column("day", Storage.DATE, "date", true),
                column("moment", Storage.TIMESTAMP, "timestamp with time zone", true),
                column("local", Storage.LOCAL_TIMESTAMP, "timestamp without time zone", true),
                column("identity", Storage.UUID, "uuid", true)),
            List.of("id"),
            List.of(
                "flag",
                "small",
                "number",
                "big",
                "amount",
                "exact",
                "single",
                "precise",
                "label",
                "short",
                "padded",
                "body",
                "day",
                "moment",
                "local",
                "identity"),
            Map.of()));
  }

  private static List<Map<String, @Nullable String>> typeRows() {
    Map<String, @Nullable String> first = new LinkedHashMap<>();
    first.put("id", "1");
    first.put("flag", "true");
    first.put("small", "-32768");
    first.put("number", "2147483647");
    first.put("big", "9223372036854775807");
    first.put("amount", "-12345678.90");
    first.put("exact", "0.000000000000000000001");
    first.put("single", "0.1");
    first.put("precise", "5e-324");
    first.put("label", "a\tb\nc\\d'\"😀e\u0301");
    first.put("short", "12345");
    first.put("padded", "ab");
    first.put("body", "\\x00ff5c");
    first.put("day", "0044-03-15 BC");
    first.put("moment", "2024-06-10 12:00:00.000001+00");
    first.put("local", "1582-10-04 23:59:59.999999");
    first.put("identity", "00112233-4455-6677-8899-aabbccddeeff");
    Map<String, @Nullable String> second = new LinkedHashMap<>();
    second.put("id", "2");
    second.put("flag", "false");
    second.put("small", "0");
    second.put("exact", "1.000");
    second.put("precise", "NaN");
    second.put("single", "-Infinity");
    second.put("label", "");
    second.put("body", "\\x");
    second.put("day", "9999-12-31");
    second.put("moment", "1969-12-31 23:59:59.5+00");
    Map<String, @Nullable String> third = new LinkedHashMap<>();
    third.put("id", "3");
    return List.of(first, second, third);
  }

  private static LiveRow byId(List<LiveRow> rows, long id) {
    return rows.stream().filter(r -> r.values().value("id").equals(id)).findFirst().orElseThrow();
  }

  /** A column that is written, without precision, scale or length. */
  protected static TableColumn column(
      String name, Storage storage, String sqlType, boolean nullable) {
    return new TableColumn(name, storage, sqlType, 0, 0, 0, nullable, Origin.WRITTEN);
  }

  /** The texts of a row of the daily table. */
  protected static Map<String, @Nullable String> row(
      long user,
      @Nullable String day,
      @Nullable String total,
      @Nullable String events,
      @Nullable String note) {
    Map<String, @Nullable String> row = new LinkedHashMap<>();
    row.put("user_id", Long.toString(user));
    row.put("day", day);
    row.put("total", total);
    row.put("events", events);
    row.put("note", note);
    return row;
  }

  /** The key of a row of the daily table on the day of the tests. */
  protected static Map<String, String> key(long user) {
    return Map.of("user_id", Long.toString(user), "day", "2024-06-10");
  }

  private static List<@Nullable String> texts(@Nullable String... texts) {
    return new ArrayList<>(Arrays.asList(texts));
  }

  private StoredTable create(StoredTable table) {
    store.create(table);
    return table;
  }

  protected final LiveTable open(StoredTable table) {
    return open(store.options(table));
  }

  /** Opens a live table that is closed at the test's end. */
  protected final LiveTable open(LiveTableOptions options) {
    LiveTable table = LiveTables.open(options);
    opened.add(table);
    return table;
  }

  protected final LiveTableOptions owning(StoredTable table, String owns) {
    LiveTableOptions options = store.options(table);
    return with(options, options.name(), options.key(), options.compare(), owns, options.set());
  }

  protected final LiveTableOptions setting(StoredTable table, Map<String, String> set) {
    LiveTableOptions options = store.options(table);
    return with(options, options.name(), options.key(), options.compare(), options.owns(), set);
  }

  protected static LiveTableOptions with(
      LiveTableOptions options,
      String name,
      List<String> key,
      List<String> compare,
      @Nullable String owns,
      Map<String, String> set) {
    return new LiveTableOptions(
        options.url(),
        options.user(),
        options.password(),
        name,
        key,
        compare,
        owns,
        set,
        options.lockTimeout(),
        options.statementTimeout(),
        options.csv());
  }

  protected static List<LiveRow> read(LiveTable table, int parts) {
    return read(table, Optional.empty(), parts);
  }

  private static List<LiveRow> read(LiveTable table, Optional<KeyRange> range, int parts) {
    List<LiveRow> rows = new ArrayList<>();
    try (Snapshot snapshot = table.openSnapshot(range, parts)) {
      for (SnapshotSplit split : snapshot.splits()) {
        rows.addAll(read(table, split));
      }
    }
    return rows;
  }

  private static List<LiveRow> read(LiveTable table, SnapshotSplit split) {
    List<LiveRow> rows = new ArrayList<>();
    try (RowReader reader = table.read(split)) {
      for (Optional<LiveRow> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  /** What a plan would find, with these recomputed rows and all live ones. */
  protected static List<Correction> diff(LiveTable table, List<Row> recomputed) {
    List<String> key = table.describe().key();
    Map<Row, Row> byKey = new LinkedHashMap<>();
    for (Row row : recomputed) {
      byKey.put(row.project(key), table.describe().conform(row));
    }
    List<Correction> corrections = new ArrayList<>();
    for (LiveRow live : read(table, 2)) {
      Optional<Row> after = Optional.ofNullable(byKey.remove(live.values().project(key)));
      Diff.find(after, Optional.of(live)).ifPresent(corrections::add);
    }
    byKey
        .values()
        .forEach(
            after -> Diff.find(Optional.of(after), Optional.empty()).ifPresent(corrections::add));
    return corrections;
  }

  protected static WriteRequest request(
      LiveTable table, String plan, List<Correction> corrections) {
    return request(table, plan, corrections, ConflictPolicy.ABORT);
  }

  protected static WriteRequest request(
      LiveTable table, String plan, List<Correction> corrections, ConflictPolicy policy) {
    return new WriteRequest(
        plan,
        "seal of " + plan,
        table.describe().fingerprint(),
        "daily-totals@2",
        FROM,
        TO,
        new ListedCorrections(corrections),
        policy);
  }

  protected static void assertRefused(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.next()).isNotEmpty();
              assertThat(e.getMessage() + " " + e.next()).contains(parts);
            });
  }

  /** Says of itself what isn't so, as files do that were swapped behind the manifest's back. */
  private record FalseCorrections(ListedCorrections real) implements CorrectionSource {
    @Override
    public CorrectionCounts counts() {
      return real.counts();
    }

    @Override
    public SetDigest digest() {
      return real.digest().add(Digest.ofText("one more"));
    }

    @Override
    public CorrectionReader open() {
      return real.open();
    }
  }
}
