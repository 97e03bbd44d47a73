package io.errata.it;

import io.errata.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/** Sessions of somebody else that have a statement running until they are ended. */
final class BusySessions implements AutoCloseable {
  private static final String CANCELLED = "57014";
  private static final long SECONDS = 30;

  private final List<Connection> connections = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<SQLException> failures = new ArrayList<>();
  private final Database database;

  private BusySessions(Database database) {
    this.database = database;
  }

  static BusySessions start(Database database, int sessions) {
    BusySessions busy = new BusySessions(database);
    try {
      for (int i = 0; i < sessions; i++) {
        Connection connection = PostgresServer.shared().connect(database.name());
        busy.connections.add(connection);
        Thread thread = new Thread(() -> busy.work(connection), "busy-session-" + i);
        busy.threads.add(thread);
        thread.start();
      }
    } catch (SQLException e) {
      busy.close();
      throw new IllegalStateException(e);
    }
    busy.awaitActive(sessions);
    return busy;
  }

  private void work(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_sleep(3600)");
    } catch (SQLException e) {
      if (!CANCELLED.equals(e.getSQLState())) {
        synchronized (failures) {
          failures.add(e);
        }
      }
    }
  }

  private void awaitActive(int sessions) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    String active =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(%'";
    while (!Integer.toString(sessions).equals(database.query(active).get(0).get(0))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("The sessions don't become active");
      }
      Thread.onSpinWait();
    }
  }

  /** Cancels what they run. */
  void end() {
    try {
      for (Connection connection : connections) {
        connection.unwrap(PGConnection.class).cancelQuery();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (Connection connection : connections) {
        connection.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.clear();
    threads.clear();
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.get(0));
    }
  }

  @Override
  public void close() {
    end();
  }
}
