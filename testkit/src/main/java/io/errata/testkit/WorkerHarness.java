package io.errata.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Combinable;
import io.errata.api.Effect;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.Worker;
import io.errata.state.digest.CanonicalForm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a worker over a list of events as Errata does, without Flink or a database: duplicates
 * dropped by id, events of one key in the one total order (time, sequence, id), rejected events
 * quarantining their key.
 *
 * <pre>{@code
 * WorkerHarness.of(new LedgerWorkerV2())
 *     .assertGolden(events, "/golden/ledger-2.txt");
 * }</pre>
 *
 * @param <S> the state of one key
 */
public final class WorkerHarness<S> {
  private static final Comparator<TestEvent> TOTAL_ORDER =
      Comparator.comparing(TestEvent::time)
          .thenComparing(TestEvent::sequence)
          .thenComparing(TestEvent::id);
  private static final int SHUFFLES = 20;

  private final Worker<S> worker;
  private final Map<Row, Row> base;

  private WorkerHarness(Worker<S> worker, Map<Row, Row> base) {
    this.worker = worker;
    this.base = base;
  }

  /** Runs without base rows: each key begins with {@link Worker#start}. */
  public static <S> WorkerHarness<S> of(Worker<S> worker) {
    return new WorkerHarness<>(worker, Map.of());
  }

  /**
   * The same with base rows, from which the keys that have one are resumed.
   *
   * @param rows by key: rows of {@link Worker#columns()}
   */
  public WorkerHarness<S> withBase(Map<Row, Row> rows) {
    return new WorkerHarness<>(worker, Map.copyOf(rows));
  }

  /**
   * What a run gives, one line each in an order that doesn't depend on the events': rows with their
   * keys, then effects, then quarantined keys with the reason.
   *
   * <pre>
   * row {account="alice"} {balance=10.00, movements=1, refunded=0}
   * none {account="bob"}
   * effect {account="alice"} notification "alice" "large transfer e1"
   * quarantine {account="carol"} Cannot close an account that isn't empty
   * </pre>
   */
  public String run(List<TestEvent> events) {
    Run run = new Run();
    Set<String> ids = new HashSet<>();
    events.stream().sorted(TOTAL_ORDER).filter(event -> ids.add(event.id())).forEach(run::take);
    return run.print();
  }

  /**
   * Runs the events as they are and compares with a file that no test ever writes: whoever changes
   * a worker's answers makes a new version, with a file of its own.
   *
   * @param resource on the class path, such as {@code /golden/ledger-2.txt}
   * @throws AssertionError where the answer differs, or depends on the input's order
   */
  public void assertGolden(List<TestEvent> events, String resource) {
    String golden;
    try (InputStream in = worker.getClass().getResourceAsStream(resource)) {
      golden = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(run(events))
        .as("the rows of %s@%d against %s", worker.name(), worker.version(), resource)
        .isEqualTo(golden);
    assertSameInAnyInput(events);
  }

  /**
   * Runs the events in shuffled input order, and with duplicates, and compares. For a {@link
   * Combinable} worker it also splits them into states that are then combined.
   *
   * @throws AssertionError where an answer differs
   */
  public void assertSameInAnyInput(List<TestEvent> events) {
    String expected = run(events);
    for (int seed = 0; seed < SHUFFLES; seed++) {
      Random random = new Random(seed);
      List<TestEvent> shuffled = new ArrayList<>(events);
      events.stream().filter(event -> random.nextInt(4) == 0).forEach(shuffled::add);
      Collections.shuffle(shuffled, random);
      assertThat(run(shuffled)).as("shuffled with seed %d", seed).isEqualTo(expected);
      if (worker instanceof Combinable<S> combinable && base.isEmpty()) {
        assertCombines(combinable, events, random);
      }
    }
  }

  private void assertCombines(Combinable<S> combinable, List<TestEvent> events, Random random) {
    Set<String> ids = new HashSet<>();
    Map<Row, List<TestEvent>> byKey = new LinkedHashMap<>();
    for (TestEvent event : events) {
      if (ids.add(event.id())) {
        keys(event)
            .ifPresent(
                keys ->
                    keys.forEach(
                        key -> byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(event)));
      }
    }
    byKey.forEach(
        (key, touching) -> {
          try {
            S whole = worker.start(key);
            List<S> parts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              parts.add(worker.start(key));
            }
            for (TestEvent event : touching) {
              whole = worker.apply(whole, key, event, effect -> {});
              int part = random.nextInt(parts.size());
              parts.set(part, worker.apply(parts.get(part), key, event, effect -> {}));
            }
            S combined =
                random.nextBoolean()
                    ? combinable.combine(
                        combinable.combine(parts.get(0), parts.get(1)), parts.get(2))
                    : combinable.combine(
                        parts.get(2), combinable.combine(parts.get(1), parts.get(0)));
            assertThat(form(worker.result(key, combined)))
                .as("the combined states of %s", print(key))
                .isEqualTo(form(worker.result(key, whole)));
          } catch (RejectedEventException e) {
            // The key is quarantined: there is nothing to combine.
          }
        });
  }

  private Optional<List<Row>> keys(TestEvent event) {
    try {
      return Optional.of(worker.keys(event));
    } catch (RejectedEventException e) {
      return Optional.empty();
    }
  }

  private static String form(Optional<Row> row) {
    return row.map(CanonicalForm::of).orElse("none");
  }

  /** The values as a golden file has them: decimals in full, text in quotes. */
  private static String print(Row row) {
    List<String> values = new ArrayList<>();
    for (String name : row.schema().names()) {
      values.add(name + "=" + print(row.value(name)));
    }
    return "{" + String.join(", ", values) + "}";
  }

  private static String print(@Nullable Object value) {
    if (value instanceof String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : String.valueOf(value);
  }

  /** One run's states. */
  private final class Run {
    private final Map<String, Row> keys = new TreeMap<>();
    private final Map<Row, S> states = new LinkedHashMap<>();
    private final Map<Row, String> quarantined = new LinkedHashMap<>();
    private final Map<Row, List<Effect>> effects = new LinkedHashMap<>();
    private final List<String> unknownKeys = new ArrayList<>();

    void take(TestEvent event) {
      List<Row> touched;
      try {
        touched = worker.keys(event);
      } catch (RejectedEventException e) {
        unknownKeys.add("quarantine all keys " + e.getMessage());
        return;
      }
      assertThat(touched).as("the keys of event %s", event.id()).doesNotHaveDuplicates();
      for (Row key : touched) {
        assertThat(key.schema())
            .as("the schema of a key of event %s", event.id())
            .isEqualTo(worker.key());
        keys.put(WorkerHarness.print(key), key);
        if (quarantined.containsKey(key)) {
          continue;
        }
        try {
          S state = states.containsKey(key) ? states.get(key) : begin(key);
          List<Effect> performed = effects.computeIfAbsent(key, k -> new ArrayList<>());
          states.put(key, worker.apply(state, key, event, performed::add));
        } catch (RejectedEventException e) {
          quarantined.put(key, String.valueOf(e.getMessage()));
        }
      }
    }

    private S begin(Row key) {
      Row row = base.get(key);
      return row == null ? worker.start(key) : worker.resume(key, row);
    }

    String print() {
      StringBuilder rows = new StringBuilder();
      StringBuilder suppressed = new StringBuilder();
      StringBuilder rejected = new StringBuilder();
      for (Row key : keys.values()) {
        String name = WorkerHarness.print(key);
        if (quarantined.containsKey(key)) {
          rejected
              .append("quarantine ")
              .append(name)
              .append(' ')
              .append(quarantined.get(key))
              .append('\n');
          continue;
        }
        Optional<Row> result = worker.result(key, states.get(key));
        result.ifPresent(
            row ->
                assertThat(row.schema())
                    .as("the schema of the row of %s", name)
                    .isEqualTo(worker.columns()));
        rows.append(
                result
                    .map(row -> "row " + name + " " + WorkerHarness.print(row))
                    .orElse("none " + name))
            .append('\n');
        for (Effect effect : effects.getOrDefault(key, List.of())) {
          suppressed
              .append("effect ")
              .append(name)
              .append(' ')
              .append(effect.kind())
              .append(' ')
              .append(WorkerHarness.print((Object) effect.target()))
              .append(' ')
              .append(WorkerHarness.print((Object) effect.detail()))
              .append('\n');
        }
      }
      unknownKeys.forEach(line -> rejected.append(line).append('\n'));
      return rows.append(suppressed).append(rejected).toString();
    }
  }
}
