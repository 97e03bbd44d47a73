package io.errata.state.table.postgres;

import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Writes the staged rows that are not in conflict: one DELETE, one UPDATE, one INSERT, which touch
 * no other row. They run with the role's search path, for the sake of triggers and {@code set}
 * expressions; therefore their own operators are qualified.
 */
final class CorrectionWriter {

  private final Session session;
  private final Table table;
  private final Action action;
  private final String unmarked;

  CorrectionWriter(Session session, Table table, Action action) {
    this(session, table, action, "");
  }

  private CorrectionWriter(Session session, Table table, Action action, String part) {
    this.session = session;
    this.table = table;
    this.action = action;
    this.unmarked = "s.errata_conflict IS NULL" + part + " AND s.errata_op OPERATOR(pg_catalog.=) ";
  }

  /** Writes only the rows of the stage from a number to another, both inclusive. */
  CorrectionWriter part(long from, long to) {
    return new CorrectionWriter(
        session,
        table,
        action,
        " AND s.errata_number OPERATOR(pg_catalog.>=) "
            + from
            + "::bigint AND s.errata_number OPERATOR(pg_catalog.<=) "
            + to
            + "::bigint");
  }

  /** How many rows are to be written by a statement. */
  long expected(char operation) throws SQLException {
    return session
        .read(
            "SELECT count(*) FROM " + Stage.NAME + " s WHERE " + unmarked + "'" + operation + "'",
            r -> r.getLong(1))
        .get(0);
  }

  long delete() throws SQLException {
    return session.execute(
        "DELETE FROM "
            + table.name()
            + " AS "
            + table.alias()
            + " USING "
            + Stage.NAME
            + " s WHERE "
            + table.match(table.alias(), "s")
            + " AND "
            + unmarked
            + "'D'");
  }

  long update(List<String> restored) throws SQLException {
    StringJoiner assignments = new StringJoiner(", ");
    if (action == Action.APPLY) {
      List<String> compare = table.description().compare();
      for (int i = 0; i < compare.size(); i++) {
        if (table.column(compare.get(i)).origin() != Origin.GENERATED) {
          assignments.add(SqlText.identifier(compare.get(i)) + " = s." + Stage.compared(i));
        }
      }
      table
          .set()
          .forEach((column, sql) -> assignments.add(SqlText.identifier(column) + " = " + sql));
    } else {
      for (String column : restored) {
        int ordinal = table.ordinal(column);
        assignments.add(SqlText.identifier(column) + " = " + beforeValue(ordinal));
      }
    }
    return session.execute(
        "UPDATE "
            + table.name()
            + " AS "
            + table.alias()
            + " SET "
            + assignments
            + " FROM "
            + Stage.NAME
            + " s WHERE "
            + table.match(table.alias(), "s")
            + " AND "
            + unmarked
            + "'U'");
  }

  /**
   * The columns that a rollback writes: those that the apply wrote, and others that differ from the
   * before image because a trigger wrote them too. Asking first keeps a role that may write some
   * columns only from being refused.
   */
  List<String> restored() throws SQLException {
    List<String> restored = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    StringJoiner questions = new StringJoiner(", ");
    for (int i = 0; i < table.columns().size(); i++) {
      TableColumn column = table.columns().get(i);
      if (column.origin() == Origin.GENERATED
          || table.description().key().contains(column.name())) {
        continue;
      }
      if (table.description().compare().contains(column.name())
          || table.set().containsKey(column.name())) {
        restored.add(column.name());
      } else {
        asked.add(column.name());
        questions.add(
            "coalesce(bool_or(t."
                + SqlText.identifier(column.name())
                + "::text IS DISTINCT FROM s."
                + Stage.before(i)
                + "), false)");
      }
    }
    if (!asked.isEmpty()) {
      session.read(
          "SELECT "
              + questions
              + " FROM "
              + table.name()
              + " t JOIN "
              + Stage.NAME
              + " s ON "
              + table.match("t", "s")
              + " WHERE s.errata_op = 'U' AND s.errata_conflict IS NULL",
          r -> {
            for (int i = 0; i < asked.size(); i++) {
              if (r.getBoolean(i + 1)) {
                restored.add(asked.get(i));
              }
            }
            return 1;
          });
    }
    return restored;
  }

  /**
   * Inserts. With {@link ConflictPolicy#SKIP}, a row that somebody else inserted in the meantime is
   * marked instead.
   *
   * @return rows inserted
   */
  long insert(ConflictPolicy policy, long expected) throws SQLException {
    String insert = action == Action.APPLY ? insertComputed() : insertBefore();
    if (policy == ConflictPolicy.ABORT) {
      return session.execute(insert);
    }
    StringJoiner key = new StringJoiner(", ");
    StringJoiner same = new StringJoiner(" AND ");
    List<String> columns = table.description().key();
    for (int i = 0; i < columns.size(); i++) {
      String name = SqlText.identifier(columns.get(i));
      key.add(name);
      same.add("i." + name + " OPERATOR(pg_catalog.=) s." + Stage.key(i));
    }
    long skipped =
        session.execute(
            "WITH i AS ("
                + insert
                + " ON CONFLICT ("
                + key
                + ") DO NOTHING RETURNING "
                + key
                + ") UPDATE "
                + Stage.NAME
                + " s SET errata_conflict = 'there is a row already' WHERE "
                + unmarked
                + "'I' AND NOT EXISTS (SELECT 1 FROM i WHERE "
                + same
                + ")");
    return expected - skipped;
  }

  private String insertComputed() {
    Map<String, String> values = new LinkedHashMap<>();
    StringJoiner row = new StringJoiner(", ");
    for (TableColumn column : table.columns()) {
      String name = SqlText.identifier(column.name());
      int key = table.description().key().indexOf(column.name());
      int compared = table.description().compare().indexOf(column.name());
      if (key < 0 && compared < 0) {
        // Set expressions may name any column: of a row that is not there yet, the others are null.
        row.add("NULL::" + column.sqlType() + " AS " + name);
        continue;
      }
      row.add("s." + (key >= 0 ? Stage.key(key) : Stage.compared(compared)) + " AS " + name);
      if (column.origin() != Origin.GENERATED) {
        values.put(column.name(), table.alias() + "." + name);
      }
    }
    values.putAll(table.set());
    return insert(
        values,
        "(SELECT "
            + row
            + " FROM "
            + Stage.NAME
            + " s WHERE "
            + unmarked
            + "'I') AS "
            + table.alias());
  }

  private String insertBefore() {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).origin() != Origin.GENERATED) {
        values.put(table.columns().get(i).name(), beforeValue(i));
      }
    }
    return insert(values, Stage.NAME + " s WHERE " + unmarked + "'I'");
  }

  private String insert(Map<String, String> values, String source) {
    StringJoiner columns = new StringJoiner(", ");
    StringJoiner expressions = new StringJoiner(", ");
    values.forEach(
        (column, sql) -> {
          columns.add(SqlText.identifier(column));
          expressions.add(sql);
        });
    boolean identity =
        values.keySet().stream().anyMatch(c -> table.column(c).origin() == Origin.IDENTITY);
    return "INSERT INTO "
        + table.name()
        + " ("
        + columns
        + ")"
        + (identity ? " OVERRIDING SYSTEM VALUE" : "")
        + " SELECT "
        + expressions
        + " FROM "
        + source;
  }

  private String beforeValue(int ordinal) {
    return "s." + Stage.before(ordinal) + "::" + table.columns().get(ordinal).sqlType();
  }
}
