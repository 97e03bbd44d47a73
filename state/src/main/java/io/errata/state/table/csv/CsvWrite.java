package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Guards;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Conflict;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.state.table.WriteResult.Readback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One apply or rollback: under a lock, it compares the rows with their guards, writes what the file
 * is going to be into a draft beside it, records that in the ledger, puts the draft in the file's
 * place, and reads it back. Until the draft is in its place nothing has happened; from then on
 * everything has.
 */
final class CsvWrite {
  static final Logger LOG = LoggerFactory.getLogger("io.errata.state.table.csv");

  private final CsvFile file;
  private final WriteRequest request;
  private final Action action;
  private final Duration lockTimeout;
  private final Gate gate;
  private final Steps steps;
  private final Clock clock;
  private final String attempt;

  /** Where a write has come to; what a crash may lie between. */
  enum Step {
    LOCKED,
    DRAFT_BEGUN,
    DRAFT_WRITTEN,
    LEDGER_BEGUN,
    LEDGER_WRITTEN,
    REPLACED,
    COMMITTED
  }

  /** Is told of each step. */
  interface Steps {
    Steps UNWATCHED = step -> {};

    void reached(Step step);
  }

  /** Lets a write through, unless the table was closed. */
  interface Gate {
    boolean closed();

    /**
     * Does it where the table is open, and holds up a close meanwhile.
     *
     * @throws ErrataException CANCELLED where the table is closed
     */
    void pass(Replacement replacement) throws IOException;

    /** The one thing that changes the table. */
    interface Replacement {
      void run() throws IOException;
    }
  }

  CsvWrite(
      CsvFile file,
      WriteRequest request,
      Action action,
      Duration lockTimeout,
      Gate gate,
      Steps steps,
      Clock clock) {
    this.file = file;
    this.request = request;
    this.action = action;
    this.lockTimeout = lockTimeout;
    this.gate = gate;
    this.steps = steps;
    this.clock = clock;
    this.attempt =
        (action == Action.APPLY ? "Cannot apply plan " : "Cannot roll back plan ") + request.plan();
  }

  WriteResult run() {
    if (request.corrections().counts().total() == 0) {
      return without(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    Path table = file.real();
    try (CsvLock lock = CsvLock.acquire(table, lockTimeout, attempt, gate::closed)) {
      steps.reached(Step.LOCKED);
      return run(table);
    } catch (IOException e) {
      throw CsvErrors.failed(attempt, e);
    }
  }

  private WriteResult run(Path table) throws IOException {
    request.steps().begin("write the rows");
    CsvLedger ledger = CsvLedger.read(table);
    Optional<CsvLedger.Write> open = ledger.open();
    if (open.isPresent()) {
      ledger.end(open.get(), CsvSettlement.wasDone(file, table, ledger, open.get()));
    }
    Files.deleteIfExists(CsvFiles.draft(table));
    List<LedgerEntry> history = ledger.history(file.name());
    Optional<LedgerEntry> newest =
        history.stream().filter(entry -> entry.plan().equals(request.plan())).findFirst();
    if (newest.isPresent() && newest.get().action() == action) {
      return without(Outcome.ALREADY_APPLIED, Optional.of(newest.get().id()));
    }
    if (newest.isEmpty()
        && action == Action.ROLLBACK
        && request.guards() == Guards.LEDGER
        && !history.isEmpty()) {
      return without(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    CsvFile.Header header = file.header();
    checkFingerprint(header.layout());
    CsvRowText text = new CsvRowText(header.layout().table(), file.delimiter());
    CsvChanges changes = new CsvChanges(header.layout(), text, request, attempt);
    if (action == Action.APPLY) {
      return write(table, ledger, new Comparison(changes.ofApply()), text, newest.isEmpty());
    }
    Optional<Map<Digest, Optional<Digest>>> rows =
        newest.isEmpty() ? Optional.empty() : ledger.rowsOf(newest.get());
    return write(table, ledger, new Comparison(changes.ofRollback(rows)), text, newest.isEmpty())
        .guardedBy(rows.isEmpty() ? Guards.PLAN : Guards.LEDGER);
  }

  private void checkFingerprint(CsvLayout layout) {
    if (!layout.table().fingerprint().equals(request.fingerprint())) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          attempt + ": table " + file.name() + " was altered since, or is another one",
          "Make a new plan; nothing was written.");
    }
  }

  /**
   * What the guards say.
   *
   * @param unknown whether the ledger doesn't have the plan
   */
  private WriteResult write(
      Path table, CsvLedger ledger, Comparison comparison, CsvRowText text, boolean unknown)
      throws IOException {
    CsvPass.Read read = CsvPass.over(file, table, comparison, gate);
    comparison.end();
    List<Conflict> listed = comparison.listed(read.layout());
    long conflicts = comparison.conflicts.size();
    if (comparison.agreed.isEmpty() && action == Action.ROLLBACK && unknown) {
      // No row is as this plan leaves it, and nobody remembers that it was applied: it never was.
      return without(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    // As PostgreSQL's: some rows that are as this plan leaves them don't show that it was applied.
    boolean unproven = action == Action.ROLLBACK && unknown && request.guards() == Guards.LEDGER;
    if (conflicts > 0
        && (request.policy() == ConflictPolicy.ABORT || unproven || comparison.agreed.isEmpty())) {
      WriteCounts none = new WriteCounts(0, 0, 0, conflicts);
      return new WriteResult(Outcome.CONFLICT, none, Optional.empty(), listed, Readback.NONE);
    }
    CsvDraft.Written draft;
    Path path = CsvFiles.draft(table);
    CsvLedger.Write write = null;
    try {
      try (CsvDraft writing = CsvDraft.open(table, path, text, comparison.agreed)) {
        steps.reached(Step.DRAFT_BEGUN);
        CsvPass.Read again = CsvPass.over(file, table, writing, gate);
        if (!again.digest().equals(read.digest())) {
          throw CsvErrors.changed(file.name(), "it was written");
        }
        draft = writing.finish();
      }
      steps.reached(Step.DRAFT_WRITTEN);
      WriteCounts counts =
          new WriteCounts(draft.inserted(), draft.updated(), draft.deleted(), conflicts);
      write =
          new CsvLedger.Write(
              entry(ledger, counts), read.digest(), draft.digest(), draft.rows().size());
      ledger.begin(write, draft.rows(), () -> steps.reached(Step.LEDGER_BEGUN));
      steps.reached(Step.LEDGER_WRITTEN);
      replace(table, path, read.digest());
    } catch (IOException | RuntimeException e) {
      undo(table, ledger, write, path, e);
      throw e;
    }
    steps.reached(Step.REPLACED);
    commit(table, ledger, write);
    steps.reached(Step.COMMITTED);
    Readback readback = CsvReadback.read(file, table, write, draft);
    return new WriteResult(
        Outcome.APPLIED, write.entry().counts(), Optional.of(write.entry().id()), listed, readback);
  }

  private LedgerEntry entry(CsvLedger ledger, WriteCounts counts) {
    return new LedgerEntry(
        ledger.nextId(),
        request.plan(),
        action,
        request.seal(),
        file.name(),
        request.worker(),
        request.from(),
        request.to(),
        counts,
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        System.getProperty("user.name", "unknown"));
  }

  private void replace(Path table, Path draft, Digest before) throws IOException {
    FileState state = FileState.of(table);
    if (!CsvFile.digest(table).equals(Optional.of(before))) {
      throw CsvErrors.changed(file.name(), "it was written");
    }
    gate.pass(
        () -> {
          // Between this look and the replacement lies as little as there can be: a writer that
          // doesn't take the lock could only come in here.
          if (!FileState.of(table).equals(state)) {
            throw CsvErrors.changed(file.name(), "it was written");
          }
          CsvDraft.moveTo(table, draft);
        });
  }

  /** Takes back what was prepared. */
  private static void undo(
      Path table,
      CsvLedger ledger,
      CsvLedger.@Nullable Write write,
      Path draft,
      Exception because) {
    try {
      Files.deleteIfExists(draft);
      if (write != null
          && ledger.open().isPresent()
          && CsvFile.digest(table).equals(Optional.of(write.before()))) {
        ledger.end(write, false);
      }
    } catch (IOException e) {
      // The next command finds out by the digests.
      because.addSuppressed(e);
    }
  }

  private void commit(Path table, CsvLedger ledger, CsvLedger.Write write) {
    try {
      CsvDraft.forceFolder(table);
      ledger.end(write, true);
    } catch (IOException e) {
      // The file is replaced, and by its digest whoever reads the ledger knows that.
      LOG.warn(
          "Plan {} is applied to {}, but the ledger could not be told; the next command settles that",
          request.plan(),
          file.name(),
          e);
    }
  }

  private static WriteResult without(Outcome outcome, Optional<Long> ledger) {
    return new WriteResult(outcome, WriteCounts.NONE, ledger, List.of(), Readback.NONE);
  }

  /** Finds out which changes meet the row that they need. */
  private final class Comparison implements CsvPass.Visitor {
    private final Map<String, CsvChange> wanted;
    private final Map<String, CsvChange> agreed = new LinkedHashMap<>();
    private final Map<String, Long> seen = new LinkedHashMap<>();
    private final List<Found> conflicts = new ArrayList<>();

    Comparison(Map<String, CsvChange> wanted) {
      this.wanted = wanted;
    }

    /** A row that is not as it has to be. */
    private record Found(Row key, String reason) {}

    @Override
    public void row(CsvLayout layout, CsvRecords records, List<@Nullable String> texts) {
      Row key = layout.key(texts, records.line());
      String place = layout.place(key);
      CsvChange change = wanted.get(place);
      if (change == null) {
        return;
      }
      Long first = seen.put(place, records.line());
      if (first != null) {
        throw CsvErrors.invalid(
            attempt
                + ": two rows of "
                + file.name()
                + " have one key, "
                + layout.text(key)
                + " in lines "
                + first
                + " and "
                + records.line(),
            "Take the copy out of the file, and plan again; nothing was written.");
      }
      if (!change.needsRow()) {
        conflicts.add(new Found(change.key(), "there is a row already"));
      } else if (!change.guards(layout, texts, records.line())) {
        conflicts.add(new Found(change.key(), "the row was changed"));
      } else {
        agreed.put(place, change);
      }
    }

    /** Judges the changes whose row was not met. */
    void end() {
      wanted.forEach(
          (place, change) -> {
            if (seen.containsKey(place)) {
              return;
            }
            if (change.needsRow()) {
              conflicts.add(new Found(change.key(), "the row is gone"));
            } else {
              agreed.put(place, change);
            }
          });
    }

    List<Conflict> listed(CsvLayout layout) {
      conflicts.sort(Comparator.comparing(Found::key, new KeyOrder()));
      return conflicts.stream()
          .limit(WriteResult.LISTED)
          .map(found -> new Conflict(layout.text(found.key()), found.reason()))
          .toList();
    }
  }
}
