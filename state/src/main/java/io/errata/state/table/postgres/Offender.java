package io.errata.state.table.postgres;

import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the row that breaks a constraint, by writing halves of the plan in a transaction that is
 * never committed. The server names the constraint only, and its DETAIL has other columns' values.
 */
final class Offender {
  private final Session session;
  private final Table table;
  private final Action action;

  Offender(Session session, Table table, Action action) {
    this.session = session;
    this.table = table;
    this.action = action;
  }

  /** The key of one such row; empty where no row alone breaks it, or the search itself fails. */
  Optional<String> find(String state) {
    try {
      session.begin("ISOLATION LEVEL READ COMMITTED READ WRITE");
      try {
        return search(state);
      } finally {
        session.rollback();
      }
    } catch (SQLException e) {
      Connections.LOG.debug("Could not find the row that breaks the constraint", e);
      return Optional.empty();
    }
  }

  private Optional<String> search(String state) throws SQLException {
    long from = 1;
    long to =
        session
            .read("SELECT coalesce(max(errata_number), 0) FROM " + Stage.NAME, r -> r.getLong(1))
            .get(0);
    while (from < to) {
      long middle = from + (to - from) / 2;
      if (breaks(from, middle, state)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    if (!breaks(from, to, state)) {
      return Optional.empty();
    }
    return session
        .read(
            "SELECT "
                + Conflicts.keyText(table, "s")
                + " FROM "
                + Stage.NAME
                + " s WHERE s.errata_number = "
                + from,
            r -> r.getString(1))
        .stream()
        .findFirst();
  }

  private boolean breaks(long from, long to, String state) throws SQLException {
    CorrectionWriter part = new CorrectionWriter(session, table, action).part(from, to);
    session.execute("SAVEPOINT part");
    try {
      session.useSearchPathOfRole();
      part.delete();
      part.update(action == Action.ROLLBACK ? part.restored() : List.of());
      part.insert(ConflictPolicy.ABORT, 0);
      session.execute("SET CONSTRAINTS ALL IMMEDIATE");
      return false;
    } catch (SQLException e) {
      if (!SqlErrors.is(e, state)) {
        throw e;
      }
      return true;
    } finally {
      session.execute("ROLLBACK TO SAVEPOINT part");
    }
  }
}
