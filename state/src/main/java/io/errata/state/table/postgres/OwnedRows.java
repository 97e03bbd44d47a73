package io.errata.state.table.postgres;

import io.errata.state.plan.Correction;
import io.errata.state.table.TableColumn;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Asks the database for which computed rows the predicate of a spec doesn't hold. */
final class OwnedRows {
  private static final int CHUNK = 500;

  private OwnedRows() {}

  static List<Correction> outside(
      Session session, Table table, String owns, List<Correction.Insert> inserts)
      throws SQLException {
    List<Correction> outside = new ArrayList<>();
    List<String> names = table.description().values().names();
    StringJoiner columns = new StringJoiner(", ");
    for (TableColumn column : table.columns()) {
      int place = names.indexOf(column.name());
      // What the computed row doesn't have is null in it.
      columns.add(
          (place < 0 ? "NULL" : "v.c" + place)
              + "::"
              + column.sqlType()
              + " AS "
              + SqlText.identifier(column.name()));
    }
    StringJoiner places = new StringJoiner(", ", "v (n, ", ")");
    for (int i = 0; i < names.size(); i++) {
      places.add("c" + i);
    }
    for (int from = 0; from < inserts.size(); from += CHUNK) {
      StringJoiner rows = new StringJoiner(", ");
      for (int n = from; n < Math.min(inserts.size(), from + CHUNK); n++) {
        StringJoiner row = new StringJoiner(", ", "(", ")");
        row.add(Integer.toString(n));
        for (String name : names) {
          Object value = inserts.get(n).after().value(name);
          row.add(
              value == null ? "NULL::text" : SqlText.literal(ValueText.print(value)) + "::text");
        }
        rows.add(row.toString());
      }
      String sql =
          "SELECT errata_n FROM (SELECT v.n AS errata_n, "
              + columns
              + " FROM (VALUES "
              + rows
              + ") AS "
              + places
              + ") AS "
              + table.alias()
              + " WHERE "
              + owns
              + " IS NOT TRUE ORDER BY errata_n";
      // In a transaction that is read only by itself and leaves nothing: the predicate is a spec's,
      // and could have changed the session's default.
      session.begin("READ ONLY");
      try {
        session.read(sql, r -> r.getInt(1)).forEach(n -> outside.add(inserts.get(n)));
      } finally {
        session.rollback();
      }
    }
    return outside;
  }
}
