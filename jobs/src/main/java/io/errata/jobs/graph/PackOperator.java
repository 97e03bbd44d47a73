package io.errata.jobs.graph;

import io.errata.jobs.sort.PackedRecords;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;
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

  /**
   * A block goes on its way when it has so many bytes: about as many as a buffer of the network.
   */
  private static final int BLOCK = 31 << 10;

  private static final byte[] HEAD = new byte[PackedRecords.HEAD];

  private final Packing<T> packing;
  private final int tasks;

  private transient DataOutputSerializer[] blocks;
  private transient StreamRecord<RecordBlock> out;

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
    out = new StreamRecord<>(null);
    blocks = new DataOutputSerializer[tasks];
    for (int i = 0; i < tasks; i++) {
      blocks[i] = new DataOutputSerializer(BLOCK + 1024);
    }
  }

  @Override
  public void processElement(StreamRecord<T> element) throws IOException {
    T record = element.getValue();
    long hash = packing.hash(record);
    int task = RecordBlock.task(hash, tasks);
    DataOutputSerializer block = blocks[task];
    int at = block.length();
    block.write(HEAD);
    packing.write(record, block);
    PackedRecords.writeHead(
        block.getSharedBuffer(),
        at,
        block.length() - at - PackedRecords.HEAD,
        hash,
        packing.order(record));
    if (block.length() >= BLOCK) {
      flush(task);
    }
  }

  private void flush(int task) {
    DataOutputSerializer block = blocks[task];
    if (block.length() > 0) {
      // What is on its way is not changed any more: it is copied to the network at once, or is a
      // copy of its own.
      output.collect(out.replace(new RecordBlock(task, block.getSharedBuffer(), block.length())));
      block.clear();
    }
  }

  @Override
  public void endInput() {
    for (int task = 0; task < tasks; task++) {
      flush(task);
    }
  }
}
