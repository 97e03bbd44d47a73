package io.errata.jobs.graph;

import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.event.ValueCodec;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Rows as bytes; their schema is not written, both sides know it. */
final class RowCodec {
  private RowCodec() {}

  static void write(Row row, DataOutputView out) throws IOException {
    for (int i = 0; i < row.schema().size(); i++) {
      ValueCodec.write(row.value(i), out);
    }
  }

  static Row read(RowSchema schema, DataInputView in) throws IOException {
    Object[] values = new Object[schema.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = ValueCodec.read(in);
    }
    return Row.of(schema, values);
  }

  static void write(LiveRow row, DataOutputView out) throws IOException {
    write(row.values(), out);
    List<@Nullable String> texts = row.image().texts();
    out.writeInt(texts.size());
    for (String text : texts) {
      Texts.write(text, out);
    }
    Texts.write(row.image().place(), out);
  }

  static LiveRow readLive(RowSchema schema, DataInputView in) throws IOException {
    Row values = read(schema, in);
    int size = in.readInt();
    List<@Nullable String> texts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      texts.add(Texts.readNullable(in));
    }
    return new LiveRow(values, new Image(texts, Texts.readNullable(in)));
  }
}
