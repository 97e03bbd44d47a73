package io.errata.state.table.postgres;

import java.sql.SQLException;
import java.util.Optional;

/** Finds out who holds a lock that was not to be had. */
final class Blockers {
  private Blockers() {}

  /** The oldest other transaction with a lock that may be the one, for people. */
  static Optional<String> find(Session session, Table table) throws SQLException {
    return session.first(
        """
        SELECT format('process %s of user %s (%s), in transaction since %s UTC', a.pid, a.usename,
          coalesce(nullif(a.application_name, ''), 'unnamed application'), date_trunc('second', a.xact_start)::timestamp)
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.granted AND l.pid <> pg_backend_pid() AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND ((l.locktype = 'relation' AND l.relation = ?::oid AND l.mode <> 'AccessShareLock')
            OR (l.locktype = 'advisory' AND ((l.classid::bigint << 32) | l.objid::bigint) = ?))
        ORDER BY l.locktype = 'advisory' DESC, a.xact_start NULLS LAST, a.pid LIMIT 1
        """,
        r -> r.getString(1), table.oid(), table.lock());
  }
}
