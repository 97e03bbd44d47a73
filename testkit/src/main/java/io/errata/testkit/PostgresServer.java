package io.errata.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL for tests: one for each JVM, started when it is first asked for, stopped and
 * deleted when the JVM ends. By default the embedded one; with the system property {@code
 * errata.test.postgres} that of a folder with {@code initdb} and {@code pg_ctl}, such as {@code
 * /usr/lib/postgresql/15/bin}.
 */
public final class PostgresServer {
  /** A role whose password is asked for; every other role is trusted. */
  public static final String PASSWORD_USER = "errata_secured";

  /**
   * Behind a URL: has a session look for deadlocks four seconds after it began to wait, and not
   * after one. It looks once.
   */
  public static final String LATE_LOOK_FOR_DEADLOCKS = "?options=-c%20deadlock_timeout%3D4s";

  private static final Duration RELOAD = Duration.ofSeconds(30);
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static @Nullable PostgresServer shared;

  private final int port;
  private final String hbaFile;

  private PostgresServer(int port) throws SQLException, IOException {
    this.port = port;
    try (Connection connection = DriverManager.getConnection(url("postgres"), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + PASSWORD_USER + " LOGIN PASSWORD 'right'");
      try (ResultSet rows = statement.executeQuery("SHOW hba_file")) {
        rows.next();
        hbaFile = rows.getString(1);
      }
      Path hba = Path.of(hbaFile);
      Files.writeString(
          hba, "host all " + PASSWORD_USER + " all scram-sha-256\n" + Files.readString(hba));
      String before = loaded();
      statement.execute("SELECT pg_reload_conf()");
      // It does so in its own time, and a new session has what the server had read by then.
      long end = System.nanoTime() + RELOAD.toNanos();
      while (loaded().equals(before)) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException("PostgreSQL doesn't read its settings again");
        }
        Thread.onSpinWait();
      }
    }
  }

  /** When the settings of a new session were read. */
  private String loaded() throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_conf_load_time()::text")) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** The server of this JVM. */
  public static synchronized PostgresServer shared() {
    if (shared == null) {
      try {
        String folder = System.getProperty("errata.test.postgres", "");
        shared =
            new PostgresServer(
                folder.isEmpty() ? startEmbedded() : startInstalled(Path.of(folder)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException("Cannot set up PostgreSQL for tests", e);
      }
    }
    return shared;
  }

  // Closed by its own shutdown hook, which also deletes its data.
  @SuppressWarnings("resource")
  private static int startEmbedded() throws IOException {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "off")
        .setServerConfig("deadlock_timeout", "100ms")
        .setServerConfig("max_connections", "60")
        .start()
        .getPort();
  }

  // Closed by its own shutdown hook, which also deletes its data.
  @SuppressWarnings("resource")
  private static int startInstalled(Path folder) {
    return PostgresProcess.start(
            folder, "fsync=off", "deadlock_timeout=100ms", "max_connections=60")
        .port();
  }

  /** The folder of its {@code initdb} and {@code pg_ctl}. */
  public Path programs() {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) {
      rows.next();
      return Path.of(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot ask where the programs of PostgreSQL are", e);
    }
  }

  public int port() {
    return port;
  }

  /** The JDBC URL of a database, without user. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Creates an empty database with a name of its own. */
  public String createDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot create a database for tests", e);
    }
    return name;
  }

  /** Connects as the superuser {@code postgres}. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "");
  }
}
