package io.errata.state.table.postgres;

import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Conflict;
import java.sql.SQLException;
import java.util.List;
import java.util.StringJoiner;

/** Locks the rows that are to be written, and marks those that are no longer as they have to be. */
final class Conflicts {
  /**
   * A row that was deleted and inserted again after the others were locked. It may be as it has to
   * be; but nobody is kept from writing it before it is written here.
   */
  private static final String NOT_LOCKED = "t.xmax <> pg_current_xact_id()::xid";

  private final Session session;
  private final Table table;

  Conflicts(Session session, Table table) {
    this.session = session;
    this.table = table;
  }

  /** Locks in key order, so that two who write the same rows never wait for each other. */
  void lockRows() throws SQLException {
    StringJoiner order = new StringJoiner(", ");
    for (int i = 0; i < table.description().key().size(); i++) {
      order.add("s." + Stage.key(i));
    }
    session.read(
        "SELECT count(*) FROM (SELECT 1 FROM "
            + table.name()
            + " t JOIN "
            + Stage.NAME
            + " s ON "
            + table.match("t", "s")
            + " ORDER BY "
            + order
            + " FOR UPDATE OF t) AS locked",
        r -> 1);
  }

  /** A row whose digest is not the staged one was changed. */
  String changedFromGuard() {
    return table.image("t") + " IS DISTINCT FROM s.errata_guard";
  }

  /**
   * A row that isn't as the plan would have written it was changed: where the ledger's digests are
   * lost. Columns that the database or {@code set} fills can't be known then.
   */
  String changedFromPlan() {
    StringBuilder changed =
        new StringBuilder(table.values("t") + " IS DISTINCT FROM s.errata_applied");
    for (int i = 0; i < table.columns().size(); i++) {
      TableColumn column = table.columns().get(i);
      if (!table.description().values().has(column.name())
          && !table.set().containsKey(column.name())
          && column.origin() != Origin.GENERATED) {
        changed.append(
            " OR (s.errata_op = 'U' AND t."
                + SqlText.identifier(column.name())
                + "::text IS DISTINCT FROM s."
                + Stage.before(i)
                + ")");
      }
    }
    return changed.toString();
  }

  /**
   * Marks the rows in conflict, all by one look at the table: between two, a row that was gone for
   * the first could be there for the second, and be taken for one that was locked.
   *
   * @param changed a condition over the table {@code t} and the staged row {@code s}
   * @return how many there are
   */
  long mark(String changed) throws SQLException {
    return session.execute(
        "UPDATE "
            + Stage.NAME
            + " AS marked SET errata_conflict = found.reason FROM (SELECT s.errata_number,"
            + " CASE WHEN s.errata_op = 'I' THEN CASE WHEN t.xmax IS NOT NULL THEN 'there is a row already' END"
            + " WHEN t.xmax IS NULL THEN 'the row is gone'"
            + " WHEN "
            + changed
            + " OR "
            + NOT_LOCKED
            + " THEN 'the row was changed' END AS reason FROM "
            + Stage.NAME
            + " s LEFT JOIN "
            + table.name()
            + " t ON "
            + table.match("t", "s")
            + ") AS found WHERE found.errata_number = marked.errata_number AND found.reason IS NOT NULL");
  }

  /** The first rows in conflict, in key order. */
  List<Conflict> list() throws SQLException {
    return session.read(
        "SELECT "
            + keyText(table, "s")
            + ", s.errata_conflict FROM "
            + Stage.NAME
            + " s WHERE s.errata_conflict IS NOT NULL ORDER BY "
            + keyOrder(table, "s")
            + " LIMIT "
            + WriteResult.LISTED,
        r -> new Conflict(r.getString(1), r.getString(2)));
  }

  /** The staged key for people. */
  static String keyText(Table table, String stage) {
    StringBuilder text = new StringBuilder();
    List<String> key = table.description().key();
    for (int i = 0; i < key.size(); i++) {
      text.append(i == 0 ? "" : " || ")
          .append(SqlText.literal((i == 0 ? "" : ", ") + key.get(i) + "="))
          .append(" || " + stage + "." + Stage.key(i) + "::text");
    }
    return text.toString();
  }

  /** Texts by code point: the same order in every database. */
  static String keyOrder(Table table, String stage) {
    StringJoiner order = new StringJoiner(", ");
    List<String> key = table.description().key();
    for (int i = 0; i < key.size(); i++) {
      Storage storage = table.column(key.get(i)).storage();
      boolean text = storage == Storage.TEXT || storage == Storage.PADDED_TEXT;
      order.add(stage + "." + Stage.key(i) + (text ? "::text COLLATE \"C\"" : ""));
    }
    return order.toString();
  }
}
