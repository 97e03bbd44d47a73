package io.errata.jobs.graph;

import io.errata.api.Effect;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.Worker;
import io.errata.connectors.event.EventRecord;
import io.errata.jobs.aggregate.AggregateState;
import io.errata.jobs.aggregate.CombinableAggregateWorker;
import io.errata.jobs.graph.WorkerWatch.Step;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.plan.Correction;
import io.errata.state.plan.Diff;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replays one key at a time: {@link #take} for each of its records by {@link ReplayOrder}, then
 * {@link #finish}. Used by one thread.
 */
final class KeyReplay {
  private final ReplayWorker worker;
  private final TableDescription table;
  private final boolean owns;
  private final Consumer<Outcome> out;
  private final WorkerWatch watch;

  private @Nullable RuntimeException failed;
  private @Nullable LiveRow live;
  private KeyedRecord.@Nullable Base base;
  private @Nullable Row keyRow;
  private @Nullable Worker<Object> last;
  private @Nullable Object state;
  private @Nullable EventRecord lastEvent;
  private @Nullable EventRecord lastFolded;
  private boolean barred;
  private final List<EventRecord> ties = new ArrayList<>();
  private long tiesAt;

  KeyReplay(
      ReplayWorker worker,
      TableDescription table,
      boolean owns,
      Consumer<Outcome> out,
      WorkerWatch watch) {
    this.watch = watch;
    this.worker = worker;
    this.table = table;
    this.owns = owns;
    this.out = out;
  }

  /**
   * Takes the next record of the key.
   *
   * @param timestamp of {@link ReplayOrder}, never less than that of the record before
   */
  void take(KeyedRecord record, long timestamp) {
    if (record instanceof KeyedRecord.Live row) {
      if (live != null) {
        throw twoRows(table);
      }
      live = row.row();
    } else if (record instanceof KeyedRecord.Base row) {
      base = row;
      keyRow = row.keyRow();
    } else if (record instanceof KeyedRecord.Barred bar) {
      bar(bar.entry());
    } else if (record instanceof KeyedRecord.Folded folded) {
      keyRow = folded.keyRow();
      if (!barred) {
        apply(folded);
      }
    } else if (record instanceof KeyedRecord.Touch touch) {
      keyRow = touch.keyRow();
      if (!ties.isEmpty() && tiesAt != timestamp) {
        applyTies();
      }
      tiesAt = timestamp;
      if (!barred) {
        ties.add(touch.event());
      }
    }
  }

  static ErrataException twoRows(TableDescription table) {
    return new ErrataException(
        ErrorCode.INVALID_TABLE,
        "Cannot compare " + table.name() + ": two live rows have one key",
        "Put a unique constraint on the key columns, and remove the copies.");
  }

  private void bar(QuarantineEntry entry) {
    barred = true;
    out.accept(new Outcome.Quarantined(entry));
  }

  private void bar(String reason) {
    String key = keyRow == null ? null : KeyRows.text(keyRow);
    String form = keyRow == null ? null : CanonicalForm.of(keyRow);
    bar(
        lastEvent == null
            ? new QuarantineEntry(key, form, null, "base", 0, reason)
            : EventRouter.entry(lastEvent, key, form, reason));
  }

  private void applyTies() {
    if (ties.size() > 1) {
      ties.sort(EventOrder.TOTAL);
    }
    for (EventRecord event : ties) {
      if (barred) {
        break;
      }
      lastEvent = event;
      watch.begin(Step.EVENT, keyRow, event);
      try {
        Worker<Object> version = worker.inForce(event.time());
        if (last == null) {
          state = begin(version);
        }
        last = version;
        state = version.apply(state, keyRow, event, effect -> suppress(version, event, effect));
        if (failed != null) {
          throw failed;
        }
      } catch (Throwable e) {
        bar(e);
      } finally {
        watch.end();
      }
    }
    ties.clear();
  }

  private void apply(KeyedRecord.Folded folded) {
    lastEvent = folded.last();
    if (lastFolded == null || EventOrder.TOTAL.compare(lastEvent, lastFolded) > 0) {
      lastFolded = lastEvent;
    }
    try {
      Worker<Object> version = worker.inForce(folded.last().time());
      if (last == null) {
        state = begin(version);
      }
      last = version;
      Worker<?> folds = version;
      state = ((CombinableAggregateWorker) folds).add((AggregateState) state, folded.gathered());
    } catch (RuntimeException e) {
      bar(e);
    }
  }

  /** What failed behind an effect is no fault of the worker, whatever it made of it. */
  private void bar(Throwable thrown) {
    if (failed != null) {
      throw failed;
    }
    bar(Reasons.of(thrown, lastEvent));
  }

  private Object begin(Worker<Object> version) {
    return base == null ? version.start(keyRow) : version.resume(keyRow, base.columns());
  }

  private void suppress(Worker<Object> version, EventRecord event, Effect effect) {
    Outcome suppressed =
        new Outcome.Suppressed(
            new EffectEntry(
                KeyRows.text(keyRow),
                event.id(),
                version.name() + "@" + version.version(),
                effect.kind(),
                effect.target(),
                effect.detail()));
    watch.leave();
    try {
      out.accept(suppressed);
    } catch (RuntimeException e) {
      failed = e;
      throw e;
    } finally {
      watch.comeBack();
    }
  }

  /** Ends the key: compares its row, and forgets it. Gives what was counted. */
  Tally finish() {
    if (!ties.isEmpty()) {
      applyTies();
    }
    boolean touched = last != null || (owns && base != null);
    Optional<Row> recomputed = !barred && touched ? recompute() : Optional.empty();
    int liveRows = live == null ? 0 : 1;
    Tally tally = Tally.NONE;
    if (barred) {
      tally = Tally.ofRows(0, liveRows, 0, 1);
    } else if (touched || owns) {
      Optional<Correction> correction = Diff.find(recomputed, Optional.ofNullable(live));
      correction.ifPresent(c -> out.accept(new Outcome.Found(c)));
      tally =
          Tally.ofRows(
              recomputed.isPresent() ? 1 : 0, liveRows, correction.isEmpty() ? liveRows : 0, 0);
    }
    live = null;
    base = null;
    keyRow = null;
    last = null;
    state = null;
    lastEvent = null;
    lastFolded = null;
    barred = false;
    return tally;
  }

  private Optional<Row> recompute() {
    if (lastFolded != null
        && (lastEvent == null || EventOrder.TOTAL.compare(lastFolded, lastEvent) > 0)) {
      lastEvent = lastFolded;
    }
    watch.begin(Step.ROW, keyRow, lastEvent);
    try {
      Worker<Object> version = last;
      if (version == null) {
        version = worker.versions().get(0);
        state = begin(version);
      }
      Optional<Row> columns = version.result(keyRow, state);
      if (columns.isPresent() && !columns.get().schema().equals(version.columns())) {
        bar("the worker gave a row that isn't of the columns that it computes");
        return Optional.empty();
      }
      return columns.map(row -> table.conform(keyRow, row));
    } catch (Throwable e) {
      bar(e);
      return Optional.empty();
    } finally {
      watch.end();
    }
  }
}
