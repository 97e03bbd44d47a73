package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;

/** What comes together at the keys, by key and then by {@link ReplayOrder}. */
final class KeyedPacking implements Packing<KeyedRecord> {
  private static final long serialVersionUID = 1;

  private final KeyedRecordCodec codec;

  KeyedPacking(KeyedRecordCodec codec) {
    this.codec = codec;
  }

  @Override
  public long hash(KeyedRecord record) {
    return SortKey.of(record.key());
  }

  @Override
  public long order(KeyedRecord record) {
    return ReplayOrder.timestamp(record);
  }

  @Override
  public void write(KeyedRecord record, DataOutputSerializer out) throws IOException {
    codec.write(record, out);
  }

  @Override
  public KeyedRecord read(DataInputView in) throws IOException {
    return codec.read(in);
  }
}
