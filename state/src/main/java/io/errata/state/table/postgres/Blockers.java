package io.errata.state.table.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Finds out who holds a lock that was not to be had. */
final class Blockers {
  private static final String WHO =
      """
      format('process %s of user %s (%s), in transaction since %s UTC', a.pid, a.usename,
          coalesce(nullif(a.application_name, ''), 'unnamed application'), date_trunc('second', a.xact_start)::timestamp)
      """;

  private Blockers() {}

  /**
   * For people, the first staged row that a transaction under way has locked or written, and that
   * transaction. Rows that several have locked together have no number of one transaction.
   */
  static Optional<String> ofARow(Session session, Table table) throws SQLException {
    return session.first(
        "SELECT 'the row with ' || "
            + Conflicts.keyText(table, "s")
            + " || ' is locked by ' || "
            + WHO
            + " FROM "
            + Stage.NAME
            + " s JOIN "
            + table.name()
            + " t ON "
            + table.match("t", "s")
            + " JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.pid <> pg_backend_pid()"
            + " AND l.transactionid = t.xmax JOIN pg_stat_activity a ON a.pid = l.pid ORDER BY "
            + Conflicts.keyOrder(table, "s")
            + " LIMIT 1",
        Blockers::text);
  }

  /** For people, the oldest other transaction with a lock on the table, which may be the one. */
  static Optional<String> ofTheTable(Session session, Table table) throws SQLException {
    return session.first(
        "SELECT 'it may be held by ' || "
            + WHO
            + """
              FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
              WHERE l.granted AND l.pid <> pg_backend_pid()
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND ((l.locktype = 'relation' AND l.relation = ?::oid AND l.mode <> 'AccessShareLock')
                  OR (l.locktype = 'advisory' AND ((l.classid::bigint << 32) | l.objid::bigint) = ?))
              ORDER BY l.locktype = 'advisory' DESC, a.xact_start NULLS LAST, a.pid LIMIT 1
              """,
        Blockers::text,
        table.oid(),
        table.lock());
  }

  private static String text(ResultSet row) throws SQLException {
    return row.getString(1);
  }
}
