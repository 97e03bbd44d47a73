package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.jspecify.annotations.Nullable;

/** Texts of any length, or null, as bytes: {@code writeUTF} ends at 64 KiB. */
final class Texts {
  private Texts() {}

  static void write(@Nullable String text, DataOutputView out) throws IOException {
    StringValue.writeString(text, out);
  }

  static @Nullable String readNullable(DataInputView in) throws IOException {
    return StringValue.readString(in);
  }

  static String read(DataInputView in) throws IOException {
    String text = readNullable(in);
    if (text == null) {
      throw new IOException("Cannot read a record: a text is missing");
    }
    return text;
  }
}
