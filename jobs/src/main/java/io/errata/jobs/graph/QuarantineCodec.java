package io.errata.jobs.graph;

import io.errata.state.plan.QuarantineEntry;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

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
  }

  @Override
  public QuarantineEntry read(DataInputView in) throws IOException {
    return new QuarantineEntry(
        Texts.readNullable(in),
        Texts.readNullable(in),
        Texts.readNullable(in),
        Texts.read(in),
        in.readLong(),
        Texts.read(in));
  }
}
