package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.Guards;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Conflict;
import io.errata.state.table.WriteResult.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The one transaction of an apply or rollback, up to its COMMIT: lock, ask the ledger, compare with
 * the guards, write, check, record. Whoever runs it ends the transaction.
 */
final class Attempt {
  private final Session session;
  private final TableCatalog catalog;
  private final WriteRequest request;
  private final Action action;

  Attempt(Session session, TableCatalog catalog, WriteRequest request, Action action) {
    this.session = session;
    this.catalog = catalog;
    this.request = request;
    this.action = action;
  }

  /**
   * What there is to do after the transaction.
   *
   * @param result as it will be when the transaction is committed, without the read-back
   * @param written the ledger row; empty where nothing was written and the transaction is to be
   *     rolled back
   */
  record Ended(WriteResult result, Optional<Ledger.Written> written) {}

  static String verb(Action action) {
    return action == Action.APPLY ? "Cannot apply" : "Cannot roll back";
  }

  private String attempt() {
    return verb(action) + " plan " + request.plan();
  }

  static Ended nothing(Outcome outcome, Optional<Long> ledger) {
    return new Ended(
        new WriteResult(outcome, WriteCounts.NONE, ledger, List.of(), WriteResult.Readback.NONE),
        Optional.empty());
  }

  /** What the ledger says that is to be done: empty where the plan is to be written. */
  static Optional<Ended> settled(
      Session session, Ledger ledger, WriteRequest request, Action action) throws SQLException {
    Optional<LedgerEntry> newest = ledger.newest(session, request.plan());
    if (newest.isPresent()) {
      return newest.get().action() == action
          ? Optional.of(nothing(Outcome.ALREADY_APPLIED, Optional.of(newest.get().id())))
          : Optional.empty();
    }
    return action == Action.APPLY || request.guards() == Guards.PLAN || ledger.isEmpty(session)
        ? Optional.empty()
        : Optional.of(nothing(Outcome.NOTHING_TO_DO, Optional.empty()));
  }

  static void checkFingerprint(Table table, WriteRequest request, Action action) {
    if (!table.description().fingerprint().equals(request.fingerprint())) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          verb(action)
              + " plan "
              + request.plan()
              + ": table "
              + table.name()
              + " was altered since, or is another one",
          "Make a new plan; nothing was written.");
    }
  }

  Ended run(Table staged) throws SQLException {
    session.begin("ISOLATION LEVEL READ COMMITTED READ WRITE");
    session.query("SELECT pg_advisory_xact_lock(?)::text", r -> 1, staged.lock());
    // From here on nobody can alter the table.
    session.execute("LOCK TABLE " + staged.name() + " IN ACCESS SHARE MODE");
    Table table = catalog.find(session);
    checkFingerprint(table, request, action);
    Ledger ledger = new Ledger(table);
    Optional<Ended> settled = settled(session, ledger, request, action);
    if (settled.isPresent()) {
      return settled.get();
    }
    Guards guards = action == Action.APPLY ? Guards.LEDGER : guards(ledger);
    Ended ended = write(table, ledger, guards);
    return new Ended(ended.result().guardedBy(guards), ended.written());
  }

  private Ended write(Table table, Ledger ledger, Guards guards) throws SQLException {
    Conflicts conflicts = new Conflicts(session, table);
    String changed =
        guards == Guards.PLAN ? conflicts.changedFromPlan() : conflicts.changedFromGuard();
    conflicts.lockRows();
    long marked = conflicts.mark(changed);
    CorrectionWriter writer = new CorrectionWriter(session, table, action);
    long deletes = writer.expected('D');
    long updates = writer.expected('U');
    long inserts = writer.expected('I');
    boolean ledgerLost =
        action == Action.ROLLBACK && ledger.newest(session, request.plan()).isEmpty();
    if (deletes + updates + inserts == 0 && ledgerLost) {
      // No row is as this plan leaves it, and nobody remembers that it was applied: it never was.
      return nothing(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    // That all rows are as this plan leaves them shows that it was applied; that some are doesn't:
    // live traffic may have made them so. Only a person knows then.
    boolean unproven = ledgerLost && request.guards() == Guards.LEDGER;
    if (marked > 0
        && (request.policy() == ConflictPolicy.ABORT
            || unproven
            || deletes + updates + inserts == 0)) {
      return conflict(conflicts, marked);
    }
    WriteCounts counts = write(writer, deletes, updates, inserts, marked);
    if (counts.written() == 0) {
      return conflict(conflicts, counts.conflicts());
    }
    checkWritten(table);
    ledger.create(session);
    Ledger.Written written = ledger.record(session, request, action, counts);
    ledger.recordRows(session, written.id());
    List<Conflict> listed = counts.conflicts() == 0 ? List.of() : conflicts.list();
    return new Ended(
        new WriteResult(
            Outcome.APPLIED, counts, Optional.of(written.id()), listed, WriteResult.Readback.NONE),
        Optional.of(written));
  }

  private static Ended conflict(Conflicts conflicts, long marked) throws SQLException {
    WriteResult result =
        new WriteResult(
            Outcome.CONFLICT,
            new WriteCounts(0, 0, 0, marked),
            Optional.empty(),
            conflicts.list(),
            WriteResult.Readback.NONE);
    return new Ended(result, Optional.empty());
  }

  /**
   * Takes the guards of a rollback from the ledger, where it has them; rows that it doesn't have
   * were skipped by the apply.
   */
  private Guards guards(Ledger ledger) throws SQLException {
    Optional<LedgerEntry> applied = ledger.newest(session, request.plan());
    if (applied.isEmpty() || !ledger.hasRows(session, applied.get().id())) {
      return Guards.PLAN;
    }
    session.execute(
        "UPDATE "
            + Stage.NAME
            + " s SET errata_guard = r.after_digest, errata_listed = true FROM "
            + ledger.rows()
            + " r WHERE r.ledger = "
            + applied.get().id()
            + " AND r.key_digest = s.errata_key");
    session.execute("DELETE FROM " + Stage.NAME + " WHERE errata_listed IS NOT TRUE");
    return Guards.LEDGER;
  }

  private WriteCounts write(
      CorrectionWriter writer, long deletes, long updates, long inserts, long marked)
      throws SQLException {
    List<String> restored =
        action == Action.ROLLBACK && updates > 0 ? writer.restored() : List.of();
    session.useSearchPathOfRole();
    check("deleted", deletes, deletes == 0 ? 0 : writer.delete());
    check("updated", updates, updates == 0 ? 0 : writer.update(restored));
    long inserted = inserts == 0 ? 0 : writer.insert(request.policy(), inserts);
    if (request.policy() == ConflictPolicy.ABORT) {
      check("inserted", inserts, inserted);
    }
    // Now and not at the commit, so that what deferred triggers do is seen by the check and the
    // ledger.
    session.execute("SET CONSTRAINTS ALL IMMEDIATE");
    session.useEmptySearchPath();
    return new WriteCounts(inserted, updates, deletes, marked + inserts - inserted);
  }

  private void check(String done, long expected, long actual) {
    if (expected != actual) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          String.format(
              Locale.ROOT,
              "%s: %d rows were %s (%d); a trigger, rule or policy of the table keeps rows back",
              attempt(),
              actual,
              done,
              expected),
          "See what is defined on the table; nothing was written.");
    }
  }

  private void checkWritten(Table table) throws SQLException {
    List<String> wrong = new Readback(session, table, action).wrong();
    if (!wrong.isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          attempt()
              + ": rows would not be as planned, such as "
              + wrong.get(0)
              + "; a trigger or a generated column of "
              + table.name()
              + " changes what is written",
          "Leave such columns out of table.compare, or disable the trigger for Errata's role; nothing was written.");
    }
  }
}
