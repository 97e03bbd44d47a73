package io.errata.jobs.graph;

import io.errata.jobs.sort.SortedRecords;
import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Replays the events of one key after another and compares each row with its live row.
 *
 * <p>Its input is sorted by key and then by {@link ReplayOrder}, so that it holds one key's state
 * and the events of one microsecond, whatever the window.
 */
final class ReplayOperator extends SortedInputOperator<KeyedRecord, Outcome> {
  private static final long serialVersionUID = 1;

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final JobStreams streams;
  private final boolean owns;
  private final Duration workerTime;

  private transient WorkerWatch watch;
  private transient StreamRecord<Outcome> out;
  private transient Map<String, KeyReplay> group;
  private transient Deque<KeyReplay> idle;
  private transient long groupKey;
  private transient Tally tally;
  private transient TaskCounter compared;
  private transient TaskCounter quarantined;

  /**
   * @param owns whether the window answers for all live rows that it reads, or only for those that
   *     it touches
   * @param workerTime how long a call of the worker may take; zero for no limit
   */
  ReplayOperator(
      WorkerDefinition worker,
      TableDescription table,
      JobStreams streams,
      boolean owns,
      Duration workerTime) {
    super(streams.packedByKey());
    this.workerTime = workerTime;
    this.worker = worker;
    this.table = table;
    this.streams = streams;
    this.owns = owns;
  }

  @Override
  public void open() throws Exception {
    super.open();
    out = new StreamRecord<>(null);
    group = new LinkedHashMap<>();
    idle = new ArrayDeque<>();
    tally = Tally.NONE;
    compared = new TaskCounter(Count.ROWS_COMPARED).open(getRuntimeContext());
    quarantined = new TaskCounter(Count.ROWS_QUARANTINED).open(getRuntimeContext());
    watch =
        WorkerWatch.start(worker.open(getUserCodeClassloader()), workerTime, getRuntimeContext());
  }

  @Override
  boolean needsOrder() {
    return true;
  }

  @Override
  void take(SortedRecords next) throws IOException {
    KeyedRecord record = read(next);
    long sortKey = next.hash();
    if (sortKey != groupKey) {
      finishGroup();
      groupKey = sortKey;
    }
    KeyReplay replay = group.get(record.key());
    if (replay == null) {
      replay = idle.isEmpty() ? open(worker) : idle.pop();
      group.put(record.key(), replay);
    }
    replay.take(record, next.order());
  }

  private KeyReplay open(WorkerDefinition definition) {
    return new KeyReplay(
        definition.open(getUserCodeClassloader()),
        table,
        owns,
        outcome -> output.collect(out.replace(outcome)),
        watch);
  }

  private void finishGroup() {
    for (KeyReplay replay : group.values()) {
      Tally ofKey = replay.finish();
      tally = tally.plus(ofKey);
      compared.add(1);
      quarantined.add(ofKey.quarantined());
      idle.push(replay);
    }
    group.clear();
  }

  @Override
  void taken() {
    finishGroup();
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
