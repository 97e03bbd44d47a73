package io.errata.state.table.memory;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.table.Image;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import io.errata.state.table.memory.MemoryStore.Held;
import io.errata.state.table.memory.MemoryStore.Written;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A live table of a {@link MemoryStore}. */
final class MemoryLiveTable implements LiveTable {
  private final MemoryStore store;
  private final LiveTableOptions options;

  MemoryLiveTable(MemoryStore store, LiveTableOptions options) {
    this.store = store;
    this.options = options;
  }

  @Override
  public TableDescription describe() {
    synchronized (store) {
      MemoryTable table = table();
      if (!options.set().isEmpty()) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot set columns of " + options.name() + ": a memory table knows no SQL",
            "Remove table.set.");
      }
      for (String name : options.key()) {
        requireComparable(table, name, "table.key");
      }
      for (String name : options.compare()) {
        requireComparable(table, name, "table.compare");
      }
      if (!new HashSet<>(table.unique()).equals(new HashSet<>(options.key()))) {
        throw new ErrataException(
            ErrorCode.INVALID_TABLE,
            "Cannot use "
                + options.key()
                + " as the key of "
                + options.name()
                + ": nothing makes it unique, so duplicate keys could not be told apart",
            "Write " + table.unique() + " in table.key.");
      }
      return new TableDescription(
          options.name(), table.columns(), options.key(), options.compare());
    }
  }

  @Override
  public Snapshot openSnapshot(Optional<KeyRange> range, int parts) {
    TableDescription description = describe();
    Optional<Predicate<Row>> owns = owns();
    synchronized (store) {
      MemoryTable table = table();
      List<List<@Nullable String>> rows = new ArrayList<>();
      for (List<@Nullable String> texts : table.rows().values()) {
        Row values = table.values(texts, description.values().names());
        if ((owns.isEmpty() || owns.get().test(values))
            && (range.isEmpty() || holds(range.get(), values))) {
          rows.add(texts);
        }
      }
      String id = store.nextSnapshot();
      store.snapshots().put(id, new Held(table, Collections.unmodifiableList(rows)));
      return new MemorySnapshot(id, rows.size(), parts);
    }
  }

  @Override
  public RowReader read(SnapshotSplit split) {
    Held held;
    synchronized (store) {
      held = store.snapshots().get(split.snapshot());
    }
    if (held == null) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read " + options.name() + ": " + split.snapshot() + " is no longer open",
          "Open another snapshot.");
    }
    String[] places = split.part().split("-");
    Iterator<List<@Nullable String>> rows =
        held.rows().subList(Integer.parseInt(places[0]), Integer.parseInt(places[1])).iterator();
    List<String> names = new ArrayList<>(options.key());
    names.addAll(options.compare());
    return new RowReader() {
      @Override
      public Optional<LiveRow> next() {
        if (!rows.hasNext()) {
          return Optional.empty();
        }
        List<@Nullable String> texts = rows.next();
        Row values = held.table().values(texts, names);
        for (String key : options.key()) {
          if (values.isNull(key)) {
            throw new ErrataException(
                ErrorCode.INVALID_TABLE,
                "Cannot read a row of " + options.name() + ": its key column " + key + " is null",
                "Give the row a key, or leave it out by table.owns.");
          }
        }
        return Optional.of(new LiveRow(values, new Image(texts)));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<Correction> outsideOwns(List<Correction.Insert> inserts) {
    Optional<Predicate<Row>> owns = owns();
    if (owns.isEmpty()) {
      return List.of();
    }
    return inserts.stream()
        .<Correction>map(i -> i)
        .filter(i -> !owns.get().test(((Correction.Insert) i).after()))
        .toList();
  }

  @Override
  public WriteResult apply(WriteRequest request) {
    TableDescription description = describe();
    synchronized (store) {
      return new MemoryTransaction(store, table(), description, request).apply();
    }
  }

  @Override
  public WriteResult rollback(WriteRequest request) {
    TableDescription description = describe();
    synchronized (store) {
      return new MemoryTransaction(store, table(), description, request).rollback();
    }
  }

  @Override
  public List<LedgerEntry> history() {
    synchronized (store) {
      List<LedgerEntry> entries = new ArrayList<>();
      for (Written written : store.ledger()) {
        if (written.entry().table().equals(options.name())) {
          entries.add(0, written.entry());
        }
      }
      return entries;
    }
  }

  @Override
  public void close() {}

  private MemoryTable table() {
    MemoryTable table = store.tables().get(options.name());
    if (table == null) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          "Cannot find table " + options.name() + " in " + options.url(),
          "There are: " + String.join(", ", store.tables().keySet()));
    }
    return table;
  }

  private void requireComparable(MemoryTable table, String name, String setting) {
    int ordinal = table.ordinal(name);
    if (ordinal < 0) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          "Cannot find column " + name + " of " + options.name() + " (" + setting + ")",
          "There are: " + String.join(", ", table.columns().stream().map(c -> c.name()).toList()));
    }
    if (!table.columns().get(ordinal).comparable()) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          "Cannot compare column "
              + name
              + " of "
              + options.name()
              + ": "
              + table.columns().get(ordinal).sqlType(),
          "Leave it out of " + setting + ".");
    }
  }

  private Optional<Predicate<Row>> owns() {
    return options
        .ownsPredicate()
        .map(
            text -> {
              synchronized (store) {
                return store
                    .predicate(text)
                    .orElseThrow(
                        () ->
                            new ErrataException(
                                ErrorCode.INVALID_SPEC,
                                "Cannot read table.owns: "
                                    + text
                                    + " (a memory table knows no SQL)",
                                "Say what it means with MemoryStore.define."));
              }
            });
  }

  @SuppressWarnings("unchecked")
  private static boolean holds(KeyRange range, Row values) {
    Comparable<Object> value = (Comparable<Object>) values.value(range.column());
    return value != null && value.compareTo(range.from()) >= 0 && value.compareTo(range.to()) < 0;
  }

  /** Holds its rows in the store, where readers of other threads find them. */
  private final class MemorySnapshot implements Snapshot {
    private final String id;
    private final int rows;
    private final int parts;

    MemorySnapshot(String id, int rows, int parts) {
      this.id = id;
      this.rows = rows;
      this.parts = parts;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public List<SnapshotSplit> splits() {
      List<SnapshotSplit> splits = new ArrayList<>();
      for (int i = 0; i < parts; i++) {
        int from = (int) ((long) rows * i / parts);
        int to = (int) ((long) rows * (i + 1) / parts);
        splits.add(new SnapshotSplit(id + "/" + i, id, from + "-" + to));
      }
      return splits;
    }

    @Override
    public long estimatedRows() {
      return rows;
    }

    @Override
    public void close() {
      synchronized (store) {
        store.snapshots().remove(id);
      }
    }
  }
}
