package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds out how a transaction ended whose COMMIT got no answer: the ledger says it, once the
 * transaction has ended for certain. It has where its advisory lock is to be had, which it holds to
 * its end.
 */
final class Settlement {
  private static final long BUDGET_SECONDS = 30;
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 2000;

  private final Connections connections;
  private final Table table;
  private final Ledger ledger;
  private final Ledger.Written written;
  private final SQLException lost;

  Settlement(Connections connections, Table table, Ledger.Written written, SQLException lost) {
    this.connections = connections;
    this.table = table;
    this.ledger = new Ledger(table);
    this.written = written;
    this.lost = lost;
  }

  /**
   * How it ended, and a session to go on with.
   *
   * @param session open, without a transaction
   * @param committed whether all of it was written; else nothing was
   */
  record Settled(Session session, boolean committed) {}

  /**
   * Asks until the database answers, for a while.
   *
   * @param attempt what could not be done, such as {@code Cannot apply plan p}
   * @throws ErrataException UNKNOWN_OUTCOME where it can't be found out
   */
  Settled settle(String attempt) {
    long start = System.nanoTime();
    long wait = FIRST_WAIT_MILLIS;
    while (!connections.closed()
        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(BUDGET_SECONDS)) {
      Session session = null;
      try {
        session = connections.openWriting();
        Optional<Boolean> committed = ask(session, wait);
        if (committed.isPresent()) {
          return new Settled(session, committed.get());
        }
        // The lock was waited for as long as there would have been a pause.
        session.close();
      } catch (SQLException | ErrataException e) {
        lost.addSuppressed(e);
        if (session != null) {
          session.close();
        }
        connections.pause(wait);
      }
      wait = Math.min(LONGEST_WAIT_MILLIS, 2 * wait);
    }
    throw new ErrataException(
        ErrorCode.UNKNOWN_OUTCOME,
        attempt
            + ": the connection was lost at commit, and the database can't be asked how it ended",
        "Give the same command again when the database is back: it asks the ledger first, and writes nothing twice.",
        lost);
  }

  /** Whether it was committed; empty where it may still be. */
  private Optional<Boolean> ask(Session session, long waitMillis) throws SQLException {
    session.begin("ISOLATION LEVEL READ COMMITTED READ ONLY");
    try {
      session.execute("SET LOCAL lock_timeout TO " + waitMillis);
      session.query("SELECT pg_advisory_xact_lock(?)::text", r -> 1, table.lock());
      return Optional.of(committed(session));
    } catch (SQLException e) {
      if (!SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
        throw e;
      }
    } finally {
      session.rollback();
    }
    if (!inProgress(session)) {
      // Somebody else's apply holds the lock by now.
      return Optional.of(committed(session));
    }
    endAbandoned(session);
    return Optional.empty();
  }

  private boolean committed(Session session) throws SQLException {
    return ledger.find(session, written).isPresent();
  }

  private boolean inProgress(Session session) throws SQLException {
    try {
      return session
          .query("SELECT pg_xact_status(?::xid8)", r -> r.getString(1), written.transaction())
          .contains("in progress");
    } catch (SQLException e) {
      if (SqlErrors.connectionLost(e)) {
        throw e;
      }
      // The number is from before a crash that the server doesn't remember: the ledger alone knows.
      return false;
    }
  }

  /**
   * Where COMMIT never came to the server, and the server hasn't noticed that nobody is there any
   * more, its session waits for the next statement. Ending it makes sure that a COMMIT which is
   * still on its way finds nothing to commit.
   */
  private void endAbandoned(Session session) throws SQLException {
    session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE backend_xid = ?::xid8::xid AND state = 'idle in transaction' AND usename = current_user",
        r -> r.getBoolean(1),
        written.transaction());
  }
}
