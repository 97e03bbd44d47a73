package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LoadLimits;
import io.errata.state.table.Overload;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How busy the server is (PostgreSQL manual, section 27.2): of all its databases.
 *
 * @param sessions those of others that run a statement
 * @param replicas all that are connected
 * @param lag how far the last of them is behind with its replay; zero where all have nothing to do
 */
record Load(long sessions, long replicas, Duration lag) {
  /**
   * Others are those with another application name. A role sees the states of its own sessions
   * only, and of replicas no more than that they are there, unless it may read all statistics.
   */
  private static final String LOOK =
      """
      SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'), quote_ident(current_user),
        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active'
          AND application_name <> current_setting('application_name')),
        (SELECT count(*) FROM pg_stat_replication),
        (SELECT coalesce(max(extract(epoch FROM replay_lag)) * 1000, 0)::bigint FROM pg_stat_replication)
      """;

  private record Look(boolean allowed, String role, Load load) {}

  /**
   * @throws ErrataException FORBIDDEN where the role may not see it
   */
  static Load look(Session session) throws SQLException {
    Look look =
        session
            .read(
                LOOK,
                r ->
                    new Look(
                        r.getBoolean(1),
                        r.getString(2),
                        new Load(r.getLong(3), r.getLong(4), Duration.ofMillis(r.getLong(5)))))
            .get(0);
    if (!look.allowed()) {
      throw new ErrataException(
          ErrorCode.FORBIDDEN,
          "Cannot keep "
              + LoadLimits.LAG
              + " or "
              + LoadLimits.SESSIONS
              + ": role "
              + look.role()
              + " may not see the sessions of others, nor how far replicas are behind",
          "Let an administrator run this, or leave the limits out (docs/protecting.md):\n  GRANT pg_read_all_stats TO "
              + look.role()
              + ";");
    }
    return look.load();
  }

  Optional<Overload> above(LoadLimits limits) {
    if (limits.sessions() != null && sessions > limits.sessions()) {
      return Optional.of(
          new Overload(
              LoadLimits.SESSIONS,
              sessions
                  + " sessions of others are active in the database, and "
                  + limits.sessions()
                  + " are allowed"));
    }
    if (limits.lag() != null && lag.compareTo(limits.lag()) > 0) {
      return Optional.of(
          new Overload(
              LoadLimits.LAG,
              "a replica of the database is "
                  + lag
                  + " behind, and "
                  + limits.lag()
                  + " is allowed"));
    }
    return Optional.empty();
  }

  /** What can't be seen now, though there is a limit for it. */
  List<String> warnings(LoadLimits limits) {
    return limits.lag() != null && replicas == 0
        ? List.of(
            LoadLimits.LAG
                + " held nothing up when planning began: the database had no replica in pg_stat_replication.")
        : List.of();
  }
}
