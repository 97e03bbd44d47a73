package io.errata.state.table.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * One connection with the settings that Errata's SQL relies on. Transactions are begun and ended by
 * {@link #begin} and {@link #commit}, never by the driver. Used by one thread; only {@link #abort}
 * may be called by another.
 */
final class Session implements AutoCloseable {
  private final Connections owner;
  private final Connection connection;
  private final String searchPath;
  private final List<String> schemas;

  Session(Connections owner, Connection connection, String searchPath, List<String> schemas) {
    this.owner = owner;
    this.connection = connection;
    this.searchPath = searchPath;
    this.schemas = List.copyOf(schemas);
  }

  /** Makes a value of one row of a result. */
  interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** The schemas in which the role looks for unqualified names. */
  List<String> schemas() {
    return schemas;
  }

  void begin(String modes) throws SQLException {
    execute("BEGIN " + modes);
  }

  void commit() throws SQLException {
    int patience = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, (int) owner.commitLimit().toMillis());
    execute("COMMIT");
    connection.setNetworkTimeout(Runnable::run, patience);
  }

  /** Ends the transaction, if there is one, so that nothing of it stays. */
  void rollback() throws SQLException {
    execute("ROLLBACK");
  }

  /** As {@link #rollback}, after a failure that must not be hidden by another one. */
  void rollbackAfter(Exception failure) {
    try {
      rollback();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * For the rest of the transaction, finds unqualified names as the role's other sessions do. The
   * SQL of users and triggers expects that; Errata's own runs with an empty path, so that nobody
   * can put a function in its way.
   */
  void useSearchPathOfRole() throws SQLException {
    query(
        "SELECT pg_catalog.set_config('search_path', ?, true)",
        row -> row.getString(1),
        searchPath);
  }

  void useEmptySearchPath() throws SQLException {
    query("SELECT pg_catalog.set_config('search_path', '', true)", row -> row.getString(1));
  }

  /** Runs SQL without parameters, as it stands; the number of rows that it touched. */
  long execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Braces and question marks belong to the user's expressions, not to JDBC.
      statement.setEscapeProcessing(false);
      boolean rows = statement.execute(sql);
      return rows ? 0 : Math.max(0, statement.getLargeUpdateCount());
    }
  }

  /** Reads the rows of a query without parameters, as it stands. */
  <T> List<T> read(String sql, RowMapper<T> mapper) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet rows = statement.executeQuery(sql)) {
        return map(rows, mapper);
      }
    }
  }

  <T> List<T> query(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        return map(rows, mapper);
      }
    }
  }

  <T> Optional<T> first(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    return query(sql, mapper, parameters).stream().findFirst();
  }

  /** Lets the server parse a statement, and does not run it. */
  void parse(String sql) throws SQLException {
    // A question mark in it is an operator, which the driver wants doubled.
    try (PreparedStatement statement = connection.prepareStatement(sql.replace("?", "??"))) {
      statement.getParameterMetaData();
    }
  }

  CopyManager copy() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  int serverVersion() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion();
  }

  private static void bind(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  private static <T> List<T> map(ResultSet rows, RowMapper<T> mapper) throws SQLException {
    List<T> mapped = new ArrayList<>();
    while (rows.next()) {
      mapped.add(mapper.map(rows));
    }
    return mapped;
  }

  /** Stops what is running and drops the connection; what was not committed never will be. */
  void abort() {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      // The socket is closed below either way; cancelling only makes the server notice sooner.
      Connections.LOG.debug("Could not cancel the running statement", e);
    }
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      Connections.LOG.debug("Could not abort the connection", e);
    }
  }

  @Override
  public void close() {
    owner.forget(this);
    try {
      connection.close();
    } catch (SQLException e) {
      Connections.LOG.debug("Could not close the connection", e);
    }
  }
}
