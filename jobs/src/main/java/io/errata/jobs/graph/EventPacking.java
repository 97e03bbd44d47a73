package io.errata.jobs.graph;

import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.ValueCodec;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Events by id, as {@link PackedEvents}: one by one, or in the blocks of a source. */
final class EventPacking implements Packing<SourceRecord> {
  private static final long serialVersionUID = 1;

  private final PackedEvents events;

  EventPacking(PackedEvents events) {
    this.events = events;
  }

  PackedEvents events() {
    return events;
  }

  @Override
  public long hash(SourceRecord record) {
    return SortKey.of(((EventRecord) record).id());
  }

  private long hashOfId(byte[] bytes, int at) {
    int id = events.idOf(bytes, at);
    int end = ValueCodec.skipText(bytes, id);
    int start = ValueCodec.startOfText(bytes, id);
    return SortKey.ofUtf8(bytes, start, end - start);
  }

  @Override
  public long order(SourceRecord record) {
    return 0;
  }

  @Override
  public void write(SourceRecord record, DataOutputSerializer out) throws IOException {
    events.write((EventRecord) record, out);
  }

  @Override
  public void pack(SourceRecord record, Blocks blocks) throws IOException {
    if (!(record instanceof EventBlock packed)) {
      Packing.super.pack(record, blocks);
      return;
    }
    byte[] bytes = packed.bytes();
    int at = 0;
    while (at < packed.length()) {
      int size = packed.size(at);
      at += EventBlock.HEAD;
      blocks.begin(hashOfId(bytes, at), 0).write(bytes, at, size);
      blocks.end();
      at += size;
    }
  }

  @Override
  public EventRecord read(DataInputView in) throws IOException {
    return events.read(in);
  }
}
