package io.errata.jobs.graph;

import io.errata.jobs.sort.PackedRecords;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The blocks that are being filled, one for each task of a stage. */
final class TaskBlocks implements Packing.Blocks {
  /**
   * A block goes on its way when it has so many bytes: about as many as a buffer of the network.
   */
  private static final int BLOCK = 31 << 10;

  /** Room for a block and the record that ends it, if it is one of the usual size. */
  private static final int FIRST = BLOCK + 1024;

  private static final int LARGEST = 1 << 20;
  private static final byte[] HEAD = new byte[PackedRecords.HEAD];

  private final Consumer<RecordBlock> full;
  private final DataOutputSerializer[] blocks;

  // The record that was begun.
  private int task;
  private int beginAt;
  private long beginHash;
  private long beginOrder;

  /**
   * @param full takes each block and is done with its bytes when it returns: they are used again
   */
  TaskBlocks(int tasks, Consumer<RecordBlock> full) {
    this.full = full;
    this.blocks = new DataOutputSerializer[tasks];
    for (int i = 0; i < tasks; i++) {
      blocks[i] = new DataOutputSerializer(FIRST);
    }
  }

  @Override
  public DataOutputSerializer begin(long hash, long order) throws IOException {
    beginHash = hash;
    beginOrder = order;
    task = RecordBlock.task(hash, blocks.length);
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

  /** Gives on what has been packed, however little. */
  void flush() {
    for (int i = 0; i < blocks.length; i++) {
      flush(i);
    }
  }

  private void flush(int to) {
    DataOutputSerializer block = blocks[to];
    if (block.length() > 0) {
      full.accept(new RecordBlock(to, block.getSharedBuffer(), block.length()));
      block.clear();
      if (block.getSharedBuffer().length > LARGEST) {
        // A large event must not keep its room for ever.
        blocks[to] = new DataOutputSerializer(FIRST);
      }
    }
  }
}
