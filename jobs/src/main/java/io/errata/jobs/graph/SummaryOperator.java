package io.errata.jobs.graph;

import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.state.plan.PlanStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Writes what all tasks report to one file of the staging folder, from which the client makes the
 * plan: a file needs no connection to the client, wherever the job runs.
 */
final class SummaryOperator extends AbstractStreamOperator<Summary>
    implements OneInputStreamOperator<Summary, Summary>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final String staging;
  private final JobStreams streams;

  private transient ListState<Summary> kept;
  private transient List<Summary> summaries;

  /**
   * @param staging the staging folder's URI
   * @param streams for the type of the summaries
   */
  SummaryOperator(String staging, JobStreams streams) {
    this.staging = staging;
    this.streams = streams;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    kept =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("summaries", streams.summarySerializer()));
    summaries = new ArrayList<>();
    kept.get().forEach(summaries::add);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    kept.update(summaries);
  }

  @Override
  public void processElement(StreamRecord<Summary> element) {
    summaries.add(element.getValue());
  }

  @Override
  public void endInput() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputViewStreamWrapper out = new DataOutputViewStreamWrapper(bytes)) {
      SummaryCodec codec = new SummaryCodec();
      out.writeInt(summaries.size());
      for (Summary summary : summaries) {
        codec.write(summary, out);
      }
    }
    PlanStorage storage = FlinkPlanStorage.at(staging);
    // Written aside and moved: whoever finds it may take the job's work for done.
    String aside = JobSummary.FILE + ".new";
    try (OutputStream file = storage.write(aside)) {
      bytes.writeTo(file);
    }
    storage.move(aside, JobSummary.FILE);
  }
}
