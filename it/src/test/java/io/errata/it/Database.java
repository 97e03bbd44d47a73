package io.errata.it;

import io.errata.testkit.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** An empty database of the tests' PostgreSQL. */
final class Database implements AutoCloseable {
  private final String name;
  private final String url;
  private final Connection connection;

  private Database(String name) throws SQLException {
    this.name = name;
    this.url = PostgresServer.shared().url(name);
    this.connection = PostgresServer.shared().connect(name);
  }

  static Database create() {
    try {
      Database database = new Database(PostgresServer.shared().createDatabase());
      database.execute("SET TimeZone TO 'UTC'");
      return database;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String name() {
    return name;
  }

  String url() {
    return url;
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** All rows of a query, each with the texts of its columns. */
  List<List<@Nullable String>> query(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<List<@Nullable String>> found = new ArrayList<>();
      while (rows.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(rows.getString(i));
        }
        found.add(row);
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Every row of a table with all its columns, as COPY prints them; sorted. */
  List<String> dump(String table) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", text);
    return text.toString(StandardCharsets.UTF_8).lines().sorted().toList();
  }

  /**
   * Writes what a query gives to a CSV file with a header, empty texts in quotes and nulls without.
   */
  void export(String query, Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      copyOut("COPY (" + query + ") TO STDOUT (FORMAT csv, HEADER)", out);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void copyOut(String copy, OutputStream out) {
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy, out);
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(copy, e);
    }
  }

  /** Adds the rows of CSV with a header. */
  void copyIn(String target, String csv) {
    String copy = "COPY " + target + " FROM STDIN (FORMAT csv, HEADER)";
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(copy, new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(copy, e);
    }
  }

  /** A name or text as it stands in SQL. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
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
