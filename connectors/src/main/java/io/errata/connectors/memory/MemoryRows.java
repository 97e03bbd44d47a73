package io.errata.connectors.memory;

import io.errata.connectors.event.ValueCodec;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the form in which they travel to the tasks of the job, where their values need not be
 * serializable.
 */
final class MemoryRows implements RowDecoder {
  private final DataInputDeserializer in;
  private final @Nullable Object[] values;
  private final int time;
  private long row = -1;

  MemoryRows(byte[] rows, FieldPlan plan) {
    this.in = new DataInputDeserializer(rows);
    this.values = new @Nullable Object[plan.size()];
    this.time = plan.time();
  }

  static byte[] write(List<Map<String, Object>> rows, FieldPlan plan) {
    DataOutputSerializer out = new DataOutputSerializer(64);
    try {
      for (Map<String, Object> row : rows) {
        for (String path : plan.paths()) {
          ValueCodec.write(row.get(path), out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public boolean next() throws IOException {
    if (in.available() == 0) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = ValueCodec.read(in);
    }
    row++;
    return true;
  }

  @Override
  public long offset() {
    return row;
  }

  @Override
  public @Nullable String rejection() {
    return null;
  }

  @Override
  public @Nullable Object time() {
    return values[time];
  }

  @Override
  public void values(@Nullable Object[] target) {
    System.arraycopy(values, 0, target, 0, target.length);
  }

  @Override
  public void close() {}
}
