package io.errata.connectors.event;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventSchema.TimeUnit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the event schema beside state, so that state is never read as events of another schema.
 * Made by Flink by name.
 */
public final class SourceRecordSerializerSnapshot implements TypeSerializerSnapshot<SourceRecord> {
  private static final int VERSION = 1;

  private @Nullable EventSchema schema;

  /** For Flink, which then calls {@link #readSnapshot}. */
  public SourceRecordSerializerSnapshot() {}

  SourceRecordSerializerSnapshot(EventSchema schema) {
    this.schema = schema;
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    EventSchema written = schema();
    ValueCodec.writeText(written.id(), out);
    ValueCodec.writeText(written.time(), out);
    ValueCodec.writeText(written.timeUnit().name(), out);
    ValueCodec.write(written.type(), out);
    writeFields(written.sequence(), out);
    writeFields(written.payload(), out);
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "Cannot read a snapshot of events: version " + version + " (" + VERSION + ")");
    }
    String id = ValueCodec.readText(in);
    String time = ValueCodec.readText(in);
    TimeUnit unit = TimeUnit.valueOf(ValueCodec.readText(in));
    @Nullable String type = (String) ValueCodec.read(in);
    List<EventField> sequence = readFields(in);
    schema = new EventSchema(id, time, unit, type, sequence, readFields(in));
  }

  private static void writeFields(List<EventField> fields, DataOutputView out) throws IOException {
    out.writeInt(fields.size());
    for (EventField field : fields) {
      ValueCodec.writeText(field.path(), out);
      ValueCodec.writeText(field.type().name(), out);
    }
  }

  private static List<EventField> readFields(DataInputView in) throws IOException {
    int size = in.readInt();
    List<EventField> fields = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String path = ValueCodec.readText(in);
      fields.add(new EventField(path, ColumnType.valueOf(ValueCodec.readText(in))));
    }
    return fields;
  }

  @Override
  public TypeSerializer<SourceRecord> restoreSerializer() {
    return new SourceRecordSerializer(schema());
  }

  @Override
  public TypeSerializerSchemaCompatibility<SourceRecord> resolveSchemaCompatibility(
      TypeSerializerSnapshot<SourceRecord> old) {
    return old instanceof SourceRecordSerializerSnapshot that
            && that.schema != null
            && schema().layout().equals(that.schema.layout())
        ? TypeSerializerSchemaCompatibility.compatibleAsIs()
        : TypeSerializerSchemaCompatibility.incompatible();
  }

  private EventSchema schema() {
    if (schema == null) {
      throw new IllegalStateException("Cannot use a snapshot of events before it is read");
    }
    return schema;
  }
}
