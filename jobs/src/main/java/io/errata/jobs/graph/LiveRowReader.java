package io.errata.jobs.graph;

import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTables;
import io.errata.state.table.Overload;
import io.errata.state.table.OverloadWait;
import io.errata.state.table.RowReader;
import io.errata.state.table.TableDescription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one split after another, each in one call, so that no checkpoint lies within a split: its
 * rows have no order by which it could be continued. A split that was begun is read again from its
 * start after a failure, when nothing of the failed attempt is used.
 */
final class LiveRowReader
    implements SourceReader<KeyedRecord, LiveRowSplit>, OverloadWait.Listener {
  /** Rows between which the task can be cancelled. */
  private static final int BATCH = 512;

  private final SourceReaderContext context;
  private final LiveTableOptions options;
  private final TableDescription table;
  private final LiveRowSource.Role role;
  private final Deque<LiveRowSplit> assigned = new ArrayDeque<>();

  private final OverloadWait calm;
  private final WaitNote note;

  private CompletableFuture<Void> available = new CompletableFuture<>();
  private boolean noMore;
  private @Nullable LiveTable store;
  private @Nullable RowReader rows;

  LiveRowReader(
      SourceReaderContext context,
      LiveTableOptions options,
      TableDescription table,
      LiveRowSource.Role role,
      String staging) {
    this.context = context;
    this.options = options;
    this.table = table;
    this.role = role;
    this.calm = OverloadWait.of(options.load());
    this.note = new WaitNote(staging, role.name() + "-" + context.getIndexOfSubtask());
  }

  @Override
  public void start() {
    if (!options.load().isNone()) {
      note.remove();
    }
    context.sendSplitRequest();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<KeyedRecord> output) {
    if (rows == null && !openNext()) {
      return noMore ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    int read = 0;
    for (Optional<LiveRow> row = rows.next(); row.isPresent(); row = rows.next()) {
      output.collect(keyed(row.get()), Long.MIN_VALUE);
      if (++read % BATCH == 0 && Thread.currentThread().isInterrupted()) {
        throw new CancelTaskException("the job is cancelled");
      }
    }
    rows.close();
    rows = null;
    context.sendSplitRequest();
    return InputStatus.MORE_AVAILABLE;
  }

  private boolean openNext() {
    LiveRowSplit next = assigned.poll();
    if (next == null) {
      if (!noMore && available.isDone()) {
        available = new CompletableFuture<>();
      }
      return false;
    }
    if (store == null) {
      store = LiveTables.open(options);
    }
    awaitCalm(store);
    rows = store.read(next.part());
    return true;
  }

  /**
   * Between two splits nothing of the reader is open in the store. It holds up checkpoints, as the
   * reading of a split does.
   */
  private void awaitCalm(LiveTable from) {
    Optional<Overload> left = calm.await("reading of the live rows", from::overload, this);
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelTaskException("the job is cancelled");
    }
    if (left.isPresent()) {
      // A restart of the job would only wait once more.
      throw new SuppressRestartsException(
          left.get().error("Cannot read the live rows", options.load().patience()));
    }
  }

  @Override
  public void waits(Overload overload) {
    note.write(overload);
  }

  @Override
  public void goesOn() {
    note.remove();
  }

  private KeyedRecord keyed(LiveRow row) {
    String form = CanonicalForm.of(row.values(), table.key());
    return switch (role) {
      case LIVE -> new KeyedRecord.Live(form, row);
      case BASE ->
          new KeyedRecord.Base(
              form, row.values().project(table.key()), row.values().project(table.compare()));
    };
  }

  @Override
  public List<LiveRowSplit> snapshotState(long checkpoint) {
    return new ArrayList<>(assigned);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void addSplits(List<LiveRowSplit> splits) {
    assigned.addAll(splits);
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMore = true;
    available.complete(null);
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
    if (store != null) {
      store.close();
    }
  }
}
