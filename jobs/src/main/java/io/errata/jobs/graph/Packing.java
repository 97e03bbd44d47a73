package io.errata.jobs.graph;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * How records are packed into blocks, and by what those who receive the blocks sort them.
 *
 * @param <T> the record
 */
interface Packing<T> extends Serializable {
  /** The number that records come together by: they go to one task and are sorted by it. */
  long hash(T record);

  /** The number that records of one hash are sorted by. */
  long order(T record);

  void write(T record, DataOutputSerializer out) throws IOException;

  T read(DataInputView in) throws IOException;
}
