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
    implements OneInputStreamOperator<T, RecordBlock>, BoundedOneInput, Packing.Blocks {
  private static final long serialVersionUID = 1;

  /**
   * A block goes on its way when it has so many bytes: about as many as a buffer of the network.
   */
  private static final int BLOCK = 31 << 10;

  /** Room for a block and the record that ends it, if it is one of the usual size. */
  private static final int FIRST = BLOCK + 1024;

  private static final int LARGEST = 1 << 20;
  private static final byte[] HEAD = new byte[PackedRecords.HEAD];

  private final Packing<T> packing;
  private final int tasks;

  private transient DataOutputSerializer[] blocks;
  private transient StreamRecord<RecordBlock> out;

  // The record that was begun.
  private transient int task;
  private transient int beginAt;
  private transient long beginHash;
  private transient long beginOrder;

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
      blocks[i] = new DataOutputSerializer(FIRST);
    }
  }

  @Override
  public void processElement(StreamRecord<T> element) throws IOException {
    packing.pack(element.getValue(), this);
  }

  @Override
  public DataOutputSerializer begin(long hash, long order) throws IOException {
    beginHash = hash;
    beginOrder = order;
    task = RecordBlock.task(hash, tasks);
    DataOutputSerializer block = blocks[task];
    beginAt = block.length();
    block.write(HEAD);
    return block;
  }

  @Override
  public void end() {
    DataOutputSerializer block = blocks[task];
    PackedRecords.writeHead(
        block.getSharedBuffer(),
        beginAt,
        block.length() - beginAt - PackedRecords.HEAD,
        beginHash,
        beginOrder);
    if (block.length() >= BLOCK) {
      flush(task);
    }
  }

  private void flush(int to) {
    DataOutputSerializer block = blocks[to];
    if (block.length() > 0) {
      // It goes to the network, which copies it at once: the array can be filled again.
      output.collect(out.replace(new RecordBlock(to, block.getSharedBuffer(), block.length())));
      block.clear();
      if (block.getSharedBuffer().length > LARGEST) {
        // A large event must not keep its room for ever.
        blocks[to] = new DataOutputSerializer(FIRST);
      }
    }
  }

  @Override
  public void endInput() {
    for (int i = 0; i < tasks; i++) {
      flush(i);
    }
  }
}
