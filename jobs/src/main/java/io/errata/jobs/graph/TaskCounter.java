package io.errata.jobs.graph;

import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Gauge;
import org.jspecify.annotations.Nullable;

/**
 * One number that a task counts: an accumulator of the job, from which its progress is shown, and a
 * metric of the task. Counted by the task's thread; others may read it at any time.
 *
 * <p>With {@link #restore} and {@link #snapshot} it goes on after a restart where the checkpoint
 * was, so that what is read again is not counted again, and what lies before is not forgotten.
 */
final class TaskCounter {
  private final Count count;
  private final LongCounter counter = new LongCounter();
  private @Nullable ListState<Long> kept;
  private long before;

  TaskCounter(Count count) {
    this.count = count;
  }

  /** Takes what was counted up to the checkpoint; before {@link #open}. */
  void restore(OperatorStateStore store) throws Exception {
    kept =
        store.getListState(new ListStateDescriptor<>(count.accumulator(), LongSerializer.INSTANCE));
    before = 0;
    for (Long part : kept.get()) {
      before += part;
    }
  }

  /** Begins with what another state says was counted before; before {@link #open}. */
  void restore(long value) {
    before = value;
  }

  /** Keeps what is counted in a checkpoint. */
  void snapshot() throws Exception {
    if (kept != null) {
      kept.update(List.of(value()));
    }
  }

  TaskCounter open(RuntimeContext context) {
    counter.add(before);
    context.addAccumulator(count.accumulator(), counter);
    Gauge<Long> gauge = this::value;
    context.getMetricGroup().addGroup(Count.GROUP).gauge(count.metric(), gauge);
    return this;
  }

  void add(long more) {
    counter.add(more);
  }

  long value() {
    return counter.getLocalValuePrimitive();
  }
}
