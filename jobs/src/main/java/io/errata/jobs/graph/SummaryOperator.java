package io.errata.jobs.graph;

import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.state.plan.PlanStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
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

  private transient List<Summary> summaries;

  /**
   * @param staging the staging folder's URI
   */
  SummaryOperator(String staging) {
    this.staging = staging;
  }

  @Override
  public void open() throws Exception {
    super.open();
    summaries = new ArrayList<>();
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
    try (OutputStream file = storage.write(JobSummary.FILE)) {
      bytes.writeTo(file);
    }
  }
}
