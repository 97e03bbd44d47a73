package io.errata.testkit;

import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A database of the tests' PostgreSQL as a store of live tables. Opening it empties the database.
 */
public final class PostgresStore implements LiveStore {
  private final PostgresServer server;
  private final String database;
  private final Connection connection;

  private PostgresStore(PostgresServer server, String database) throws SQLException {
    this.server = server;
    this.database = database;
    this.connection = server.connect(database);
  }

  public static PostgresStore open(PostgresServer server, String database) {
    try {
      PostgresStore store = new PostgresStore(server, database);
      for (String schema :
          store.read(
              "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")) {
        store.execute("DROP SCHEMA " + schema + " CASCADE");
      }
      store.execute("CREATE SCHEMA public");
      store.execute("SET extra_float_digits TO 1");
      store.execute("SET TimeZone TO 'UTC'");
      return store;
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot open the database of the tests", e);
    }
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public void create(StoredTable table) {
    String columns =
        table.columns().stream().map(c -> definition(table, c)).collect(Collectors.joining(", "));
    boolean nullableKey =
        table.columns().stream().anyMatch(c -> c.nullable() && table.key().contains(c.name()));
    String key = table.key().stream().map(PostgresStore::quote).collect(Collectors.joining(", "));
    if (!table.schema().isEmpty()) {
      execute("CREATE SCHEMA IF NOT EXISTS " + quote(table.schema()));
    }
    execute(
        "CREATE TABLE "
            + name(table)
            + " ("
            + columns
            + ", "
            + (nullableKey ? "UNIQUE (" : "PRIMARY KEY (")
            + key
            + "))");
  }

  private static String definition(StoredTable table, TableColumn column) {
    String origin =
        switch (column.origin()) {
          case WRITTEN -> "";
          case IDENTITY -> " GENERATED ALWAYS AS IDENTITY";
          case GENERATED ->
              " GENERATED ALWAYS AS (" + table.generated().get(column.name()) + ") STORED";
        };
    boolean notNull = !column.nullable() && column.origin() != Origin.GENERATED;
    return quote(column.name()) + " " + column.sqlType() + origin + (notNull ? " NOT NULL" : "");
  }

  @Override
  public LiveTableOptions options(StoredTable table) {
    return new LiveTableOptions(
        server.url(database),
        "postgres",
        null,
        name(table),
        table.key(),
        table.compare(),
        null,
        Map.of(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60));
  }

  @Override
  public void insert(StoredTable table, List<Map<String, @Nullable String>> rows) {
    StringBuilder sql = new StringBuilder("BEGIN;");
    for (Map<String, @Nullable String> row : rows) {
      List<String> names = new ArrayList<>(row.keySet());
      sql.append("INSERT INTO " + name(table) + " (")
          .append(names.stream().map(PostgresStore::quote).collect(Collectors.joining(", ")))
          .append(") VALUES (")
          .append(names.stream().map(n -> literal(row.get(n))).collect(Collectors.joining(", ")))
          .append(");");
    }
    execute(sql.append("COMMIT").toString());
  }

  @Override
  public void update(
      StoredTable table, Map<String, String> key, Map<String, @Nullable String> changes) {
    execute(
        "UPDATE "
            + name(table)
            + " SET "
            + changes.entrySet().stream()
                .map(e -> quote(e.getKey()) + " = " + literal(e.getValue()))
                .collect(Collectors.joining(", "))
            + where(key));
  }

  @Override
  public void delete(StoredTable table, Map<String, String> key) {
    execute("DELETE FROM " + name(table) + where(key));
  }

  private static String where(Map<String, String> key) {
    return key.entrySet().stream()
        .map(e -> quote(e.getKey()) + " = " + literal(e.getValue()))
        .collect(Collectors.joining(" AND ", " WHERE ", ""));
  }

  @Override
  public List<List<@Nullable String>> rows(StoredTable table) {
    String texts =
        table.columns().stream()
            .map(c -> quote(c.name()) + "::text")
            .collect(Collectors.joining(", "));
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + texts + " FROM " + name(table))) {
      while (result.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= table.columns().size(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot read the rows of the tests", e);
    }
    rows.sort(
        Comparator.comparing(
            row ->
                table.key().stream()
                    .map(k -> String.valueOf(row.get(table.ordinal(k))))
                    .toList()
                    .toString()));
    return rows;
  }

  @Override
  public void changeSchema(StoredTable table) {
    execute("ALTER TABLE " + name(table) + " ADD COLUMN added_since integer");
  }

  /** Runs SQL as the superuser. */
  public void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot run SQL of the tests: " + sql, e);
    }
  }

  /** The first column of a query's rows. */
  public List<String> read(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (result.next()) {
        values.add(result.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot run SQL of the tests: " + sql, e);
    }
  }

  /** The table's name as SQL. */
  public static String name(StoredTable table) {
    return quote(table.schema().isEmpty() ? "public" : table.schema()) + "." + quote(table.name());
  }

  private static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(@Nullable String text) {
    return text == null ? "NULL" : "'" + text.replace("'", "''") + "'";
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot close the database of the tests", e);
    }
  }
}
