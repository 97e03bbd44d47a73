package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.RowConditions;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/**
 * A live table in a CSV file. Planning only reads the file; apply and rollback replace it, and keep
 * a ledger and a lock beside it.
 */
final class CsvLiveTable implements LiveTable {
  /** For readings that nobody needs to end. */
  static final CsvWrite.Gate OPEN =
      new CsvWrite.Gate() {
        @Override
        public boolean closed() {
          return false;
        }

        @Override
        public void pass(Replacement replacement) throws IOException {
          replacement.run();
        }
      };

  private final LiveTableOptions options;
  private final CsvFile file;
  private final CsvWrite.Steps steps;
  private final Clock clock;
  private final Closing closing = new Closing();

  CsvLiveTable(LiveTableOptions options, CsvWrite.Steps steps, Clock clock) {
    this.options = options;
    this.file = new CsvFile(options);
    this.steps = steps;
    this.clock = clock;
  }

  @Override
  public TableDescription describe() {
    if (!options.set().isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot set columns of " + options.name() + ": a CSV table knows no SQL",
          "Remove table.set.");
    }
    return file.header().layout().table();
  }

  @Override
  public Snapshot openSnapshot(Optional<KeyRange> range, int parts) {
    TableDescription table = describe();
    owns(table);
    CsvSnapshot snapshot = CsvSnapshot.open(file, parts);
    return range.isEmpty() ? snapshot : snapshot.within(range.get(), table);
  }

  @Override
  public RowReader read(SnapshotSplit split) {
    TableDescription table = describe();
    Predicate<Row> wanted = owns(table).orElse(row -> true);
    return CsvRowReader.open(file, split, wanted);
  }

  @Override
  public List<Correction> outsideOwns(List<Correction.Insert> inserts) {
    Optional<Predicate<Row>> owns = owns(describe());
    return owns.isEmpty()
        ? List.of()
        : inserts.stream()
            .filter(insert -> !owns.get().test(insert.after()))
            .<Correction>map(insert -> insert)
            .toList();
  }

  private Optional<Predicate<Row>> owns(TableDescription table) {
    return options
        .ownsPredicate()
        .map(
            sql ->
                ServiceLoader.load(RowConditions.class, CsvLiveTable.class.getClassLoader())
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new ErrataException(
                                ErrorCode.INVALID_SPEC,
                                "Cannot read table.owns: " + sql + " (nothing here knows SQL)",
                                "Put errata-jobs on the class path, or remove table.owns."))
                    .parse(sql, table.values()));
  }

  @Override
  public WriteResult apply(WriteRequest request) {
    return write(request, Action.APPLY);
  }

  @Override
  public WriteResult rollback(WriteRequest request) {
    return write(request, Action.ROLLBACK);
  }

  private WriteResult write(WriteRequest request, Action action) {
    return new CsvWrite(file, request, action, options.lockTimeout(), closing, steps, clock).run();
  }

  @Override
  public List<LedgerEntry> history() {
    Path table = file.real();
    try {
      CsvLedger ledger = CsvLedger.read(table);
      Optional<CsvLedger.Write> open = ledger.open();
      if (open.isPresent()) {
        ledger.settle(open.get(), CsvSettlement.wasDone(file, table, ledger, open.get()));
      }
      return ledger.history(file.name());
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot read the ledger of " + file.name(), e);
    }
  }

  @Override
  public void close() {
    closing.close();
  }

  /** Keeps a write from happening after the table was closed, by whichever thread. */
  private static final class Closing implements CsvWrite.Gate {
    private volatile boolean closed;

    @Override
    public boolean closed() {
      return closed;
    }

    @Override
    public synchronized void pass(Replacement replacement) throws IOException {
      if (closed) {
        throw CsvErrors.cancelled();
      }
      replacement.run();
    }

    synchronized void close() {
      closed = true;
    }
  }
}
