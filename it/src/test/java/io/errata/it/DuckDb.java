package io.errata.it;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A DuckDB in memory, which knows nothing of Errata. */
final class DuckDb implements AutoCloseable {
  private final Connection connection;

  DuckDb() {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    execute("SET TimeZone='UTC'");
    execute("SET threads=1");
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** All rows of a query, each with the {@link #text} of its columns. */
  List<List<@Nullable String>> query(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<List<@Nullable String>> found = new ArrayList<>();
      while (rows.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(text(rows.getObject(i)));
        }
        found.add(row);
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** One text for equal values of whatever class: numbers by value, times in UTC. */
  static @Nullable String text(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Double number) {
      return "double " + number;
    }
    if (value instanceof BigInteger number) {
      return text(new BigDecimal(number));
    }
    if (value instanceof BigDecimal number) {
      return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
    if (value instanceof Long || value instanceof Integer || value instanceof Short) {
      return text(BigDecimal.valueOf(((Number) value).longValue()));
    }
    return value instanceof OffsetDateTime time ? time.toInstant().toString() : value.toString();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
