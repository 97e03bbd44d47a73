package io.errata.jobs.graph;

import io.errata.api.Position;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.jobs.aggregate.CombinableAggregateWorker;
import io.errata.jobs.sort.SortedRecords;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Lets one copy of each event through, to the keys that it touches, and bars the keys of ids that
 * have several contents.
 *
 * <p>In its input the ids of one {@link SortKey} come together, so that only one copy of each of
 * them has to be kept: of equal copies the one with the least sequence, and no other trace of where
 * they lie.
 */
final class DedupeOperator extends SortedInputOperator<SourceRecord, KeyedRecord> {
  private static final long serialVersionUID = 1;

  /** Why the keys of an id with several contents are barred. */
  static final String CONFLICT = "its id stands for several events that differ";

  /** Why the keys of an event are barred that is not to be used. */
  static final String NAMED = "the spec names it in events.quarantine";

  // What of the heap the tables of all tasks of the process may take together.
  private static final int HEAP_SHARE = 3;

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final EventSchema schema;
  private final JobStreams streams;
  private final PackedEvents packed;
  private final Duration workerTime;
  private final Set<String> quarantined;
  private final KeySelection selection;
  private final boolean mayFold;

  private transient WorkerWatch watch;
  private transient EventContent content;
  private transient EventRouter router;
  private transient Map<String, Copies> group;
  private transient long groupKey;

  // The first record of a group, which most groups have no other beside: it isn't looked at before
  // there is something to compare it with.
  private transient byte[] alone;
  private transient int aloneLength;
  private transient boolean formless;
  private transient @Nullable FoldTable fold;
  private transient TaskCounter deduped;
  private transient TaskCounter duplicates;
  private transient TaskCounter used;
  private transient long conflicting;

  /**
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param quarantined ids of events that are not to be used
   * @param selection the keys that the plan is about; ids are compared over all keys
   * @param mayFold whether the events of a key may be given on as what they add up to, and need not
   *     be given on one by one
   */
  DedupeOperator(
      WorkerDefinition worker,
      TableDescription table,
      EventSchema schema,
      JobStreams streams,
      Duration workerTime,
      Set<String> quarantined,
      KeySelection selection,
      boolean mayFold) {
    super(streams.packedEvents());
    this.packed = streams.packedEvents().events();
    this.selection = selection;
    this.mayFold = mayFold;
    this.worker = worker;
    this.table = table;
    this.schema = schema;
    this.streams = streams;
    this.workerTime = workerTime;
    this.quarantined = new TreeSet<>(quarantined);
  }

  @Override
  public void open() throws Exception {
    super.open();
    content = EventContent.of(schema);
    formless = content.mayBeMissing(schema);
    alone = new byte[256];
    group = new LinkedHashMap<>();
    deduped = new TaskCounter(Count.EVENTS_DEDUPED).open(getRuntimeContext());
    duplicates = new TaskCounter(Count.EVENTS_DUPLICATE).open(getRuntimeContext());
    used = new TaskCounter(Count.EVENTS_USED).open(getRuntimeContext());
    StreamRecord<KeyedRecord> out = new StreamRecord<>(null);
    ReplayWorker versions = worker.open(getUserCodeClassloader());
    watch = WorkerWatch.start(versions, workerTime, getRuntimeContext());
    KeyRows rows = new KeyRows(versions, table, watch, selection);
    router =
        new EventRouter(
            rows,
            keyed -> output.collect(out.replace(keyed, ReplayOrder.timestamp(keyed))),
            unkeyed -> output.collect(streams.unkeyed(), new StreamRecord<>(unkeyed)));
    fold = formless || !mayFold || !quarantined.isEmpty() ? null : fold(versions, rows);
  }

  private @Nullable FoldTable fold(ReplayWorker versions, KeyRows rows) {
    Worker<?> version = versions.versions().get(0);
    if (versions.versions().size() > 1
        || !(version instanceof CombinableAggregateWorker combinable)) {
      return null;
    }
    RowSchema payload = schema.payloadSchema();
    List<TableColumn> keyColumns = version.key().names().stream().map(table::column).toList();
    return combinable
        .fold()
        .map(
            simple -> {
              Folding folding =
                  new Folding(rows, PlainKeys.of(simple, payload, keyColumns, selection));
              return new FoldTable(
                  simple, packed, payload, heapShare(HEAP_SHARE), folding, folding);
            })
        .orElse(null);
  }

  /** The copies of one event, as far as they were read. */
  private static final class Copies {
    private final String content;
    private EventRecord kept;
    private boolean conflict;

    private Copies(EventRecord first, String content) {
      this.kept = first;
      this.content = content;
    }
  }

  @Override
  boolean needsOrder() {
    return false;
  }

  @Override
  void take(SortedRecords next) throws IOException {
    deduped.add(1);
    if (next.isAlone()) {
      finishGroup();
      useAlone(next.bytes(), next.offset(), next.length());
      return;
    }
    if (next.hash() != groupKey) {
      finishGroup();
      groupKey = next.hash();
      keepAlone(next);
      return;
    }
    if (aloneLength > 0) {
      if (isOneMore(next)) {
        return;
      }
      compare((EventRecord) read(alone, 0, aloneLength));
      aloneLength = 0;
    }
    compare((EventRecord) read(next));
  }

  /**
   * Whether a record is a copy of the one that was alone so far, to the byte, as nearly all copies
   * are: no object has to be made of either. Of the two, that which {@link EventContent#precedes}
   * stays.
   */
  private boolean isOneMore(SortedRecords next) throws IOException {
    // Without a form of its content, each of them bars its keys.
    if (formless
        || !packed.areSameElsewhere(
            alone, 0, aloneLength, next.bytes(), next.offset(), next.length())) {
      return false;
    }
    duplicates.add(1);
    Position kept = packed.position(alone, 0, aloneLength);
    if (packed.position(next.bytes(), next.offset(), next.length()).compareTo(kept) < 0) {
      keepAlone(next);
    }
    return true;
  }

  private void keepAlone(SortedRecords next) {
    if (alone.length < next.length()) {
      alone = new byte[next.length() * 2];
    }
    System.arraycopy(next.bytes(), next.offset(), alone, 0, next.length());
    aloneLength = next.length();
  }

  private void compare(EventRecord event) {
    String eventContent;
    try {
      eventContent = content.of(event);
    } catch (RuntimeException e) {
      router.bar(event, Reasons.of(e, event));
      return;
    }
    Copies copies = group.get(event.id());
    if (copies == null) {
      group.put(event.id(), new Copies(event, eventContent));
    } else if (eventContent.equals(copies.content)) {
      duplicates.add(1);
      if (content.precedes(event, copies.kept)) {
        copies.kept = event;
      }
    } else {
      if (!copies.conflict) {
        copies.conflict = true;
        conflicting++;
        router.bar(copies.kept, CONFLICT);
      }
      router.bar(event, CONFLICT);
    }
  }

  private void finishGroup() throws IOException {
    if (aloneLength > 0) {
      int length = aloneLength;
      aloneLength = 0;
      useAlone(alone, 0, length);
    }
    finishCopies();
  }

  private void useAlone(byte[] bytes, int offset, int length) throws IOException {
    if (fold != null) {
      fold.add(bytes, offset, length);
      return;
    }
    EventRecord event = (EventRecord) read(bytes, offset, length);
    if (formless) {
      compare(event);
      finishCopies();
    } else {
      use(event);
    }
  }

  private void finishCopies() {
    if (group.isEmpty()) {
      return;
    }
    for (Copies copies : group.values()) {
      if (copies.conflict) {
        continue;
      }
      use(copies.kept);
    }
    group.clear();
  }

  /** What the fold asks for, and what becomes of what it gathers. */
  private final class Folding implements FoldTable.KeyTest, FoldTable.Flushed {
    private final KeyRows rows;
    private final PlainKeys plain;

    private Folding(KeyRows rows, PlainKeys plain) {
      this.rows = rows;
      this.plain = plain;
    }

    @Override
    public boolean passes(byte[] bytes, int offset, int length, int[] places) throws IOException {
      if (plain.areStorable(bytes, places)) {
        return true;
      }
      EventRecord event = (EventRecord) read(bytes, offset, length);
      try {
        return rows.of(event).size() == 1;
      } catch (RuntimeException e) {
        // The way of single events finds it again, and bars what has to be barred.
        return false;
      }
    }

    @Override
    public void accept(byte[] bytes, int offset, int length, long events, List<Long> gathered)
        throws IOException {
      EventRecord last = (EventRecord) read(bytes, offset, length);
      used.add(events);
      rows.of(last)
          .forEach((form, row) -> router.fold(new KeyedRecord.Folded(form, row, last, gathered)));
    }

    @Override
    public void single(byte[] bytes, int offset, int length) throws IOException {
      use((EventRecord) read(bytes, offset, length));
    }

    @Override
    public boolean precedes(byte[] bytes, int offset, int length, byte[] other, int from, int size)
        throws IOException {
      EventRecord left = (EventRecord) read(bytes, offset, length);
      return EventOrder.TOTAL.compare(left, (EventRecord) read(other, from, size)) < 0;
    }
  }

  private void use(EventRecord event) {
    if (quarantined.contains(event.id())) {
      router.bar(event, NAMED);
    } else if (router.replay(event)) {
      used.add(1);
    }
  }

  @Override
  void taken() throws IOException {
    finishGroup();
    if (fold != null) {
      fold.flush();
    }
    output.collect(
        streams.counted(),
        new StreamRecord<>(
            new Summary.Counted(Tally.ofEvents(duplicates.value(), conflicting, used.value()))));
  }

  @Override
  public void close() throws Exception {
    if (watch != null) {
      watch.close();
    }
    super.close();
  }
}
