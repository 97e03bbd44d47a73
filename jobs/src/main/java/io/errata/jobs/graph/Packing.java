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

  /** Packs a record, or the records that it holds already packed. */
  default void pack(T record, Blocks blocks) throws IOException {
    DataOutputSerializer block = blocks.begin(hash(record), order(record));
    write(record, block);
    blocks.end();
  }

  /** Takes records that are being packed, one after another. */
  interface Blocks {
    /** Begins a record, whose body is then written. */
    DataOutputSerializer begin(long hash, long order) throws IOException;

    /** Ends it. */
    void end();
  }

  T read(DataInputView in) throws IOException;
}
