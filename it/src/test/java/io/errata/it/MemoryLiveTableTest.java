package io.errata.it;

import io.errata.api.Bytes;
import io.errata.api.ErrorCode;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.memory.MemoryStore;
import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableContract;
import io.errata.testkit.StoredTable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The memory table does what every live table does. */
class MemoryLiveTableTest extends LiveTableContract {
  @Override
  protected LiveStore openStore() {
    return new MemoryLiveStore();
  }

  @Test
  void snapshot_withAPredicateThatNobodyDefinedIsRefused() {
    assertRefused(
        () -> read(open(owning(daily(), "day = now()")), 1),
        ErrorCode.INVALID_SPEC,
        "Cannot read table.owns: day = now()",
        "MemoryStore.define");
  }

  @Test
  void read_afterTheSnapshotWasClosedIsRefused() {
    StoredTable daily = drifted();
    SnapshotSplit split;
    try (Snapshot snapshot = open(daily).openSnapshot(Optional.empty(), 1)) {
      split = snapshot.splits().get(0);
    }
    assertRefused(() -> open(daily).read(split), ErrorCode.UNAVAILABLE, "is no longer open");
  }

  @Test
  void open_ofAStoreThatIsNotThereIsRefused() {
    LiveTableOptions options = store().options(daily());
    LiveTableOptions elsewhere =
        new LiveTableOptions(
            "memory:nowhere",
            null,
            null,
            options.name(),
            options.key(),
            options.compare(),
            null,
            Map.of(),
            options.lockTimeout(),
            options.statementTimeout());
    assertRefused(
        () -> open(elsewhere),
        ErrorCode.UNAVAILABLE,
        "Cannot open memory:nowhere",
        "in this process");
  }

  /** Reads the contract's texts, which are those of PostgreSQL. */
  static final class MemoryLiveStore implements LiveStore {
    private final MemoryStore store = MemoryStore.named("contract");

    MemoryLiveStore() {
      store.define(
          "day = date '2024-06-10' and events > 0",
          row -> row.value("day").equals(DAY) && !row.isNull("events") && row.asInt("events") > 0);
      store.define("day = date '2024-06-10'", row -> row.value("day").equals(DAY));
    }

    @Override
    public Set<Feature> features() {
      return EnumSet.of(
          Feature.OWNS, Feature.OTHER_TYPES, Feature.CONSTRAINTS, Feature.HELD_SNAPSHOT);
    }

    @Override
    public void create(StoredTable table) {
      store.create(name(table), table.columns(), table.key());
    }

    @Override
    public LiveTableOptions options(StoredTable table) {
      return new LiveTableOptions(
          store.url(),
          null,
          null,
          name(table),
          table.key(),
          table.compare(),
          null,
          Map.of(),
          Duration.ofSeconds(5),
          Duration.ZERO);
    }

    @Override
    public void insert(StoredTable table, List<Map<String, @Nullable String>> rows) {
      rows.forEach(row -> store.insert(name(table), values(table, row)));
    }

    @Override
    public void update(
        StoredTable table, Map<String, String> key, Map<String, @Nullable String> changes) {
      store.update(name(table), values(table, key), values(table, changes));
    }

    @Override
    public void delete(StoredTable table, Map<String, String> key) {
      store.delete(name(table), values(table, key));
    }

    @Override
    public List<List<@Nullable String>> rows(StoredTable table) {
      return store.rows(name(table));
    }

    @Override
    public void changeSchema(StoredTable table) {
      store.addColumn(name(table), column("more", Storage.TEXT, "text", true));
    }

    @Override
    public void close() {
      store.drop();
    }

    private static String name(StoredTable table) {
      return table.schema().isEmpty() ? table.name() : table.schema() + "." + table.name();
    }

    private static Map<String, Object> values(
        StoredTable table, Map<String, ? extends @Nullable String> texts) {
      Map<String, Object> values = new LinkedHashMap<>();
      texts.forEach(
          (name, text) ->
              values.put(
                  name,
                  text == null ? null : value(table.columns().get(table.ordinal(name)), text)));
      return values;
    }

    private static Object value(TableColumn column, String text) {
      return switch (column.storage()) {
        case BOOLEAN -> Boolean.valueOf(text);
        case INT16, INT32 -> Integer.valueOf(text);
        case INT64 -> Long.valueOf(text);
        case DECIMAL -> new BigDecimal(text);
        case FLOAT32, FLOAT64 -> Double.valueOf(text);
        case TEXT, PADDED_TEXT, OTHER -> text;
        case BYTES -> Bytes.ofHex(text.substring("\\x".length()));
        case DATE -> date(text);
        case TIMESTAMP -> Instant.parse(text.replace(' ', 'T').replace("+00", "Z"));
        case LOCAL_TIMESTAMP -> Instant.parse(text.replace(' ', 'T') + "Z");
        case UUID -> UUID.fromString(text);
      };
    }

    private static LocalDate date(String text) {
      if (!text.endsWith(" BC")) {
        return LocalDate.parse(text);
      }
      // There is no year 0 in SQL: 1 BC is 0 of ISO 8601.
      LocalDate date = LocalDate.parse(text.replace(" BC", ""));
      return date.withYear(1 - date.getYear());
    }
  }
}
