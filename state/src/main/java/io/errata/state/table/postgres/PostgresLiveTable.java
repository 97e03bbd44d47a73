package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.Correction;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.Overload;
import io.errata.state.table.OverloadWait;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A live table in PostgreSQL. Planning uses sessions that can't write; only apply and rollback open
 * one that can.
 */
final class PostgresLiveTable implements LiveTable {
  private final LiveTableOptions options;
  private final Connections connections;
  private final TableCatalog catalog;
  private final Session planning;

  private PostgresLiveTable(LiveTableOptions options, Connections connections) {
    this.options = options;
    this.connections = connections;
    this.catalog = new TableCatalog(options);
    this.planning = connections.openReading();
  }

  static PostgresLiveTable open(LiveTableOptions options) {
    return new PostgresLiveTable(options, new Connections(options));
  }

  @Override
  public TableDescription describe() {
    return planning(
        "Cannot read what table " + options.name() + " is",
        () -> {
          Table table = catalog.find(planning);
          checkSet(table);
          return table.description();
        });
  }

  /** Lets the server parse the expressions as they will run. */
  private void checkSet(Table table) throws SQLException {
    for (Map.Entry<String, String> set : table.set().entrySet()) {
      planning.begin("READ ONLY");
      try {
        planning.useSearchPathOfRole();
        planning.parse(
            "UPDATE "
                + table.name()
                + " AS "
                + table.alias()
                + " SET "
                + SqlText.identifier(set.getKey())
                + " = "
                + set.getValue());
      } catch (SQLException e) {
        if (SqlErrors.connectionLost(e) || !SqlErrors.state(e).startsWith("42")) {
          throw e;
        }
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot use table.set." + set.getKey() + ": " + SqlErrors.said(e),
            "Write one SQL expression of the column's type.",
            e);
      } finally {
        planning.rollback();
      }
    }
  }

  @Override
  public Snapshot openSnapshot(Optional<KeyRange> range, int parts) {
    String owns = owns();
    Session session = connections.openReading();
    try {
      return TableSnapshot.open(session, catalog, owns, range, parts, options.load());
    } catch (SQLException e) {
      session.close();
      throw unread(e, "Cannot open a snapshot of table " + options.name());
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private String owns() {
    return options.ownsPredicate().map(sql -> Expression.of("table.owns", sql)).orElse("");
  }

  @Override
  public Optional<Overload> overload() {
    return options.load().isNone() ? Optional.empty() : load().above(options.load());
  }

  @Override
  public List<String> warnings() {
    return options.load().isNone() ? List.of() : load().warnings(options.load());
  }

  private Load load() {
    return planning("Cannot ask how busy the live table's database is", () -> Load.look(planning));
  }

  @Override
  public RowReader read(SnapshotSplit split) {
    return CopyRowReader.open(connections, catalog, split);
  }

  @Override
  public List<Correction> outsideOwns(List<Correction.Insert> inserts) {
    String owns = owns();
    if (owns.isEmpty() || inserts.isEmpty()) {
      return List.of();
    }
    return planning(
        "Cannot ask which rows table.owns excludes",
        () -> OwnedRows.outside(planning, catalog.find(planning), owns, inserts));
  }

  @Override
  public Instant timeOf(String query) {
    // In parentheses a query gives one value or none, or the server refuses it.
    String value = Expression.of("table.complete-to", query);
    return planning(
        "Cannot ask table.complete-to",
        () -> {
          planning.begin("READ ONLY");
          try {
            planning.useSearchPathOfRole();
            String text =
                planning
                    .read("SELECT " + value + "::timestamptz::text", r -> r.getString(1))
                    .get(0);
            if (text == null) {
              throw notATime("it gives no time", null);
            }
            return ValueText.timestamp(text);
          } catch (UnsupportedOperationException e) {
            throw notATime("it " + e.getMessage(), e);
          } catch (SQLException e) {
            String state = SqlErrors.state(e);
            if (state.startsWith("42") && !state.equals(SqlErrors.INSUFFICIENT_PRIVILEGE)
                || state.startsWith("21")
                || state.startsWith("22")) {
              throw notATime(SqlErrors.said(e), e);
            }
            throw e;
          } finally {
            planning.rollback();
          }
        });
  }

  private static ErrataException notATime(String reason, @Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot take a time from table.complete-to: " + reason,
        "Write a query that gives exactly one time, such as select max(loaded_to) from loads, or the time itself.",
        cause);
  }

  @Override
  public WriteResult apply(WriteRequest request) {
    awaitCalm(request);
    return GuardedWrite.run(connections, catalog, request, Action.APPLY);
  }

  /** Before anything is staged or locked: what waits here is in nobody's way. */
  private void awaitCalm(WriteRequest request) {
    if (options.load().isNone()
        || request.corrections().counts().total() == 0
        || find(request.plan()).filter(newest -> newest.action() == Action.APPLY).isPresent()) {
      return;
    }
    request.steps().begin("see how busy the database is");
    Optional<Overload> left =
        OverloadWait.of(
                options.load(),
                nanos -> connections.pause(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos))))
            .await("apply of plan " + request.plan(), this::overload);
    if (left.isPresent()) {
      throw left.get().error("Cannot apply plan " + request.plan(), options.load().patience());
    }
  }

  /** Doesn't wait for a quieter time: it is given where rows are wrong already. */
  @Override
  public WriteResult rollback(WriteRequest request) {
    return GuardedWrite.run(connections, catalog, request, Action.ROLLBACK);
  }

  @Override
  public List<LedgerEntry> history() {
    return planning(
        "Cannot read the ledger of table " + options.name(),
        () -> new Ledger(catalog.find(planning)).history(planning));
  }

  @Override
  public Optional<LedgerEntry> find(String planId) {
    return planning(
        "Cannot read the ledger of table " + options.name(),
        () -> new Ledger(catalog.find(planning)).newest(planning, planId));
  }

  @Override
  public void close() {
    connections.close();
  }

  private interface Reading<T> {
    T read() throws SQLException;
  }

  private <T> T planning(String attempt, Reading<T> reading) {
    try {
      return reading.read();
    } catch (SQLException e) {
      throw failed(e, attempt);
    }
  }

  private ErrataException unread(SQLException failure, String attempt) {
    if (!connections.closed() && SqlErrors.is(failure, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
      try {
        Optional<String> lacking = Rights.lackingToRead(planning, catalog.find(planning));
        if (lacking.isPresent()) {
          return SqlErrors.lacksARight(failure, attempt, lacking.get());
        }
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
    return failed(failure, attempt);
  }

  private ErrataException failed(SQLException failure, String attempt) {
    return connections.closed() ? Connections.cancelled() : SqlErrors.of(failure, attempt);
  }
}
