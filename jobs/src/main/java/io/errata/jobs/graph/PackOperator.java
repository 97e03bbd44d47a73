package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Packs records into blocks, one for each task of the stage that sorts them.
 *
 * @param <T> the record
 */
final class PackOperator<T> extends AbstractStreamOperator<RecordBlock>
    implements OneInputStreamOperator<T, RecordBlock>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final Packing<T> packing;
  private final int tasks;

  private transient TaskBlocks blocks;

  /**
   * @param tasks of the stage that the blocks go to
   */
  PackOperator(Packing<T> packing, int tasks) {
    this.packing = packing;
    this.tasks = tasks;
  }

  @Override
  public void open() throws Exception {
    super.open();
    StreamRecord<RecordBlock> out = new StreamRecord<>(null);
    // It goes to the network, which copies it at once.
    blocks = new TaskBlocks(tasks, block -> output.collect(out.replace(block)));
  }

  @Override
  public void processElement(StreamRecord<T> element) throws IOException {
    packing.pack(element.getValue(), blocks);
  }

  @Override
  public void endInput() {
    blocks.flush();
  }
}
