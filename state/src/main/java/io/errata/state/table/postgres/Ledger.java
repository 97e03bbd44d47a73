package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * The tables {@code errata_ledger} and {@code errata_ledger_row} in the live table's schema; {@code
 * ledger.sql} has them.
 */
final class Ledger {
  private static final String COLUMNS =
      "id, plan, action, seal, table_name, worker, window_from, window_to, inserted, updated, deleted, conflicts,"
          + " written_at, written_by";

  private final Table table;
  private final String entries;
  private final String rows;

  Ledger(Table table) {
    this.table = table;
    this.entries = table.beside("errata_ledger");
    this.rows = table.beside("errata_ledger_row");
  }

  /** The qualified name of the table of applies and rollbacks. */
  String entries() {
    return entries;
  }

  /** The qualified name of the table of written rows. */
  String rows() {
    return rows;
  }

  /** What a transaction wrote into the ledger. */
  record Written(long id, String token, String transaction) {}

  boolean exists(Session session) throws SQLException {
    return there(session, entries);
  }

  private static boolean there(Session session, String name) throws SQLException {
    return session.query("SELECT to_regclass(?) IS NOT NULL", r -> r.getBoolean(1), name).get(0);
  }

  /**
   * Whether nothing at all is known of earlier writes to this table: it is new, or the ledger was
   * lost.
   */
  boolean isEmpty(Session session) throws SQLException {
    return !exists(session)
        || session
            .query(
                "SELECT 1 FROM " + entries + " WHERE table_name = ? LIMIT 1", r -> 1, table.name())
            .isEmpty();
  }

  /** Whether the written rows of an entry are there. */
  boolean hasRows(Session session, long entry) throws SQLException {
    return there(session, rows)
        && !session
            .query("SELECT 1 FROM " + rows + " WHERE ledger = ? LIMIT 1", r -> 1, entry)
            .isEmpty();
  }

  List<LedgerEntry> history(Session session) throws SQLException {
    if (!exists(session)) {
      return List.of();
    }
    return session.query(
        "SELECT " + COLUMNS + " FROM " + entries + " WHERE table_name = ? ORDER BY id DESC",
        Ledger::entry,
        table.name());
  }

  Optional<LedgerEntry> newest(Session session, String plan) throws SQLException {
    if (!exists(session)) {
      return Optional.empty();
    }
    return session.first(
        "SELECT "
            + COLUMNS
            + " FROM "
            + entries
            + " WHERE table_name = ? AND plan = ? ORDER BY id DESC LIMIT 1",
        Ledger::entry,
        table.name(),
        plan);
  }

  Optional<Long> find(Session session, Written written) throws SQLException {
    if (!exists(session)) {
      return Optional.empty();
    }
    return session.first(
        "SELECT id FROM " + entries + " WHERE id = ? AND token = ?::uuid",
        r -> r.getLong(1),
        written.id(),
        written.token());
  }

  private static LedgerEntry entry(ResultSet row) throws SQLException {
    return new LedgerEntry(
        row.getLong("id"),
        row.getString("plan"),
        Action.valueOf(row.getString("action")),
        row.getString("seal"),
        row.getString("table_name"),
        row.getString("worker"),
        instant(row, "window_from"),
        instant(row, "window_to"),
        new WriteCounts(
            row.getLong("inserted"),
            row.getLong("updated"),
            row.getLong("deleted"),
            row.getLong("conflicts")),
        instant(row, "written_at"),
        row.getString("written_by"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** Creates what is missing, in the session's transaction. */
  void create(Session session) throws SQLException {
    if (exists(session) && there(session, rows)) {
      return;
    }
    // Applies to other tables of the schema may be here as well, and IF NOT EXISTS is no protection
    // against that.
    session.query(
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))::text",
        r -> 1,
        "errata ledger " + entries);
    String ddl = ddl();
    try {
      session.execute(ddl);
    } catch (SQLException e) {
      if (!SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
        throw e;
      }
      throw new ErrataException(
          ErrorCode.FORBIDDEN,
          "Cannot create the ledger beside "
              + table.name()
              + ": the role lacks a right: "
              + SqlErrors.said(e),
          "Let a database administrator run this, and grant the role SELECT and INSERT on both tables:\n"
              + ddl,
          e);
    }
  }

  private String ddl() {
    try (InputStream resource = Ledger.class.getResourceAsStream("ledger.sql")) {
      if (resource == null) {
        throw new IllegalStateException("ledger.sql is not beside its class");
      }
      String text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      return text.replace("${schema}", SqlText.identifier(table.schema()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the entry of the session's transaction. */
  Written record(Session session, WriteRequest request, Action action, WriteCounts counts)
      throws SQLException {
    return session
        .query(
            "INSERT INTO "
                + entries
                + " (plan, action, seal, table_name, worker, window_from, window_to, inserted, updated, deleted, conflicts)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id, token::text, transaction_id::text",
            r -> new Written(r.getLong(1), r.getString(2), r.getString(3)),
            request.plan(),
            action.name(),
            request.seal(),
            table.name(),
            request.worker(),
            request.from().atOffset(ZoneOffset.UTC),
            request.to().atOffset(ZoneOffset.UTC),
            counts.inserted(),
            counts.updated(),
            counts.deleted(),
            counts.conflicts())
        .get(0);
  }

  /** Records what each written row is like now. */
  void recordRows(Session session, long entry) throws SQLException {
    session.execute(
        "INSERT INTO "
            + rows
            + " (ledger, key_digest, after_digest) SELECT "
            + entry
            + ", s.errata_key, CASE WHEN t.tableoid IS NOT NULL THEN "
            + table.image("t")
            + " END FROM "
            + Stage.NAME
            + " s LEFT JOIN "
            + table.name()
            + " t ON "
            + table.match("t", "s")
            + " WHERE s.errata_conflict IS NULL");
  }
}
