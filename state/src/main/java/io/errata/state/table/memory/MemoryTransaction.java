package io.errata.state.table.memory;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.table.Image;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Conflict;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.state.table.WriteResult.Readback;
import io.errata.state.table.memory.MemoryStore.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One apply or rollback, for which the store is locked. Its changes are collected and become
 * visible at once.
 */
final class MemoryTransaction {
  private final MemoryStore store;
  private final MemoryTable table;
  private final TableDescription description;
  private final WriteRequest request;
  private final Map<String, @Nullable List<@Nullable String>> changes = new TreeMap<>();
  private final List<Found> conflicts = new ArrayList<>();
  private long inserted;
  private long updated;
  private long deleted;

  MemoryTransaction(
      MemoryStore store, MemoryTable table, TableDescription description, WriteRequest request) {
    this.store = store;
    this.table = table;
    this.description = description;
    this.request = request;
  }

  WriteResult apply() {
    Optional<Written> last = last();
    if (last.isPresent() && last.get().entry().action() == Action.APPLY) {
      return without(Outcome.ALREADY_APPLIED, last);
    }
    if (request.corrections().counts().total() == 0) {
      return without(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    requireSameTable("apply");
    forEachCorrection("apply", this::apply);
    return commit(Action.APPLY);
  }

  WriteResult rollback() {
    Optional<Written> last = last();
    if (last.isEmpty()) {
      return without(Outcome.NOTHING_TO_DO, Optional.empty());
    }
    if (last.get().entry().action() == Action.ROLLBACK) {
      return without(Outcome.ALREADY_APPLIED, last);
    }
    requireSameTable("roll back");
    Map<String, Optional<Digest>> after = last.get().after();
    forEachCorrection(
        "roll back",
        correction -> {
          String place = table.place(correction.key(description.key()));
          Optional<Digest> guard = after.get(place);
          // A row that the apply left out as a conflict is not the plan's to undo.
          if (guard != null) {
            change(place, correction, guard, before(correction).map(Image::texts));
          }
        });
    return commit(Action.ROLLBACK);
  }

  private void apply(Correction correction) {
    String place = table.place(correction.key(description.key()));
    Optional<List<@Nullable String>> planned = Optional.empty();
    if (correction instanceof Correction.Insert insert) {
      List<@Nullable String> texts = new ArrayList<>();
      for (TableColumn column : table.columns()) {
        Row after = insert.after();
        texts.add(
            after.schema().has(column.name())
                ? MemoryText.print(column, after.value(column.name()))
                : null);
      }
      planned = Optional.of(texts);
    } else if (correction instanceof Correction.Update update) {
      List<@Nullable String> texts = new ArrayList<>(update.before().image().texts());
      for (String name : description.compare()) {
        int ordinal = table.ordinal(name);
        texts.set(
            ordinal, MemoryText.print(table.columns().get(ordinal), update.after().value(name)));
      }
      planned = Optional.of(texts);
    }
    change(place, correction, before(correction).map(Image::digest), planned);
  }

  /**
   * Plans to put a row in a place, or none, where the row that the guard stands for is there, or
   * none.
   */
  private void change(
      String place,
      Correction correction,
      Optional<Digest> guard,
      Optional<List<@Nullable String>> planned) {
    List<@Nullable String> there = table.rows().get(place);
    if (guard.isEmpty() && there != null) {
      conflicts.add(new Found(correction.key(description.key()), "there is a row already"));
    } else if (guard.isPresent() && there == null) {
      conflicts.add(new Found(correction.key(description.key()), "the row is gone"));
    } else if (guard.isPresent() && !new Image(there).digest().equals(guard.get())) {
      conflicts.add(new Found(correction.key(description.key()), "the row was changed"));
    } else {
      planned.ifPresent(this::requireNotNull);
      changes.put(place, planned.orElse(null));
      if (guard.isEmpty()) {
        inserted++;
      } else if (planned.isEmpty()) {
        deleted++;
      } else {
        updated++;
      }
    }
  }

  private WriteResult commit(Action action) {
    conflicts.sort(Comparator.comparing(Found::key, this::compareKeys));
    List<Conflict> listed =
        conflicts.stream()
            .limit(WriteResult.LISTED)
            .map(c -> new Conflict(text(c.key()), c.reason()))
            .toList();
    if (!conflicts.isEmpty() && (request.policy() == ConflictPolicy.ABORT || changes.isEmpty())) {
      WriteCounts none = new WriteCounts(0, 0, 0, conflicts.size());
      return new WriteResult(Outcome.CONFLICT, none, Optional.empty(), listed, Readback.NONE);
    }
    WriteCounts counts = new WriteCounts(inserted, updated, deleted, conflicts.size());
    long id = store.ledger().size() + 1;
    Map<String, Optional<Digest>> after = new TreeMap<>();
    changes.forEach(
        (place, texts) ->
            after.put(place, Optional.ofNullable(texts).map(t -> new Image(t).digest())));
    LedgerEntry entry =
        new LedgerEntry(
            id,
            request.plan(),
            action,
            request.seal(),
            description.name(),
            request.worker(),
            request.from(),
            request.to(),
            counts,
            // The store has no clock, so that what it does is the same every time.
            Instant.ofEpochSecond(id),
            "memory");
    store.tables().put(description.name(), table.with(changes));
    store.ledger().add(new Written(entry, after));
    return new WriteResult(Outcome.APPLIED, counts, Optional.of(id), listed, readBack(after));
  }

  private Readback readBack(Map<String, Optional<Digest>> after) {
    MemoryTable committed = store.tables().get(description.name());
    long verified = 0;
    List<String> differing = new ArrayList<>();
    for (Map.Entry<String, Optional<Digest>> row : after.entrySet()) {
      Optional<Digest> found =
          Optional.ofNullable(committed.rows().get(row.getKey()))
              .map(texts -> new Image(texts).digest());
      if (found.equals(row.getValue())) {
        verified++;
      } else {
        differing.add(row.getKey());
      }
    }
    return new Readback(verified, 0, differing);
  }

  private Optional<Written> last() {
    Optional<Written> last = Optional.empty();
    for (Written written : store.ledger()) {
      if (written.entry().plan().equals(request.plan())
          && written.entry().table().equals(description.name())) {
        last = Optional.of(written);
      }
    }
    return last;
  }

  private void requireSameTable(String verb) {
    if (!description.fingerprint().equals(request.fingerprint())) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot "
              + verb
              + " plan "
              + request.plan()
              + ": table "
              + description.name()
              + " was altered since",
          "Plan again.");
    }
  }

  private void requireNotNull(List<@Nullable String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i) == null && !table.columns().get(i).nullable()) {
        throw new ErrataException(
            ErrorCode.INVALID_TABLE,
            "Cannot write a row of "
                + description.name()
                + ": column "
                + table.columns().get(i).name()
                + " is NOT NULL",
            "Compute the column in the worker, or let it be null.");
      }
    }
  }

  private void forEachCorrection(String verb, Consumer<Correction> action) {
    CorrectionCounts counts = CorrectionCounts.NONE;
    SetDigest digest = SetDigest.EMPTY;
    try (CorrectionReader reader = request.corrections().open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        counts = counts.plus(CorrectionCounts.of(next.get()));
        digest = digest.add(next.get().digest());
        action.accept(next.get());
      }
    }
    if (!counts.equals(request.corrections().counts())
        || !digest.equals(request.corrections().digest())) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot "
              + verb
              + " plan "
              + request.plan()
              + ": its corrections are not those that it was sealed with",
          "Plan again.");
    }
  }

  private static Optional<Image> before(Correction correction) {
    if (correction instanceof Correction.Update update) {
      return Optional.of(update.before().image());
    }
    return correction instanceof Correction.Delete delete
        ? Optional.of(delete.before().image())
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private int compareKeys(Row left, Row right) {
    for (int i = 0; i < left.schema().size(); i++) {
      int order = ((Comparable<Object>) left.value(i)).compareTo(right.value(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private String text(Row key) {
    List<String> texts = new ArrayList<>();
    for (String name : description.key()) {
      texts.add(name + "=" + MemoryText.print(description.column(name), key.value(name)));
    }
    return String.join(", ", texts);
  }

  private static WriteResult without(Outcome outcome, Optional<Written> last) {
    return new WriteResult(
        outcome, WriteCounts.NONE, last.map(w -> w.entry().id()), List.of(), Readback.NONE);
  }

  /** A row that is not as it was expected. */
  private record Found(Row key, String reason) {}
}
