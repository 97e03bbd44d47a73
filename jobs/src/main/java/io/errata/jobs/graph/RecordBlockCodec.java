package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Blocks as bytes: copied as a whole. */
final class RecordBlockCodec implements Codec<RecordBlock> {
  private static final long serialVersionUID = 1;

  @Override
  public void write(RecordBlock block, DataOutputView out) throws IOException {
    out.writeInt(block.task());
    out.writeInt(block.length());
    out.write(block.bytes(), 0, block.length());
  }

  @Override
  public RecordBlock read(DataInputView in) throws IOException {
    int task = in.readInt();
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new RecordBlock(task, bytes, bytes.length);
  }
}
