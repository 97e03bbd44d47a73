package io.errata.state.table.memory;

import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Live tables in the memory of this process, for tests and trials: nothing is kept when it ends,
 * and no other process sees them. Tables of the store {@code NAME} are opened with the URL {@code
 * memory:NAME}. They behave as those of PostgreSQL do (they pass the same contract), but know no
 * SQL: no {@code set} expressions, no generated columns, and an {@code owns} predicate only where
 * {@link #define} says what its text means.
 *
 * <p>The methods here are the live traffic. Thread-safe; each call is a transaction.
 */
public final class MemoryStore {
  private static final ConcurrentMap<String, MemoryStore> STORES = new ConcurrentHashMap<>();

  private final String name;
  private final NavigableMap<String, MemoryTable> tables = new TreeMap<>();
  private final Map<String, Predicate<Row>> predicates = new TreeMap<>();
  private final Map<String, Held> snapshots = new TreeMap<>();
  private final List<Written> ledger = new ArrayList<>();
  private long opened;

  private MemoryStore(String name) {
    this.name = name;
  }

  /** The store of that name, which is made when it is first asked for. */
  public static MemoryStore named(String name) {
    return STORES.computeIfAbsent(name, MemoryStore::new);
  }

  static Optional<MemoryStore> find(String name) {
    return Optional.ofNullable(STORES.get(name));
  }

  /** The URL that opens tables of this store. */
  public String url() {
    return MemoryLiveTableProvider.SCHEME + name;
  }

  /** Forgets the store with all that is in it. */
  public void drop() {
    STORES.remove(name, this);
  }

  /**
   * Makes a table without rows, in place of one that is there.
   *
   * @param unique the columns that tell rows apart, which a spec has to name as the table's key
   * @throws IllegalArgumentException where a column is generated or a unique column isn't there
   */
  public synchronized void create(String table, List<TableColumn> columns, List<String> unique) {
    for (TableColumn column : columns) {
      if (column.origin() != Origin.WRITTEN) {
        throw new IllegalArgumentException(
            "Cannot make column "
                + column.name()
                + ": it is "
                + column.origin()
                + " (a memory table has none of these)");
      }
    }
    MemoryTable made = new MemoryTable(columns, unique, new TreeMap<>());
    for (String each : unique) {
      if (made.ordinal(each) < 0) {
        throw new IllegalArgumentException(
            "Cannot make table " + table + ": there is no column " + each);
      }
    }
    tables.put(table, made);
  }

  /**
   * Says which rows a predicate of {@code owns} is true for; of a row's key and compared columns.
   */
  public synchronized void define(String predicate, Predicate<Row> meaning) {
    predicates.put(predicate, meaning);
  }

  /**
   * Adds a row; columns that it doesn't name are null. Values are of their column's type, and text
   * for {@code OTHER}.
   *
   * @throws IllegalArgumentException where there is a row with that key
   */
  public synchronized void insert(String table, Map<String, ? extends @Nullable Object> row) {
    MemoryTable there = table(table);
    List<@Nullable String> texts =
        change(there, Collections.nCopies(there.columns().size(), null), row);
    String place = there.place(texts);
    if (there.rows().containsKey(place)) {
      throw new IllegalArgumentException(
          "Cannot add a row to " + table + ": there is one with that key");
    }
    tables.put(table, there.with(Map.of(place, texts)));
  }

  /**
   * Changes columns of a row other than its key.
   *
   * @param key the values of the unique columns
   * @throws IllegalArgumentException where there is no such row
   */
  public synchronized void update(
      String table,
      Map<String, ? extends Object> key,
      Map<String, ? extends @Nullable Object> changes) {
    MemoryTable there = table(table);
    String place = place(there, key);
    List<@Nullable String> texts = there.rows().get(place);
    if (texts == null) {
      throw new IllegalArgumentException(
          "Cannot change a row of " + table + ": there is none with that key");
    }
    tables.put(table, there.with(Map.of(place, change(there, texts, changes))));
  }

  /** Removes a row, where there is one of that key. */
  public synchronized void delete(String table, Map<String, ? extends Object> key) {
    MemoryTable there = table(table);
    tables.put(table, there.with(Collections.singletonMap(place(there, key), null)));
  }

  /** The texts of all columns of all rows, in the order of the canonical forms of their keys. */
  public synchronized List<List<@Nullable String>> rows(String table) {
    return List.copyOf(table(table).rows().values());
  }

  /**
   * Adds a column that is null in every row.
   *
   * @throws IllegalArgumentException where there is no such table
   */
  public synchronized void addColumn(String table, TableColumn column) {
    MemoryTable there = table(table);
    List<TableColumn> columns = new ArrayList<>(there.columns());
    columns.add(column);
    NavigableMap<String, List<@Nullable String>> rows = new TreeMap<>();
    there
        .rows()
        .forEach(
            (place, texts) -> {
              List<@Nullable String> wider = new ArrayList<>(texts);
              wider.add(null);
              rows.put(place, Collections.unmodifiableList(wider));
            });
    tables.put(table, new MemoryTable(columns, there.unique(), rows));
  }

  NavigableMap<String, MemoryTable> tables() {
    return tables;
  }

  Optional<Predicate<Row>> predicate(String text) {
    return Optional.ofNullable(predicates.get(text));
  }

  Map<String, Held> snapshots() {
    return snapshots;
  }

  List<Written> ledger() {
    return ledger;
  }

  String nextSnapshot() {
    return "snapshot-" + ++opened;
  }

  /** The rows of a snapshot, as long as it is open. */
  record Held(MemoryTable table, List<List<@Nullable String>> rows) {}

  /**
   * A ledger row, and what a rollback has to know.
   *
   * @param after the guard of each row as it was written, or empty for a row that was deleted, by
   *     place
   */
  record Written(LedgerEntry entry, Map<String, Optional<Digest>> after) {}

  private MemoryTable table(String table) {
    MemoryTable there = tables.get(table);
    if (there == null) {
      throw new IllegalArgumentException(
          "Cannot find table " + table + " in memory (there are " + tables.keySet() + ")");
    }
    return there;
  }

  private static String place(MemoryTable table, Map<String, ? extends Object> key) {
    return table.place(change(table, Collections.nCopies(table.columns().size(), null), key));
  }

  private static List<@Nullable String> change(
      MemoryTable table,
      List<@Nullable String> texts,
      Map<String, ? extends @Nullable Object> changes) {
    List<@Nullable String> changed = new ArrayList<>(texts);
    changes.forEach(
        (name, value) -> {
          int ordinal = table.ordinal(name);
          if (ordinal < 0) {
            throw new IllegalArgumentException("Cannot find column " + name + " of the table");
          }
          TableColumn column = table.columns().get(ordinal);
          changed.set(
              ordinal,
              MemoryText.print(column, column.comparable() ? column.conform(value) : value));
        });
    return changed;
  }
}
