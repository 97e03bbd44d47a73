package io.errata.jobs.graph;

import io.errata.jobs.worker.WorkerDefinition;
import io.errata.state.table.TableDescription;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Replays the events of one key after another and compares each row with its live row.
 *
 * <p>Its input is sorted by key and then by {@link ReplayOrder} (batch execution), so that it holds
 * one key's state and the events of one microsecond, whatever the window.
 */
final class ReplayOperator extends AbstractStreamOperator<Outcome>
    implements OneInputStreamOperator<KeyedRecord, Outcome>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  /** Accumulator: keys that were recomputed and compared. */
  static final String COMPARED = "errata.rows.compared";

  private final WorkerDefinition worker;
  private final TableDescription table;
  private final JobStreams streams;
  private final boolean owns;

  private transient KeyReplay replay;
  private transient @Nullable String current;
  private transient LongCounter compared;

  /**
   * @param owns whether the window answers for all live rows that it reads, or only for those that
   *     it touches
   */
  ReplayOperator(
      WorkerDefinition worker, TableDescription table, JobStreams streams, boolean owns) {
    this.worker = worker;
    this.table = table;
    this.streams = streams;
    this.owns = owns;
  }

  @Override
  public void open() throws Exception {
    super.open();
    StreamRecord<Outcome> out = new StreamRecord<>(null);
    replay =
        new KeyReplay(
            worker.open(getUserCodeClassloader()),
            table,
            owns,
            outcome -> output.collect(out.replace(outcome)));
    compared = new LongCounter();
    getRuntimeContext().addAccumulator(COMPARED, compared);
  }

  @Override
  public void processElement(StreamRecord<KeyedRecord> element) {
    KeyedRecord record = element.getValue();
    if (!record.key().equals(current)) {
      finishCurrent();
      current = record.key();
    }
    replay.take(record, element.getTimestamp());
  }

  private void finishCurrent() {
    if (current != null) {
      replay.finish();
      compared.add(1);
    }
  }

  @Override
  public void endInput() {
    finishCurrent();
    current = null;
    output.collect(streams.counted(), new StreamRecord<>(new Summary.Counted(replay.tally())));
  }
}
