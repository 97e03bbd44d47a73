package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs an apply or rollback: stages, tries the transaction until it ends one way or the other, and
 * reads back.
 */
final class GuardedWrite {
  private static final int ATTEMPTS = 6;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2000;

  private final Connections connections;
  private final TableCatalog catalog;
  private final WriteRequest request;
  private final Action action;
  private final String attempt;
  private Session session;
  private @Nullable Table found;

  private GuardedWrite(
      Connections connections, TableCatalog catalog, WriteRequest request, Action action) {
    this.connections = connections;
    this.catalog = catalog;
    this.request = request;
    this.action = action;
    this.attempt = Attempt.verb(action) + " plan " + request.plan();
    this.session = connections.openWriting();
  }

  static WriteResult run(
      Connections connections, TableCatalog catalog, WriteRequest request, Action action) {
    if (request.corrections().counts().total() == 0) {
      return Attempt.nothing(Outcome.NOTHING_TO_DO, Optional.empty()).result();
    }
    GuardedWrite write = new GuardedWrite(connections, catalog, request, action);
    try {
      return write.run();
    } catch (SQLException e) {
      throw write.failed(e);
    } finally {
      write.session.close();
    }
  }

  private WriteResult run() throws SQLException {
    Table table = catalog.find(session);
    found = table;
    // Asked again under the lock; here it saves the staging.
    Optional<Attempt.Ended> settled = Attempt.settled(session, new Ledger(table), request, action);
    if (settled.isPresent()) {
      return settled.get().result();
    }
    Attempt.checkFingerprint(table, request, action);
    request.steps().begin("stage the corrections");
    stage(table);
    request.steps().begin("write the rows");
    Attempt.Ended ended = attempt(table);
    if (ended.written().isEmpty()) {
      return ended.result();
    }
    request.steps().begin("read the rows back");
    return readBack(table, ended.result());
  }

  private void stage(Table table) throws SQLException {
    try {
      Stage.fill(session, table, request, action);
    } catch (SQLException e) {
      if (SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
        throw locked(e, () -> Blockers.ofTheTable(session, table));
      }
      throw e;
    }
  }

  private Attempt.Ended attempt(Table table) throws SQLException {
    for (int i = 1; ; i++) {
      Attempt.Ended ended;
      try {
        ended = new Attempt(session, catalog, request, action).run(table);
      } catch (SQLException e) {
        if (SqlErrors.connectionLost(e)) {
          throw e;
        }
        session.rollbackAfter(e);
        if (i < ATTEMPTS && (SqlErrors.retryable(e) || insertedSince(table, e))) {
          Connections.LOG.info(
              "Plan {} met other transactions ({}), attempt {}",
              request.plan(),
              e.getSQLState(),
              i);
          connections.pause(Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << i));
          continue;
        }
        if (SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
          throw locked(
              e,
              () -> {
                Optional<String> holder = Blockers.ofARow(session, table);
                return holder.isPresent() ? holder : Blockers.ofTheTable(session, table);
              });
        }
        if (SqlErrors.constraint(e).isPresent()) {
          throw broken(table, e);
        }
        throw SqlErrors.valueRefused(e) ? unfit(table, e) : failed(e);
      } catch (RuntimeException e) {
        session.rollbackAfter(e);
        throw e;
      }
      if (ended.written().isEmpty()) {
        session.rollback();
        return ended;
      }
      try {
        session.commit();
        return ended;
      } catch (SQLException e) {
        if (SqlErrors.connectionLost(e)) {
          settle(table, ended.written().get(), e);
          return ended;
        }
        session.rollbackAfter(e);
        throw failed(e);
      }
    }
  }

  /**
   * Whether a unique violation was somebody's insert of a staged key: the next attempt then finds
   * the conflict.
   */
  private boolean insertedSince(Table table, SQLException failure) throws SQLException {
    if (!SqlErrors.is(failure, SqlErrors.UNIQUE_VIOLATION)) {
      return false;
    }
    return session
        .read(
            "SELECT EXISTS (SELECT 1 FROM "
                + Stage.NAME
                + " s JOIN "
                + table.name()
                + " t ON "
                + table.match("t", "s")
                + " WHERE s.errata_op = 'I')",
            r -> r.getBoolean(1))
        .get(0);
  }

  /** Finds out how a transaction ended whose COMMIT got no answer, and fails where it did. */
  private void settle(Table table, Ledger.Written written, SQLException lost) {
    session.close();
    Settlement.Settled settled = new Settlement(connections, table, written, lost).settle(attempt);
    session = settled.session();
    if (!settled.committed()) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          attempt
              + ": the connection was lost at commit, and the transaction was rolled back; nothing was written",
          "Give the command again.",
          lost);
    }
  }

  private WriteResult readBack(Table table, WriteResult result) {
    try {
      // A new session after an unknown outcome has no staging table.
      if (session.query("SELECT to_regclass(?) IS NULL", r -> r.getBoolean(1), Stage.NAME).get(0)) {
        Stage.fill(session, table, request, action);
      }
      long ledger = result.ledger().orElseThrow();
      WriteResult.Readback readback =
          new Readback(session, table, action).read(new Ledger(table), ledger);
      Stage.drop(session);
      return new WriteResult(
          result.outcome(),
          result.counts(),
          result.ledger(),
          result.conflicts(),
          readback,
          result.guards());
    } catch (SQLException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read back plan "
              + request.plan()
              + ", which was written (ledger row "
              + result.ledger().orElseThrow()
              + "): "
              + SqlErrors.of(e, "reading failed").getMessage(),
          "The plan is applied; check the table with errata verify.",
          e);
    }
  }

  private interface Question {
    Optional<String> ask() throws SQLException;
  }

  private ErrataException locked(SQLException failure, Question holder) {
    Optional<String> held = Optional.empty();
    try {
      held = holder.ask();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        attempt
            + ": a lock was not to be had in time"
            + held.map(h -> "; " + h).orElse("")
            + " (lock time-out)",
        "Wait for that transaction to end, or raise the lock time-out; nothing was written.",
        failure);
  }

  private ErrataException broken(Table table, SQLException failure) {
    String row =
        new Offender(session, table, action)
            .find(SqlErrors.state(failure))
            .map(key -> " by the row with " + key)
            .orElse("");
    return new ErrataException(
        ErrorCode.INVALID_TABLE,
        attempt
            + ": constraint "
            + SqlErrors.constraint(failure).orElseThrow()
            + " would be broken"
            + row
            + " ("
            + SqlErrors.said(failure)
            + ")",
        "Correct the worker or the constraint; nothing was written.",
        failure);
  }

  private ErrataException unfit(Table table, SQLException failure) {
    Optional<String> row = new Offender(session, table, action).find(SqlErrors.state(failure));
    return row.isPresent()
        ? SqlErrors.of(failure, attempt + ": the row with " + row.get() + " can't be written")
        : failed(failure);
  }

  private ErrataException failed(SQLException failure) {
    if (connections.closed()) {
      return Connections.cancelled();
    }
    if (found != null && SqlErrors.is(failure, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
      try {
        Optional<String> lacking =
            Rights.lackingToWrite(session, found, action, request.corrections().counts());
        if (lacking.isPresent()) {
          return SqlErrors.lacksARight(failure, attempt, lacking.get());
        }
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
    return SqlErrors.of(failure, attempt);
  }
}
