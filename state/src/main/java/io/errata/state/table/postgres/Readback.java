package io.errata.state.table.postgres;

import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteResult;
import java.sql.SQLException;
import java.util.List;

/** Compares written rows with what they have to be, by joining the staging table with the table. */
final class Readback {
  private final Session session;
  private final Table table;
  private final Action action;

  Readback(Session session, Table table, Action action) {
    this.session = session;
    this.table = table;
    this.action = action;
  }

  /** What has to equal the staged {@code errata_expected}. */
  private String actual() {
    return action == Action.APPLY ? table.values("t") : table.image("t");
  }

  private String leftJoin() {
    return " LEFT JOIN " + table.name() + " t ON " + table.match("t", "s");
  }

  /** Before the commit: keys of rows, at most a few, that are not as they have to be. */
  List<String> wrong() throws SQLException {
    return session.read(
        "SELECT "
            + Conflicts.keyText(table, "s")
            + " FROM "
            + Stage.NAME
            + " s"
            + leftJoin()
            + " WHERE s.errata_conflict IS NULL AND CASE WHEN s.errata_op = 'D' THEN t.tableoid IS NOT NULL"
            + " ELSE t.tableoid IS NULL OR "
            + actual()
            + " IS DISTINCT FROM s.errata_expected END ORDER BY "
            + Conflicts.keyOrder(table, "s")
            + " LIMIT 3",
        r -> r.getString(1));
  }

  /**
   * After the commit: the ledger tells which rows were written, and which of them others have
   * written since.
   */
  WriteResult.Readback read(Ledger ledger, long entry) throws SQLException {
    String verdict =
        "CASE WHEN s.errata_op = 'D' THEN CASE WHEN t.tableoid IS NULL THEN 'verified' ELSE 'since' END"
            + " WHEN t.tableoid IS NULL THEN CASE WHEN r.after_digest IS NULL THEN 'differing' ELSE 'since' END"
            + " WHEN "
            + actual()
            + " = s.errata_expected THEN 'verified'"
            + " WHEN "
            + table.image("t")
            + " = r.after_digest THEN 'differing' ELSE 'since' END";
    String judged =
        " FROM (SELECT s.*, "
            + verdict
            + " AS verdict FROM "
            + Stage.NAME
            + " s JOIN "
            + ledger.rows()
            + " r ON r.ledger = "
            + entry
            + " AND r.key_digest = s.errata_key"
            + leftJoin()
            + ") AS s";
    session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY");
    long[] counts =
        session
            .read(
                "SELECT count(*) FILTER (WHERE verdict = 'verified'), count(*) FILTER (WHERE verdict = 'since'),"
                    + " count(*) FILTER (WHERE verdict = 'differing')"
                    + judged,
                r -> new long[] {r.getLong(1), r.getLong(2), r.getLong(3)})
            .get(0);
    List<String> differing =
        counts[2] == 0
            ? List.of()
            : session.read(
                "SELECT "
                    + Conflicts.keyText(table, "s")
                    + judged
                    + " WHERE verdict = 'differing' ORDER BY "
                    + Conflicts.keyOrder(table, "s")
                    + " LIMIT "
                    + WriteResult.LISTED,
                r -> r.getString(1));
    session.commit();
    return new WriteResult.Readback(counts[0], counts[1], differing);
  }
}
