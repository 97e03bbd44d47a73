package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * As {@link ReplayOperator}, for streaming execution: keeps the records of all keys in state, which
 * lies on disk and in checkpoints, and replays key after key when all have come. The state backend
 * must keep map entries in the order of their bytes, as RocksDB does.
 *
 * <p>Rows that an earlier process read from a snapshot that is gone are left in the state and
 * passed over.
 */
final class KeptReplayOperator extends AbstractStreamOperator<Outcome>
    implements OneInputStreamOperator<KeyedRecord, Outcome>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final JobStreams streams;
  private final boolean owns;
  private final Duration workerTime;
  private final int reading;

  private transient MapStateDescriptor<ReplayPlace, KeyedRecord> descriptor;
  private transient MapState<ReplayPlace, KeyedRecord> records;
  private transient WorkerWatch watch;
  private transient KeyReplay replay;
  private transient TaskCounter compared;
  private transient TaskCounter quarantined;
  private transient Tally tally;

  /**
   * @param owns whether the window answers for all live rows that it reads, or only for those that
   *     it touches
   * @param workerTime how long a call of the worker may take; zero for no limit
   * @param reading which reading of live and base rows counts, from 0
   */
  KeptReplayOperator(
      WorkerDefinition worker,
      TableDescription table,
      JobStreams streams,
      boolean owns,
      Duration workerTime,
      int reading) {
    this.worker = worker;
    this.table = table;
    this.streams = streams;
    this.owns = owns;
    this.workerTime = workerTime;
    this.reading = reading;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    descriptor =
        new MapStateDescriptor<>(
            "records",
            new CodecSerializer<>(new ReplayPlace.OrderCodec()),
            streams.keyedSerializer());
    records = context.getKeyedStateStore().getMapState(descriptor);
  }

  @Override
  public void open() throws Exception {
    super.open();
    tally = Tally.NONE;
    // Not of a checkpoint: all keys are compared behind the last one, and again after a restart.
    compared = new TaskCounter(Count.ROWS_COMPARED).open(getRuntimeContext());
    quarantined = new TaskCounter(Count.ROWS_QUARANTINED).open(getRuntimeContext());
    ReplayWorker versions = worker.open(getUserCodeClassloader());
    watch = WorkerWatch.start(versions, workerTime, getRuntimeContext());
    StreamRecord<Outcome> out = new StreamRecord<>(null);
    replay =
        new KeyReplay(
            versions, table, owns, outcome -> output.collect(out.replace(outcome)), watch);
  }

  @Override
  public void processElement(StreamRecord<KeyedRecord> element) throws Exception {
    KeyedRecord record = element.getValue();
    ReplayPlace place = ReplayPlace.of(record, reading);
    if (record instanceof KeyedRecord.Withdrawn) {
      records.remove(place);
      return;
    }
    if (record instanceof KeyedRecord.Live && records.contains(place)) {
      throw KeyReplay.twoRows(table);
    }
    records.put(place, record);
  }

  @Override
  public void endInput() throws Exception {
    try {
      this.<Long>getKeyedStateBackend()
          .applyToAllKeys(
              VoidNamespace.INSTANCE,
              VoidNamespaceSerializer.INSTANCE,
              descriptor,
              (sortKey, ofSortKey) -> replay(ofSortKey));
    } catch (RuntimeException e) {
      throw e.getCause() instanceof ErrataException known ? known : e;
    }
    output.collect(streams.counted(), new StreamRecord<>(new Summary.Counted(tally)));
  }

  private void replay(MapState<ReplayPlace, KeyedRecord> ofSortKey) throws Exception {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelTaskException("the job is cancelled");
    }
    String key = null;
    long last = Long.MIN_VALUE;
    for (Map.Entry<ReplayPlace, KeyedRecord> entry : ofSortKey.entries()) {
      ReplayPlace place = entry.getKey();
      if (key != null && !key.equals(place.key())) {
        finishKey();
      }
      if (place.timestamp() < last && place.key().equals(key)) {
        throw new IllegalStateException(
            "Cannot replay: the state backend doesn't keep map entries in the order of their bytes");
      }
      last = place.timestamp();
      key = place.key();
      if (!place.isRowOfOtherThan(reading)) {
        replay.take(entry.getValue(), place.timestamp());
      }
    }
    if (key != null) {
      finishKey();
    }
  }

  private void finishKey() {
    Tally ofKey = replay.finish();
    tally = tally.plus(ofKey);
    compared.add(1);
    quarantined.add(ofKey.quarantined());
  }

  @Override
  public void close() throws Exception {
    if (watch != null) {
      watch.close();
    }
    super.close();
  }
}
