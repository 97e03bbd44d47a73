package io.errata.jobs.graph;

import io.errata.api.Bytes;
import io.errata.state.plan.QuarantineEntry;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Quarantine entries as bytes. */
final class QuarantineCodec implements Codec<QuarantineEntry> {
  private static final long serialVersionUID = 1;

  @Override
  public void write(QuarantineEntry entry, DataOutputView out) throws IOException {
    Texts.write(entry.key(), out);
    Texts.write(entry.keyForm(), out);
    Texts.write(entry.eventId(), out);
    Texts.write(entry.source(), out);
    out.writeLong(entry.offset());
    Texts.write(entry.reason(), out);
    write(entry.raw(), out);
    out.writeLong(entry.rawSize());
    write(entry.rawKey(), out);
  }

  private static void write(@Nullable Bytes bytes, DataOutputView out) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length());
    if (bytes != null) {
      out.write(bytes.toArray());
    }
  }

  @Override
  public QuarantineEntry read(DataInputView in) throws IOException {
    return new QuarantineEntry(
        Texts.readNullable(in),
        Texts.readNullable(in),
        Texts.readNullable(in),
        Texts.read(in),
        in.readLong(),
        Texts.read(in),
        readBytes(in),
        in.readLong(),
        readBytes(in));
  }

  private static @Nullable Bytes readBytes(DataInputView in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return Bytes.of(bytes);
  }
}
