package io.errata.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.Diff;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTables;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Random histories of a live table: plans, applies, rollbacks and live writes in any order. After
 * each step the table is as a model says that knows rows and stamps only: a guard never lets a
 * later live write be overwritten, an apply leaves nothing to be found by the same comparison, a
 * rollback gives back every byte, and rows that are not concerned are not touched.
 *
 * <p>A subclass opens a store and has a property whose histories come from {@code "histories"}.
 */
public abstract class LiveTableHistory {
  private static final List<String> USERS = List.of("ann", "bob", "1-23", "12-3", "😀");
  private static final AtomicInteger TABLES = new AtomicInteger();

  /** For jqwik. */
  protected LiveTableHistory() {}

  /** A step of a history. */
  protected sealed interface Step {
    /** Somebody writes or, without total, removes a row. */
    record Live(String user, Optional<Integer> total) implements Step {}

    /** The worker finds these totals; what is wrong becomes a plan. */
    record Plan(Map<String, Integer> totals) implements Step {}

    /** One of the plans that were made so far is applied. */
    record Apply(int plan, ConflictPolicy policy) implements Step {}

    /** One of the plans that were made so far is rolled back. */
    record Rollback(int plan, ConflictPolicy policy) implements Step {}
  }

  private record Made(String id, List<Correction> corrections, Map<String, Integer> recomputed) {}

  /** Starts a store, or takes one that is running. */
  protected abstract LiveStore openStore() throws Exception;

  /**
   * What tells whether a row was written, by its user, even where it was written as it was; nothing
   * where the store doesn't know.
   */
  protected Map<String, String> writes(LiveStore store, StoredTable table) {
    return Map.of();
  }

  /** Takes each step, and looks at the table after it. */
  protected final void take(List<Step> steps) throws Exception {
    try (LiveStore store = openStore();
        History history = new History(store)) {
      for (Step step : steps) {
        history.take(step);
      }
    }
  }

  /** The table under test, and what is expected of it. */
  private final class History implements AutoCloseable {
    private final LiveStore store;
    private final StoredTable stored;
    private final LiveTable table;
    private final List<Made> plans = new ArrayList<>();

    /**
     * Texts of each plan's rows right before and after it was last applied, of the rows that it
     * wrote.
     */
    private final Map<String, Map<String, List<List<@Nullable String>>>> applied = new TreeMap<>();

    private final Set<String> standing = new TreeSet<>();
    private int stamps;

    History(LiveStore store) {
      this.store = store;
      this.stored =
          new StoredTable(
              "",
              "history_" + TABLES.incrementAndGet(),
              List.of(
                  column("user", false),
                  new TableColumn(
                      "total", Storage.DECIMAL, "numeric(9,2)", 9, 2, 0, true, Origin.WRITTEN),
                  column("stamp", true)),
              List.of("user"),
              List.of("total"),
              Map.of());
      store.create(stored);
      this.table = LiveTables.open(store.options(stored));
    }

    @Override
    public void close() {
      table.close();
    }

    void take(Step step) {
      if (step instanceof Step.Live live) {
        live(live);
      } else if (step instanceof Step.Plan plan) {
        plans.add(new Made("plan-" + plans.size(), diff(plan.totals()), plan.totals()));
      } else if (step instanceof Step.Apply apply && !plans.isEmpty()) {
        apply(plans.get(apply.plan() % plans.size()), apply.policy());
      } else if (step instanceof Step.Rollback rollback && !plans.isEmpty()) {
        rollback(plans.get(rollback.plan() % plans.size()), rollback.policy());
      }
    }

    private void live(Step.Live live) {
      Map<String, String> key = Map.of("user", live.user());
      boolean isThere = rows().containsKey(live.user());
      if (live.total().isEmpty()) {
        if (isThere) {
          store.delete(stored, key);
        }
        return;
      }
      // The stamp makes each live write another row, even where its total is the same.
      Map<String, @Nullable String> values = new TreeMap<>();
      values.put("total", live.total().get() + ".00");
      values.put("stamp", "s" + ++stamps);
      if (isThere) {
        store.update(stored, key, values);
      } else {
        values.put("user", live.user());
        store.insert(stored, List.of(values));
      }
    }

    private void apply(Made plan, ConflictPolicy policy) {
      Map<String, List<@Nullable String>> before = rows();
      Map<String, List<@Nullable String>> expected = new TreeMap<>(before);
      Map<String, List<List<@Nullable String>>> written = new TreeMap<>();
      int conflicts = 0;
      for (Correction correction : plan.corrections()) {
        String user = user(correction);
        List<@Nullable String> there = before.get(user);
        if (!same(there, image(correction))) {
          conflicts++;
          continue;
        }
        List<@Nullable String> after = null;
        if (!(correction instanceof Correction.Delete)) {
          after =
              Arrays.asList(
                  user, plan.recomputed().get(user) + ".00", there == null ? null : there.get(2));
        }
        put(expected, user, after);
        written.put(user, Arrays.asList(there, after));
      }

      Map<String, String> versions = writes(store, stored);
      WriteResult result = table.apply(request(plan, policy));
      assertUntouched(versions, result.outcome() == Outcome.APPLIED ? written.keySet() : Set.of());

      if (standing.contains(plan.id())) {
        assertThat(result.outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
        assertThat(rows()).isEqualTo(before);
      } else if (plan.corrections().isEmpty()) {
        assertThat(result.outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(rows()).isEqualTo(before);
      } else if (conflicts > 0 && (policy == ConflictPolicy.ABORT || written.isEmpty())) {
        assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(result.counts().conflicts()).isEqualTo(conflicts);
        assertThat(rows()).isEqualTo(before);
      } else {
        assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(result.counts().written()).isEqualTo(written.size());
        assertThat(result.readback().verified()).isEqualTo(written.size());
        assertThat(rows()).isEqualTo(expected);
        standing.add(plan.id());
        applied.put(plan.id(), written);
        List<String> corrected = plan.corrections().stream().map(History::user).toList();
        if (conflicts == 0) {
          assertThat(diff(plan.recomputed()))
              .extracting(History::user)
              .doesNotContainAnyElementsOf(corrected);
        }
      }
      assertLedger(plan, LedgerEntry.Action.APPLY);
    }

    private void rollback(Made plan, ConflictPolicy policy) {
      Map<String, List<@Nullable String>> before = rows();
      // Then nothing tells it from a plan whose ledger was lost, which can be taken back.
      if (applied.isEmpty() && looksApplied(plan, before)) {
        return;
      }
      Map<String, List<@Nullable String>> expected = new TreeMap<>(before);
      int conflicts = 0;
      int restored = 0;
      for (var row : applied.getOrDefault(plan.id(), Map.of()).entrySet()) {
        if (same(before.get(row.getKey()), row.getValue().get(1))) {
          put(expected, row.getKey(), row.getValue().get(0));
          restored++;
        } else {
          conflicts++;
        }
      }

      Map<String, String> versions = writes(store, stored);
      WriteResult result = table.rollback(request(plan, policy));
      assertUntouched(
          versions,
          result.outcome() == Outcome.APPLIED ? applied.get(plan.id()).keySet() : Set.of());

      if (!standing.contains(plan.id())) {
        assertThat(result.outcome())
            .isEqualTo(
                applied.containsKey(plan.id()) ? Outcome.ALREADY_APPLIED : Outcome.NOTHING_TO_DO);
        assertThat(rows()).isEqualTo(before);
      } else if (conflicts > 0 && (policy == ConflictPolicy.ABORT || restored == 0)) {
        assertThat(result.outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(rows()).isEqualTo(before);
      } else {
        assertThat(result.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(rows()).isEqualTo(expected);
        standing.remove(plan.id());
      }
    }

    /** Whether one of the rows is as the plan leaves it, whoever has written it. */
    private static boolean looksApplied(Made plan, Map<String, List<@Nullable String>> rows) {
      return plan.corrections().stream()
          .anyMatch(
              correction -> {
                List<@Nullable String> there = rows.get(user(correction));
                return correction instanceof Correction.Delete
                    ? there == null
                    : there != null
                        && same(there.get(1), plan.recomputed().get(user(correction)) + ".00");
              });
    }

    private void assertUntouched(Map<String, String> versions, Set<String> written) {
      Map<String, String> before = new TreeMap<>(versions);
      Map<String, String> after = new TreeMap<>(writes(store, stored));
      before.keySet().removeAll(written);
      after.keySet().removeAll(written);
      assertThat(after).as("rows that are not concerned").isEqualTo(before);
    }

    private void assertLedger(Made plan, LedgerEntry.Action action) {
      assertThat(table.find(plan.id()).filter(e -> e.action() == action).isPresent())
          .isEqualTo(standing.contains(plan.id()));
    }

    private WriteRequest request(Made plan, ConflictPolicy policy) {
      return new WriteRequest(
          plan.id(),
          "seal",
          table.describe().fingerprint(),
          "totals@2",
          Instant.EPOCH,
          Instant.EPOCH,
          new ListedCorrections(plan.corrections()),
          policy);
    }

    private List<Correction> diff(Map<String, Integer> totals) {
      Map<String, Integer> left = new TreeMap<>(totals);
      List<Correction> corrections = new ArrayList<>();
      try (Snapshot snapshot = table.openSnapshot(Optional.empty(), 2)) {
        for (SnapshotSplit split : snapshot.splits()) {
          try (RowReader reader = table.read(split)) {
            for (Optional<LiveRow> live = reader.next(); live.isPresent(); live = reader.next()) {
              String user = live.get().values().asText("user");
              Diff.find(Optional.ofNullable(left.remove(user)).map(total -> row(user, total)), live)
                  .ifPresent(corrections::add);
            }
          }
        }
      }
      left.forEach(
          (user, total) ->
              Diff.find(Optional.of(row(user, total)), Optional.empty())
                  .ifPresent(corrections::add));
      return corrections;
    }

    private Row row(String user, int total) {
      return table
          .describe()
          .conform(Row.of(table.describe().values(), user, new BigDecimal(total)));
    }

    private Map<String, List<@Nullable String>> rows() {
      Map<String, List<@Nullable String>> rows = new TreeMap<>();
      for (List<@Nullable String> texts : store.rows(stored)) {
        rows.put(String.valueOf(texts.get(0)), texts);
      }
      return rows;
    }

    private static String user(Correction correction) {
      return correction.key(List.of("user")).asText("user");
    }

    private static @Nullable List<@Nullable String> image(Correction correction) {
      if (correction instanceof Correction.Update update) {
        return update.before().image().texts();
      }
      return correction instanceof Correction.Delete delete
          ? delete.before().image().texts()
          : null;
    }

    private static boolean same(@Nullable Object left, @Nullable Object right) {
      return left == null ? right == null : left.equals(right);
    }

    private static void put(
        Map<String, List<@Nullable String>> rows,
        String user,
        @Nullable List<@Nullable String> texts) {
      if (texts == null) {
        rows.remove(user);
      } else {
        rows.put(user, texts);
      }
    }
  }

  /** Up to 25 steps over five users. */
  @Provide
  protected final Arbitrary<List<Step>> histories() {
    Arbitrary<String> users = Arbitraries.of(USERS);
    Arbitrary<Integer> totals = Arbitraries.integers().between(0, 2);
    Arbitrary<ConflictPolicy> policies = Arbitraries.of(ConflictPolicy.class);
    Arbitrary<Integer> plans = Arbitraries.integers().between(0, 3);
    return Arbitraries.frequencyOf(
            Tuple.of(
                3,
                Combinators.combine(users, totals.optional())
                    .as(Step.Live::new)
                    .map(s -> (Step) s)),
            Tuple.of(
                2, Arbitraries.maps(users, totals).ofMaxSize(5).map(t -> (Step) new Step.Plan(t))),
            Tuple.of(
                4, Combinators.combine(plans, policies).as(Step.Apply::new).map(s -> (Step) s)),
            Tuple.of(
                3, Combinators.combine(plans, policies).as(Step.Rollback::new).map(s -> (Step) s)))
        .list()
        .ofMaxSize(25);
  }

  private static TableColumn column(String name, boolean nullable) {
    return new TableColumn(name, Storage.TEXT, "text", 0, 0, 0, nullable, Origin.WRITTEN);
  }
}
