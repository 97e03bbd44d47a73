package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LiveTableOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens sessions, and ends all that are open when it is closed, by whichever thread. */
final class Connections implements AutoCloseable {
  static final Logger LOG = LoggerFactory.getLogger("io.errata.state.table.postgres");

  private static final int OLDEST = 14;
  private static final int CONNECT_SECONDS = 10;
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(60);
  private static final Duration LONGEST_GRACE = Duration.ofSeconds(60);
  private static final Duration SHORTEST_GRACE = Duration.ofSeconds(5);

  /** What the texts of values depend on, and what would end a session behind our back. */
  private static final String SETTINGS =
      """
      SET TimeZone TO 'UTC';
      SET DateStyle TO 'ISO, MDY';
      SET IntervalStyle TO 'postgres';
      SET extra_float_digits TO 1;
      SET bytea_output TO 'hex';
      SET xmloption TO content;
      SET lc_monetary TO 'C';
      SET standard_conforming_strings TO on;
      SET row_security TO off;
      SET tcp_keepalives_idle TO 30;
      SET tcp_keepalives_interval TO 10;
      SET tcp_keepalives_count TO 3;
      SET search_path TO ''""";

  /** A parameter of a URL wins over {@link #properties()}. */
  private static final Pattern ROWS_IN_MESSAGES = Pattern.compile("[?&]logServerErrorDetail=");

  /** A snapshot is held open as long as its readers take. */
  private static final String READING =
      """
      SET default_transaction_read_only TO on;
      SET idle_in_transaction_session_timeout TO 0""";

  private final LiveTableOptions options;
  private final Set<Session> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);

  Connections(LiveTableOptions options) {
    this.options = options;
  }

  /** A session that can't write, whatever SQL it is given. */
  Session openReading() {
    return open(READING);
  }

  /**
   * A session that holds no lock for long once its client is gone, however that went: between two
   * statements of a transaction there is nothing to wait for.
   */
  Session openWriting() {
    return open(
        "SET default_transaction_read_only TO off; SET idle_in_transaction_session_timeout TO "
            + idleLimit().toMillis());
  }

  private Duration idleLimit() {
    Duration statement = options.statementTimeout();
    return statement.isZero() || statement.compareTo(LONGEST_IDLE) > 0 ? LONGEST_IDLE : statement;
  }

  /** Waits, but not longer than until this is closed. */
  void pause(long millis) {
    try {
      // Whether it was closed is for the next statement or question to find out.
      closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  boolean closed() {
    return closing.getCount() == 0;
  }

  private Session open(String mode) {
    if (closed()) {
      throw cancelled();
    }
    String attempt = "Cannot connect to the live table's database";
    if (ROWS_IN_MESSAGES.matcher(options.url()).find()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          attempt + ": logServerErrorDetail in its URL would put values of rows into messages",
          "Leave it out of table.jdbc.url.");
    }
    Connection connection = null;
    try {
      connection = new Driver().connect(options.url(), properties());
      if (connection == null) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            attempt + ": the URL is not one of PostgreSQL's",
            "Write table.jdbc.url as jdbc:postgresql://host:port/database.");
      }
      Session session = prepare(connection, mode);
      open.add(session);
      if (closed()) {
        session.abort();
        throw cancelled();
      }
      return session;
    } catch (SQLException e) {
      abort(connection);
      throw SqlErrors.of(e, attempt);
    } catch (RuntimeException e) {
      abort(connection);
      throw e;
    }
  }

  private Session prepare(Connection connection, String mode) throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    if (version < OLDEST) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          "Cannot use the live table's database: PostgreSQL "
              + version
              + " ("
              + OLDEST
              + " or newer)",
          "Upgrade the database.");
    }
    try (Statement statement = connection.createStatement()) {
      String path;
      try (ResultSet rows =
          statement.executeQuery("SELECT pg_catalog.current_setting('search_path')")) {
        rows.next();
        path = rows.getString(1);
      }
      List<String> schemas;
      try (ResultSet rows = statement.executeQuery("SELECT pg_catalog.current_schemas(false)")) {
        rows.next();
        schemas = List.of((String[]) rows.getArray(1).getArray());
      }
      statement.execute(SETTINGS);
      statement.execute(mode);
      statement.execute("SET lock_timeout TO " + options.lockTimeout().toMillis());
      statement.execute("SET statement_timeout TO " + options.statementTimeout().toMillis());
      if (version >= 17) {
        statement.execute("SET transaction_timeout TO 0");
      }
      noticeGoneClient(statement);
      return new Session(this, connection, path, schemas);
    }
  }

  /**
   * Lets the server look now and then whether there still is a client, also while a statement runs
   * or waits for a lock.
   */
  private static void noticeGoneClient(Statement statement) throws SQLException {
    try {
      statement.execute("SET client_connection_check_interval TO '2s'");
    } catch (SQLException e) {
      if (SqlErrors.connectionLost(e)) {
        throw e;
      }
      LOG.debug("The server can't look for clients that are gone on its system", e);
    }
  }

  private Properties properties() {
    Properties properties = new Properties();
    if (options.user() != null) {
      properties.setProperty("user", options.user());
    }
    if (options.password() != null) {
      properties.setProperty("password", options.password().reveal());
    }
    properties.setProperty("ApplicationName", "errata");
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    // Neither names for statements, which poolers lose, nor rows in the text of exceptions.
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty("logServerErrorDetail", "false");
    if (!options.statementTimeout().isZero()) {
      long seconds = options.statementTimeout().plus(grace()).toSeconds();
      properties.setProperty(
          "socketTimeout", Long.toString(Math.min(seconds, Integer.MAX_VALUE / 1000)));
    }
    return properties;
  }

  /**
   * How much longer than the server itself an answer is waited for. The server ends a statement
   * first; this is for one that is no longer there.
   */
  private Duration grace() {
    Duration statement = options.statementTimeout();
    return statement.compareTo(LONGEST_GRACE) > 0 || statement.isZero()
        ? LONGEST_GRACE
        : statement.compareTo(SHORTEST_GRACE) < 0 ? SHORTEST_GRACE : statement;
  }

  /**
   * How long the answer to COMMIT is waited for. All that takes long was done before it, and where
   * the answer doesn't come the ledger can be asked.
   */
  Duration commitLimit() {
    return grace();
  }

  void forget(Session session) {
    open.remove(session);
  }

  @Override
  public void close() {
    closing.countDown();
    for (Session session : open) {
      session.abort();
      open.remove(session);
    }
  }

  static ErrataException cancelled() {
    return new ErrataException(
        ErrorCode.CANCELLED,
        "Cannot go on: the live table was closed",
        "Give the command again if that was not meant.");
  }

  private static void abort(@org.jspecify.annotations.Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("Could not abort the connection", e);
      }
    }
  }
}
