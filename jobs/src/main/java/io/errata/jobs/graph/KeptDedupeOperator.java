package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.jobs.graph.KeptEvent.Use;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * As {@link DedupeOperator}, for streaming execution: keeps one copy of each event in state, which
 * lies on disk and in checkpoints. The first copy goes on at once; where a later one is to be used
 * instead, the first is withdrawn.
 */
final class KeptDedupeOperator extends AbstractStreamOperator<KeyedRecord>
    implements OneInputStreamOperator<SourceRecord, KeyedRecord>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final EventSchema schema;
  private final JobStreams streams;
  private final Duration workerTime;
  private final Set<String> quarantined;
  private final KeySelection selection;

  private transient MapState<String, KeptEvent> kept;
  private transient ListState<Summary> counts;
  private transient WorkerWatch watch;
  private transient EventContent content;
  private transient EventRouter router;
  private transient TaskCounter deduped;
  private transient TaskCounter duplicates;
  private transient TaskCounter used;
  private transient Tally tally;

  /**
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param quarantined ids of events that are not to be used
   * @param selection the keys that the plan is about; ids are compared over all keys
   */
  KeptDedupeOperator(
      WorkerDefinition worker,
      TableDescription table,
      EventSchema schema,
      JobStreams streams,
      Duration workerTime,
      Set<String> quarantined,
      KeySelection selection) {
    this.worker = worker;
    this.table = table;
    this.schema = schema;
    this.streams = streams;
    this.workerTime = workerTime;
    this.quarantined = new TreeSet<>(quarantined);
    this.selection = selection;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    kept =
        context
            .getKeyedStateStore()
            .getMapState(
                new MapStateDescriptor<>(
                    "events",
                    StringSerializer.INSTANCE,
                    new CodecSerializer<>(new KeptEvent.KeptCodec(streams.eventSerializer()))));
    counts =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("counts", streams.summarySerializer()));
    tally = Tally.NONE;
    for (Summary counted : counts.get()) {
      tally = tally.plus(((Summary.Counted) counted).tally());
    }
    deduped = new TaskCounter(Count.EVENTS_DEDUPED);
    deduped.restore(context.getOperatorStateStore());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    counts.update(List.of(new Summary.Counted(tally)));
    deduped.snapshot();
  }

  @Override
  public void open() throws Exception {
    super.open();
    content = EventContent.of(schema);
    deduped.open(getRuntimeContext());
    duplicates = new TaskCounter(Count.EVENTS_DUPLICATE);
    duplicates.restore(tally.duplicates());
    duplicates.open(getRuntimeContext());
    used = new TaskCounter(Count.EVENTS_USED);
    used.restore(tally.used());
    used.open(getRuntimeContext());
    ReplayWorker versions = worker.open(getUserCodeClassloader());
    watch = WorkerWatch.start(versions, workerTime, getRuntimeContext());
    StreamRecord<KeyedRecord> out = new StreamRecord<>(null);
    router =
        new EventRouter(
            new KeyRows(versions, table, watch, selection),
            keyed -> output.collect(out.replace(keyed, ReplayOrder.timestamp(keyed))),
            unkeyed -> output.collect(streams.unkeyed(), new StreamRecord<>(unkeyed)));
  }

  @Override
  public void processElement(StreamRecord<SourceRecord> element) throws Exception {
    EventRecord event = (EventRecord) element.getValue();
    deduped.add(1);
    String eventContent;
    try {
      eventContent = content.of(event);
    } catch (RuntimeException e) {
      router.bar(event, Reasons.of(e, event));
      return;
    }
    KeptEvent before = kept.get(event.id());
    if (before == null) {
      Use use = use(event);
      count(Tally.ofEvents(0, 0, use == Use.REPLAYED ? 1 : 0));
      kept.put(event.id(), new KeptEvent(event, use, false));
    } else if (eventContent.equals(content.of(before.event()))) {
      count(Tally.ofEvents(1, 0, 0));
      if (content.precedes(event, before.event())) {
        kept.put(event.id(), new KeptEvent(event, replaced(before, event), before.conflict()));
      }
    } else {
      if (!before.conflict()) {
        count(Tally.ofEvents(0, 1, before.use() == Use.REPLAYED ? -1 : 0));
        router.bar(before.event(), DedupeOperator.CONFLICT);
        kept.put(event.id(), new KeptEvent(before.event(), before.use(), true));
      }
      router.bar(event, DedupeOperator.CONFLICT);
    }
  }

  private void count(Tally more) {
    tally = tally.plus(more);
    duplicates.add(more.duplicates());
    used.add(more.used());
  }

  private Use use(EventRecord event) {
    if (quarantined.contains(event.id())) {
      router.bar(event, DedupeOperator.NAMED);
      return Use.BARRED;
    }
    return router.route(event);
  }

  /** Lets another copy stand for an event; its keys may be others, where they are of a sequence. */
  private Use replaced(KeptEvent before, EventRecord event) {
    if (before.conflict() || before.use() == Use.BARRED) {
      return before.use();
    }
    router.withdraw(before.event());
    Use use = use(event);
    int more = (use == Use.REPLAYED ? 1 : 0) - (before.use() == Use.REPLAYED ? 1 : 0);
    count(Tally.ofEvents(0, 0, more));
    return use;
  }

  @Override
  public void endInput() {
    output.collect(streams.counted(), new StreamRecord<>(new Summary.Counted(tally)));
  }

  @Override
  public void close() throws Exception {
    if (watch != null) {
      watch.close();
    }
    super.close();
  }
}
