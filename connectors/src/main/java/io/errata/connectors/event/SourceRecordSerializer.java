package io.errata.connectors.event;

import io.errata.api.Bytes;
import io.errata.api.Position;
import io.errata.api.RowSchema;
import java.io.IOException;
import java.time.Instant;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a source, without the names of fields: those are in the serializer's own
 * schema.
 */
final class SourceRecordSerializer extends TypeSerializer<SourceRecord> {
  private static final long serialVersionUID = 1;
  private static final int RECEIPT = 0x80;
  private static final int BLOCK = 0x40;
  private static final int HAS_ID = 1;
  private static final int HAS_TIME = 2;
  private static final int HAS_REJECTION = 4;
  private static final int HAS_RAW = 8;

  private final EventSchema schema;
  private final RowSchema payloadSchema;

  SourceRecordSerializer(EventSchema schema) {
    this.schema = schema;
    this.payloadSchema = schema.payloadSchema();
  }

  EventSchema schema() {
    return schema;
  }

  @Override
  public void serialize(SourceRecord sourceRecord, DataOutputView out) throws IOException {
    if (sourceRecord instanceof EventRecord event) {
      writeEvent(event, out);
    } else if (sourceRecord instanceof SplitReceipt receipt) {
      out.writeByte(RECEIPT);
      ValueCodec.writeReceipt(receipt, out);
    } else if (sourceRecord instanceof EventBlock block) {
      out.writeByte(BLOCK);
      out.writeInt(block.length());
      out.write(block.bytes(), 0, block.length());
      out.writeInt(block.count());
      PackedEvents.writeTime(block.newest(), out);
    }
  }

  @Override
  public SourceRecord deserialize(DataInputView in) throws IOException {
    int head = in.readUnsignedByte();
    return switch (head) {
      case RECEIPT -> ValueCodec.readReceipt(in);
      case BLOCK -> readBlock(in);
      default -> readEvent(head, in);
    };
  }

  private static EventBlock readBlock(DataInputView in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    int count = in.readInt();
    long seconds = in.readLong();
    return new EventBlock(bytes, bytes.length, count, Instant.ofEpochSecond(seconds, in.readInt()));
  }

  private static void writeEvent(EventRecord event, DataOutputView out) throws IOException {
    @Nullable String id = event.knownId().orElse(null);
    @Nullable Instant time = event.knownTime().orElse(null);
    @Nullable String rejection = event.rejection().orElse(null);
    @Nullable RawEvent raw = event.raw().orElse(null);
    out.writeByte(
        (id == null ? 0 : HAS_ID)
            | (time == null ? 0 : HAS_TIME)
            | (rejection == null ? 0 : HAS_REJECTION)
            | (raw == null ? 0 : HAS_RAW));
    if (id != null) {
      ValueCodec.writeText(id, out);
    }
    if (time != null) {
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
    }
    if (rejection != null) {
      ValueCodec.writeText(rejection, out);
    }
    ValueCodec.writeText(event.type(), out);
    ValueCodec.writeText(event.position().source(), out);
    out.writeLong(event.position().offset());
    for (int i = 0; i < event.sequenceSize(); i++) {
      ValueCodec.write(event.sequence(i), out);
    }
    for (int i = 0; i < event.schema().size(); i++) {
      ValueCodec.write(event.payload(i), out);
    }
    if (raw != null) {
      ValueCodec.write(raw.value(), out);
      out.writeLong(raw.size());
      ValueCodec.write(raw.key(), out);
    }
  }

  private EventRecord readEvent(int head, DataInputView in) throws IOException {
    @Nullable String id = (head & HAS_ID) == 0 ? null : ValueCodec.readText(in);
    @Nullable Instant time = null;
    if ((head & HAS_TIME) != 0) {
      long seconds = in.readLong();
      time = Instant.ofEpochSecond(seconds, in.readInt());
    }
    @Nullable String rejection = (head & HAS_REJECTION) == 0 ? null : ValueCodec.readText(in);
    String type = ValueCodec.readText(in);
    String source = ValueCodec.readText(in);
    Position position = new Position(source, in.readLong());
    EventRecord event =
        new EventRecord(
            payloadSchema,
            id,
            time,
            type,
            ValueCodec.readAll(schema.sequence().size(), in),
            ValueCodec.readAll(payloadSchema.size(), in),
            position,
            rejection);
    return (head & HAS_RAW) == 0 ? event : event.withRaw(readRaw(in));
  }

  private static RawEvent readRaw(DataInputView in) throws IOException {
    @Nullable Bytes value = (Bytes) ValueCodec.read(in);
    long size = in.readLong();
    return new RawEvent(value, size, (Bytes) ValueCodec.read(in));
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public TypeSerializer<SourceRecord> duplicate() {
    return this;
  }

  /** None: a record has no empty form. */
  @Override
  public @Nullable SourceRecord createInstance() {
    return null;
  }

  @Override
  public SourceRecord copy(SourceRecord from) {
    return from;
  }

  @Override
  public SourceRecord copy(SourceRecord from, SourceRecord reuse) {
    return from;
  }

  @Override
  public SourceRecord deserialize(SourceRecord reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SourceRecordSerializer that && schema.equals(that.schema);
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<SourceRecord> snapshotConfiguration() {
    return new SourceRecordSerializerSnapshot(schema);
  }
}
