package io.errata.jobs.graph;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * How an immutable record travels on an edge of the job. Equal codecs write the same bytes.
 *
 * @param <T> the record
 */
interface Codec<T> extends Serializable {
  void write(T record, DataOutputView out) throws IOException;

  T read(DataInputView in) throws IOException;
}
