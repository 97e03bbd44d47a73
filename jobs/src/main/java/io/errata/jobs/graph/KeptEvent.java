package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What is known of an event id whose copies may still come.
 *
 * @param event the copy that is used, of those that have come
 * @param use what was made of it
 * @param conflict whether a copy of other content has come
 */
record KeptEvent(EventRecord event, Use use, boolean conflict) {
  /** What was made of an event. */
  enum Use {
    /** It touches no key. */
    NONE,
    /** It went to its keys. */
    REPLAYED,
    /** Its keys, or all where they can't be known, are barred. */
    BARRED
  }

  /** These as bytes. */
  static final class KeptCodec implements Codec<KeptEvent> {
    private static final long serialVersionUID = 1;
    private static final Use[] USES = Use.values();

    private final TypeSerializer<SourceRecord> events;

    KeptCodec(TypeSerializer<SourceRecord> events) {
      this.events = events;
    }

    @Override
    public void write(KeptEvent kept, DataOutputView out) throws IOException {
      out.writeByte(kept.use.ordinal());
      out.writeBoolean(kept.conflict);
      events.serialize(kept.event, out);
    }

    @Override
    public KeptEvent read(DataInputView in) throws IOException {
      Use use = USES[in.readByte()];
      boolean conflict = in.readBoolean();
      return new KeptEvent((EventRecord) events.deserialize(in), use, conflict);
    }
  }
}
