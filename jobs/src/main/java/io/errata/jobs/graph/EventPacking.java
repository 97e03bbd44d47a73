package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Events by id, as {@link PackedEvents}. */
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

  @Override
  public long order(SourceRecord record) {
    return 0;
  }

  @Override
  public void write(SourceRecord record, DataOutputSerializer out) throws IOException {
    events.write((EventRecord) record, out);
  }

  @Override
  public EventRecord read(DataInputView in) throws IOException {
    return events.read(in);
  }
}
