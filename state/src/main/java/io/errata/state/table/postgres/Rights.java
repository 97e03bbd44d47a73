package io.errata.state.table.postgres;

import io.errata.state.plan.CorrectionCounts;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.TableColumn.Origin;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the rights that a session's role lacks, as the SQL that grants them (PostgreSQL manual,
 * sections 5.8 and 9.27.2). Asked after a refusal, so that one look shows all that is missing.
 */
final class Rights {
  private final Session session;
  private final Table table;
  private final List<String> grants = new ArrayList<>();

  private Rights(Session session, Table table) {
    this.session = session;
    this.table = table;
  }

  /** What the role lacks to plan; empty where nothing was found. */
  static Optional<String> lackingToRead(Session session, Table table) throws SQLException {
    Rights rights = new Rights(session, table);
    rights.schema();
    rights.table(List.of("SELECT"), List.of());
    return rights.text();
  }

  /** What the role lacks to apply a plan or to roll it back; empty where nothing was found. */
  static Optional<String> lackingToWrite(
      Session session, Table table, Action action, CorrectionCounts counts) throws SQLException {
    Rights rights = new Rights(session, table);
    // Without it nothing in the schema can even be asked for by name.
    boolean usable = rights.schema();
    if (!rights.has("has_database_privilege(current_database(), 'TEMPORARY')")) {
      rights.grant("TEMPORARY ON DATABASE " + rights.name("current_database()"));
    }
    boolean apply = action == Action.APPLY;
    List<String> privileges = new ArrayList<>(List.of("SELECT"));
    if ((apply ? counts.insert() : counts.delete()) > 0) {
      privileges.add("INSERT");
    }
    if ((apply ? counts.delete() : counts.insert()) > 0) {
      privileges.add("DELETE");
    }
    // Also where nothing is updated: a row is locked by those only who may update a column.
    List<String> updated = new ArrayList<>();
    for (String column : table.description().compare()) {
      if (table.column(column).origin() != Origin.GENERATED) {
        updated.add(column);
      }
    }
    table.set().keySet().stream().sorted().forEach(updated::add);
    rights.table(privileges, updated);
    if (usable) {
      rights.ledger(new Ledger(table));
    }
    return rights.text();
  }

  private boolean schema() throws SQLException {
    boolean usable = has("has_schema_privilege(" + SqlText.literal(table.schema()) + ", 'USAGE')");
    if (!usable) {
      grant("USAGE ON SCHEMA " + name(SqlText.literal(table.schema())));
    }
    return usable;
  }

  private void table(List<String> privileges, List<String> updated) throws SQLException {
    List<String> lacking = new ArrayList<>();
    for (String privilege : privileges) {
      if (!has("has_table_privilege(" + table.oid() + "::oid, '" + privilege + "')")) {
        lacking.add(privilege);
      }
    }
    List<String> columns = new ArrayList<>();
    for (String column : updated) {
      if (!has(
          "has_column_privilege("
              + table.oid()
              + "::oid, "
              + SqlText.literal(column)
              + ", 'UPDATE')")) {
        columns.add(name(SqlText.literal(column)));
      }
    }
    if (!columns.isEmpty()) {
      lacking.add("UPDATE (" + String.join(", ", columns) + ")");
    }
    if (!lacking.isEmpty()) {
      grant(String.join(", ", lacking) + " ON " + table.name());
    }
  }

  /** Of a ledger that isn't there, its creation tells what is missing. */
  private void ledger(Ledger ledger) throws SQLException {
    if (!ledger.exists(session)) {
      return;
    }
    for (String name : List.of(ledger.entries(), ledger.rows())) {
      List<String> lacking = new ArrayList<>();
      for (String privilege : List.of("SELECT", "INSERT")) {
        // Null, where the table isn't there.
        if (!has(
            "coalesce(has_table_privilege(to_regclass("
                + SqlText.literal(name)
                + ")::oid, '"
                + privilege
                + "'), true)")) {
          lacking.add(privilege);
        }
      }
      if (!lacking.isEmpty()) {
        grant(String.join(", ", lacking) + " ON " + name);
      }
    }
  }

  private boolean has(String question) throws SQLException {
    return session.read("SELECT " + question, r -> r.getBoolean(1)).get(0);
  }

  private String name(String expression) throws SQLException {
    return session
        .read("SELECT quote_ident((" + expression + ")::text)", r -> r.getString(1))
        .get(0);
  }

  private void grant(String what) throws SQLException {
    grants.add("  GRANT " + what + " TO " + name("current_user") + ";");
  }

  private Optional<String> text() {
    return grants.isEmpty()
        ? Optional.empty()
        : Optional.of(
            grants.stream()
                .collect(
                    Collectors.joining(
                        "\n",
                        "Let the owner of the table run this, or use another role (docs/security.md):\n",
                        "")));
  }
}
